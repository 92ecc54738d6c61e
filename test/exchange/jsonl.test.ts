import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ladder } from '../support/ladder.js';
import { createPage, speaks, write } from '../support/pages.js';
import { makeServer } from '../support/server.js';
import { edit } from '../cli/edits.js';
import { dist } from '../support/program.js';
import { ask, run, sentence, start, succeed, temporaryDirectory, type Ended } from '../cli/run.js';
import { dumpProjections, inDatabase } from '../cli/tables.js';

const server = makeServer();
const data = server.directory;
const file = join(temporaryDirectory(), 'log.jsonl');
const withFiles = ['--assets', join(data, 'content')];
let lines: readonly string[];
beforeAll(async () => {
  await server.start();
  await edit(server);
  await createPage(server, {
    content: { title: 'Line ends:\r\n\u2028\u2029\u0085 and "🙂"', body: '\ufffd' },
  });
  await createPage(server, { content: { title: 'Long', body: 'x'.repeat(300_000) } });
  const create = { method: 'POST', path: '/pages', body: { type: 'document', content: { title: 'Both' } } };
  const body = { commands: [create, create], comment: 'Together' };
  await write(server, 'POST', '/batch', { headers: speaks, body });
  await server.stop();
  await succeed('export', 'jsonl', file, '--data', data);
  lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
});
afterAll(() => server.remove());

const empty = temporaryDirectory();

/** Imports a text that has to be refused; nothing may be left of it. */
async function refusal(text: string | Buffer): Promise<Ended> {
  const refused = await start(['import', 'jsonl', '--data', empty], { input: text }).ended;
  const left = inDatabase(empty, (db) =>
    ['events', 'changesets', 'streams', 'pages', 'tokens'].map((table) =>
      db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    ),
  );
  expect(left).toEqual([0, 0, 0, 0, 0]);
  return refused;
}

/** The export with one of its lines changed. */
function withLine(position: number, change: (line: Record<string, unknown>) => unknown): string {
  return lines
    .map((line, index) =>
      index + 1 === position ? JSON.stringify(change(JSON.parse(line) as Record<string, unknown>)) : line,
    )
    .map((line) => `${line}\n`)
    .join('');
}

describe('what is refused', () => {
  test('a log that is not empty', async () => {
    const before = dumpProjections(data);
    expect(await run('import', 'jsonl', file, '--data', data)).toEqual({
      code: 73,
      stdout: '',
      stderr: sentence(`the log has ${lines.length} positions already`),
    });
    expect(dumpProjections(data)).toEqual(before);
  });

  test('a directory that somebody serves', async () => {
    await server.start();
    expect(await run('import', 'jsonl', file, '--data', data)).toEqual({
      code: 73,
      stdout: '',
      stderr: sentence(`the log has ${lines.length} positions already`),
    });
    await server.stop();
  });

  test('a file that is not there', async () => {
    const missing = join(empty, 'missing');
    expect(await run('import', 'jsonl', missing, '--data', empty)).toEqual({
      code: 65,
      stdout: '',
      stderr: sentence(`there is no file ${missing}`),
    });
    expect(await run('import', 'jsonl', empty, '--data', empty)).toMatchObject({ code: 65 });
  });

  test('to export over a file that is there', async () => {
    const before = readFileSync(file, 'utf8');
    expect(await run('export', 'jsonl', file, '--data', data)).toEqual({
      code: 73,
      stdout: '',
      stderr: sentence(`${file} exists`),
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
    const nowhere = join(empty, 'no', 'such', 'directory');
    expect(await run('export', 'jsonl', nowhere, '--data', data)).toMatchObject({
      code: 73,
      stderr: sentence(`can't write ${nowhere}`),
    });
    expect(await run('export', 'jsonl', join(file, 'x'), '--data', data)).toMatchObject({ code: 73 });
  });

  test.each<[string, (line: Record<string, unknown>) => unknown]>([
    ['author', (line) => ({ ...line, by: { kind: 'system', id: 'other', name: 'other' } })],
    ['time', (line) => ({ ...line, at: '2001-01-01T00:00:00.000Z' })],
    ['comment, gone', ({ comment: _, ...line }) => line],
    ['more than there was', (line) => ({ ...line, more: true })],
  ])('a line that was changed where only the first of its change set counts: %s', async (_what, change) => {
    const changesets = lines.map((line) => (JSON.parse(line) as { changeset: string }).changeset);
    const second = changesets.findIndex((id, index) => id === changesets[index - 1]) + 1;
    expect(second).toBeGreaterThan(1);
    expect(await refusal(withLine(second, change))).toEqual({
      code: 65,
      stdout: '',
      stderr: sentence(`line ${second}`),
    });
  });

  test.each<[string, (line: Record<string, unknown>) => unknown, string]>([
    ['content', (line) => ({ ...line, content: '{"title":"Changed"}' }), 'position 3'],
    ['facts', (line) => ({ ...line, data: {} }), 'position 3'],
    ['comment', (line) => ({ ...line, comment: 'Changed' }), 'position 3'],
    ['id', (line) => ({ ...line, id: '00000000-0000-8000-8000-000000000000' }), 'position 3'],
    ['hash', (line) => ({ ...line, hash: '0'.repeat(64) }), 'position 3'],
    ['version', (line) => ({ ...line, streamVersion: 7 }), 'line 3'],
    [
      'stream',
      (line) => ({ ...line, stream: (JSON.parse(lines[1] ?? '') as { stream: string }).stream }),
      'line 3',
    ],
    ['position', (line) => ({ ...line, position: 9 }), 'line 3 holds position 9'],
    ['author, gone', ({ by: _, ...line }) => line, 'line 3'],
    ['salts, gone', ({ salt: _, contextSalt: __, ...line }) => line, 'line 3 has no salts'],
    ['salt, gone', ({ salt: _, ...line }) => line, 'line 3'],
    ['salt', (line) => ({ ...line, salt: '0'.repeat(32) }), 'position 3'],
    ['salt that is none', (line) => ({ ...line, contextSalt: 7 }), 'line 3'],
    ['source, gone', ({ source: _, ...line }) => line, 'line 3'],
    ['everything', () => null, 'line 3'],
  ])('a line that was changed: %s', async (_what, change, where) => {
    expect(await refusal(withLine(3, change))).toEqual({ code: 65, stdout: '', stderr: sentence(where) });
  });

  test('a line that is missing, or is there twice', async () => {
    const without = lines.filter((_, index) => index !== 2).join('\n');
    expect(await refusal(`${without}\n`)).toMatchObject({
      code: 65,
      stderr: sentence('line 3 holds position 4'),
    });
    const twice = lines.flatMap((line, index) => (index === 2 ? [line, line] : [line])).join('\n');
    expect(await refusal(`${twice}\n`)).toMatchObject({
      code: 65,
      stderr: sentence('line 4 holds position 3'),
    });
  });

  test.each<[string, (text: string) => string | Buffer, string]>([
    ['a byte order mark', (text) => `\ufeff${text}`, 'line 1 begins with a byte order mark'],
    ['other line ends', (text) => text.replaceAll('\n', '\r\n'), 'line 1 ends with CR LF'],
    ['another encoding', (text) => Buffer.from(text, 'utf16le'), 'line 1 '],
    [
      'a byte that is no UTF-8',
      (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0x0a])]),
      'is not UTF-8',
    ],
    ['a blank line', (text) => `${text}\n`, `line `],
    [
      'two lines in each other’s place',
      (text) => text.replace(/^(.*\n)(.*\n)/, '$2$1'),
      'line 1 holds position 2',
    ],
    ['NUL bytes at its end, as a lost block has', (text) => `${text}${'\0'.repeat(4096)}`, 'has no end'],
    ['numbers, lists and texts', () => '1\n[]\n"a"\n', 'line 1'],
    ['a line of nothing but brackets', () => `${'['.repeat(1_000_000)}\n`, 'line 1 is not JSON'],
  ])('a file with %s', async (_what, change, where) => {
    expect(await refusal(change(`${lines.join('\n')}\n`))).toEqual({
      code: 65,
      stdout: '',
      stderr: sentence(where),
    });
  });

  test('half a file, and another kind of file', async () => {
    const text = `${lines.join('\n')}\n`;
    expect(await refusal(text.slice(0, text.length / 2))).toMatchObject({
      code: 65,
      stderr: sentence('line '),
    });
    expect(await refusal(text.slice(0, -1))).toMatchObject({
      code: 65,
      stderr: sentence(`line ${lines.length}`),
    });
    expect(await refusal('# Not a log\n')).toMatchObject({
      code: 65,
      stderr: sentence('line 1 is not JSON'),
    });
  });
});

test('a log that was imported has the same positions, hashes and rows', async () => {
  const other = temporaryDirectory();
  expect(await ask('import', 'jsonl', file, ...withFiles, '--data', other)).toEqual({
    position: lines.length,
    assets: { files: 1, bytes: 3 },
  });
  expect(dumpProjections(other)).toEqual(dumpProjections(data));
  const again = join(other, 'again.jsonl');
  expect(await ask('export', 'jsonl', again, '--data', other)).toEqual({
    file: again,
    position: lines.length,
  });
  expect(readFileSync(again)).toEqual(readFileSync(file));
  await succeed('verify', '--data', other);
});

test('an export that the file system has no room for leaves no file', () => {
  const target = join(temporaryDirectory(), 'log.jsonl');
  const command = `ulimit -f 200; exec "$0" "$@"`;
  const args = [process.execPath, join(dist, 'cli/main.js'), 'export', 'jsonl', target, '--data', data];
  const { status, stderr } = spawnSync('sh', ['-c', command, ...args], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([73, sentence(`can't write ${target}`)]);
  expect(existsSync(target)).toBe(false);
});

test('by way of standard output and input', async () => {
  const other = join(temporaryDirectory(), 'new');
  const text = await succeed('export', 'jsonl', '--data', data);
  expect(text).toBe(readFileSync(file, 'utf8'));
  expect(await start(['import', 'jsonl', ...withFiles, '--data', other], { input: text }).ended).toEqual({
    code: 0,
    stdout: `${lines.length} events, chain verified, 1 files of assets whole\n`,
    stderr: '',
  });
  expect(await succeed('export', 'jsonl', '--data', other)).toBe(text);
});

test('- is standard output and input', async () => {
  const cwd = temporaryDirectory();
  const { stdout } = await start(['export', 'jsonl', '-', '--data', data], { cwd }).ended;
  expect(stdout).toBe(readFileSync(file, 'utf8'));
  const other = join(cwd, 'new');
  const args = ['import', 'jsonl', '-', ...withFiles, '--data', other];
  expect(await start(args, { cwd, input: stdout }).ended).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(readdirSync(cwd)).toEqual(['new']);
});

test('an export can be cut short by whoever reads it', async () => {
  const { process, ended } = start(['export', 'jsonl', '--data', data]);
  process.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});

test('each line is an event; what belongs to its change set is repeated', () => {
  expect(existsSync(file)).toBe(true);
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events.map(({ position }) => position)).toEqual(lines.map((_, index) => index + 1));
  expect(events.find(({ comment }) => comment === 'Said why')).toMatchObject({
    type: 'PageSaved',
    schemaVersion: ladder.finalized,
    streamVersion: 3,
    content: '{"title":"Commented"}',
    source: null,
    by: { kind: 'token' },
  });
});
