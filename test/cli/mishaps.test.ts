import {
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeServer } from '../support/server.js';
import { edit } from './edits.js';
import { run, sentence, start, succeed, temporaryDirectory } from './run.js';
import { dumpProjections, inDatabase, unguarded } from './tables.js';

/** What goes wrong on an operator's way, and has to be told in a sentence that helps. */
const server = makeServer();
let data = '';
beforeAll(async () => {
  await server.start();
  await edit(server);
  await server.stop();
  data = copyOf(server.directory);
});
afterAll(() => server.remove());

function copyOf(directory: string): string {
  const copy = join(temporaryDirectory(), 'data');
  cpSync(directory, copy, { recursive: true });
  return copy;
}

function damaged(sql: string): string {
  const copy = copyOf(data);
  inDatabase(copy, (db) => {
    unguarded(db, () => db.exec(sql));
  });
  return copy;
}

const changed = `UPDATE events SET content = replace(content, 'ello', 'elmo') WHERE content LIKE '%ello%'`;

describe('a data directory', () => {
  test('that is a file', async () => {
    const file = join(data, 'db.sqlite');
    const before = readFileSync(file);
    for (const verb of [['status'], ['verify'], ['rebuild'], ['export', 'jsonl'], ['token', 'list']])
      expect(await run(...verb, '--data', file)).toEqual({
        code: 65,
        stdout: '',
        stderr: sentence(`there is no database in ${file}`),
      });
    for (const verb of [
      ['serve', '--port', '0'],
      ['token', 'create', '--role', 'admin'],
      ['import', 'jsonl', file],
    ])
      expect(await run(...verb, '--data', file)).toMatchObject({
        code: 73,
        stderr: sentence(`can't create ${file}`),
      });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('that is not named', async () => {
    expect(await run('status', '--data', '')).toEqual({
      code: 64,
      stdout: '',
      stderr: sentence('--data is empty'),
    });
  });

  test('that came back without what a backup may leave out', async () => {
    const backup = temporaryDirectory();
    copyFileSync(join(data, 'db.sqlite'), join(backup, 'db.sqlite'));
    cpSync(join(data, 'content'), join(backup, 'content'), { recursive: true });
    expect(await run('verify', '--data', backup)).toMatchObject({ code: 0, stderr: '' });
  });

  test("that is another user's, while nobody serves it", async () => {
    // Only root can give files away.
    if (process.getuid?.() !== 0) return;
    const theirs = temporaryDirectory();
    copyFileSync(join(data, 'db.sqlite'), join(theirs, 'db.sqlite'));
    chownSync(join(theirs, 'db.sqlite'), 65534, 65534);
    for (const verb of [
      ['serve', '--port', '0'],
      ['token', 'create', '--role', 'admin'],
    ])
      expect(await run(...verb, '--data', theirs)).toMatchObject({
        code: 77,
        stderr: sentence('db.sqlite belongs to user 65534: run this as that user, not as 0'),
      });
    expect(readdirSync(theirs)).toEqual(['db.sqlite']);
  });
});

describe('a log that is damaged', () => {
  test('is exported as far as it can be, which nobody is to take for a backup', async () => {
    const file = join(temporaryDirectory(), 'log.jsonl');
    const copy = damaged(changed);
    const refused = {
      code: 65,
      stderr: sentence('the log is damaged (the payload at position 3 is not what'),
    };
    expect(await run('export', 'jsonl', file, '--data', copy)).toMatchObject(refused);
    const lines = readFileSync(file, 'utf8');
    const { stdout, ...told } = await run('export', 'jsonl', '--data', copy);
    expect([told, stdout]).toEqual([refused, lines]);
    expect(lines).toContain('elmo');
    expect(await run('import', 'jsonl', file, '--data', temporaryDirectory())).toMatchObject({ code: 65 });
  });

  test('is no ground to build projections on', async () => {
    const copy = damaged(changed);
    const before = dumpProjections(copy);
    expect(await run('rebuild', '--data', copy)).toEqual({
      code: 65,
      stdout: '',
      stderr: sentence('the log is damaged (the payload at position'),
    });
    expect(dumpProjections(copy)).toEqual(before);
  });

  test('and has a gap is exported nowhere', async () => {
    const copy = damaged('DELETE FROM events WHERE position = 4');
    for (const verb of [
      ['export', 'jsonl', join(temporaryDirectory(), 'x')],
      ['export', 'git', temporaryDirectory()],
    ])
      expect(await run(...verb, '--data', copy)).toMatchObject({
        code: 65,
        stderr: sentence('the log misses position 4'),
      });
  });
});

test('an export stands under its name when it is whole, and never half', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'log.jsonl');
  const cut = start(['export', 'jsonl', file, '--data', data]);
  await cut.end('SIGKILL');
  const isThere = existsSync(file);
  if (!isThere) await succeed('export', 'jsonl', file, '--data', data);
  const events = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(events).toHaveLength(
    inDatabase(data, (db) => db.prepare<[], number>('SELECT count(*) FROM events').pluck().get() ?? 0),
  );
});

test('an upgrade that was rehearsed and killed leaves nothing in the way of the next rehearsal', async () => {
  const copy = copyOf(data);
  copyFileSync(join(copy, 'db.sqlite'), join(copy, 'db_new.sqlite'));
  expect(await run('upgrade', '--check', '--data', copy)).toMatchObject({ code: 0 });
  expect(existsSync(join(copy, 'db_new.sqlite'))).toBe(false);
});

test('of verbs that write at once each is done, or told to try again', async () => {
  const copy = copyOf(data);
  const ended = await Promise.all(
    Array.from({ length: 4 }, () => run('token', 'create', '--role', 'render', '--data', copy)),
  );
  const done = ended.filter(({ code }) => code === 0);
  expect(done.length).toBeGreaterThan(0);
  for (const { code, stderr } of ended.filter((one) => !done.includes(one)))
    expect([code, stderr]).toEqual([75, sentence('try again')]);
  const tokens = JSON.parse(await succeed('token', 'list', '--json', '--data', copy)) as unknown[];
  const before = JSON.parse(await succeed('token', 'list', '--json', '--data', data)) as unknown[];
  expect(tokens.length - before.length).toBe(done.length);
});

test('a projection that is named twice is rebuilt once', async () => {
  expect(await run('rebuild', 'pages', 'pages', '--data', data)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 projections rebuilt') as string,
  });
});

test('what an export to git left that was killed is told apart from what is somebody’s', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, '.git-unfinished'));
  expect(await run('export', 'git', directory, '--data', data)).toMatchObject({
    code: 73,
    stderr: sentence(`${directory} has what an export left that was stopped`),
  });
  rmSync(join(directory, '.git-unfinished'), { recursive: true });
  writeFileSync(join(directory, 'mine'), '');
  expect(await run('export', 'git', directory, '--data', data)).toMatchObject({
    code: 73,
    stderr: sentence(`${directory} is not empty`),
  });
});
