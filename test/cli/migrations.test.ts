import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstRung, renaming } from '../ladder/rung-directory.js';
import { Repository } from '../exchange/git/repository.js';
import { ladder } from '../support/ladder.js';
import { ask, run, sentence, start, succeed, temporaryDirectory } from './run.js';

/** A directory of rungs. */
function rungs(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

const one = { '0001-notes.mjs': firstRung };
const two = { ...one, '0002-body.mjs': renaming('text', 'body') };
const refused = (code: number, part: string) => ({ code, stdout: '', stderr: sentence(part) });

describe('migrations new', () => {
  test('is refused where there is no checkout, and no directory given', async () => {
    const cwd = temporaryDirectory();
    expect(await start(['migrations', 'new', 'Tags'], { cwd }).ended).toEqual(
      refused(73, `there is no ${join(cwd, 'src', 'migrations')}: run this in a checkout of the program`),
    );
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('is refused for a title that no file can be named after', async () => {
    const migrations = temporaryDirectory();
    expect(await run('migrations', 'new', ' ?! ', '--migrations', migrations)).toEqual(
      refused(64, 'the title needs letters or digits to name a file by, and is "?!"'),
    );
    expect(readdirSync(migrations)).toEqual([]);
  });

  test('is refused where the rungs are not in order, or nothing can be written', async () => {
    const migrations = rungs({ '0001-a.mjs': '', '0001-b.mjs': '' });
    expect(await run('migrations', 'new', 'Tags', '--migrations', migrations)).toEqual(
      refused(65, '0001-a.mjs and 0001-b.mjs have the same number'),
    );
    const file = join(migrations, '0001-a.mjs', 'rungs');
    expect(await run('migrations', 'new', 'Tags', '--migrations', file)).toEqual(
      refused(73, `can't write ${file}`),
    );
  });

  test('writes rungs that work as they are: first types, then what changes them', async () => {
    const migrations = join(temporaryDirectory(), 'rungs');
    const write = (title: string) => ask('migrations', 'new', title, '--migrations', migrations);
    expect(await write("Éditeur's first types")).toEqual({
      file: join(migrations, '0001-editeur-s-first-types.mjs'),
    });
    expect(await write('Nothing yet')).toEqual({ file: join(migrations, '0002-nothing-yet.mjs') });
    expect(readFileSync(join(migrations, '0002-nothing-yet.mjs'), 'utf8')).toContain(
      ".rename({ old: 'new' })",
    );
    const data = temporaryDirectory();
    await succeed('token', 'create', '--role', 'admin', '--data', data, '--migrations', migrations);
    expect(await succeed('status', '--data', data, '--migrations', migrations)).toMatch(
      /^schema +2, minimum 1$/m,
    );
  });

  test('names a file after its number where the title has no letter that a file name may have', async () => {
    const migrations = join(temporaryDirectory(), 'rungs');
    const write = (title: string) => ask('migrations', 'new', title, '--migrations', migrations);
    expect(await write('日本語')).toEqual({ file: join(migrations, '0001-rung.mjs') });
    expect(await write('Теги')).toEqual({ file: join(migrations, '0002-rung.mjs') });
    expect(await write('日本語 tags')).toEqual({ file: join(migrations, '0003-tags.mjs') });
    expect(readFileSync(join(migrations, '0001-rung.mjs'), 'utf8')).toContain("title: '日本語'");
    const data = temporaryDirectory();
    await succeed('token', 'create', '--role', 'admin', '--data', data, '--migrations', migrations);
  });

  test('writes TypeScript in a checkout', async () => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, 'src', 'migrations'), { recursive: true });
    writeFileSync(join(cwd, 'src', 'migrations', '0001-types.ts'), 'export default 1;\n');
    const file = join(cwd, 'src', 'migrations', '0002-pages-have-tags.ts');
    expect(await start(['migrations', 'new', 'Pages have tags'], { cwd }).ended).toEqual({
      code: 0,
      stdout: `wrote ${file}\n`,
      stderr: '',
    });
    expect(readFileSync(file, 'utf8')).toMatch(
      /^import { migration } from '..\/schema\/migration.js';\n\nexport default migration\({\n {2}title: 'Pages have tags',\n/,
    );
  });
});

describe('migrations lock', () => {
  test('releases what is new; from then on it may not change', async () => {
    const migrations = rungs(one);
    const file = join(migrations, 'ladder.lock');
    expect(await succeed('migrations', 'lock', '--migrations', migrations)).toBe(
      `released 0001-notes.mjs in ${file}\n`,
    );
    const first = readFileSync(file, 'utf8');
    writeFileSync(join(migrations, '0002-body.mjs'), two['0002-body.mjs']);
    expect(await ask('migrations', 'lock', '--migrations', migrations)).toMatchObject({
      file,
      locked: [{ name: '0002-body.mjs' }],
    });
    const both = readFileSync(file, 'utf8');
    expect(both).toMatch(/^0001-notes\.mjs [0-9a-f]{64}\n0002-body\.mjs [0-9a-f]{64}\n$/);
    expect(both.startsWith(first)).toBe(true);
    expect(await succeed('migrations', 'lock', '--migrations', migrations)).toContain(
      'all 2 rungs are released',
    );

    writeFileSync(join(migrations, '0001-notes.mjs'), `${firstRung}// a remark\n`);
    expect(await run('migrations', 'lock', '--migrations', migrations)).toEqual(
      refused(65, 'rung 0001-notes.mjs was released and has changed: put it back, and add a new rung'),
    );
    expect(readFileSync(file, 'utf8')).toBe(both);
    const data = join(temporaryDirectory(), 'data');
    expect(await run('serve', '--data', data, '--migrations', migrations)).toEqual(
      refused(78, 'rung 0001-notes.mjs was released and has changed'),
    );
    expect(existsSync(data)).toBe(false);
    writeFileSync(join(migrations, '0001-notes.mjs'), firstRung);
    rmSync(join(migrations, '0002-body.mjs'));
    expect(await run('migrations', 'lock', '--migrations', migrations)).toEqual(
      refused(65, 'rung 0002-body.mjs was released and is gone'),
    );
  });

  test('is refused for what `new` wrote and nobody filled in', async () => {
    const migrations = join(temporaryDirectory(), 'rungs');
    const lock = () => run('migrations', 'lock', '--migrations', migrations);
    await succeed('migrations', 'new', "It's the first", '--migrations', migrations);
    expect(await lock()).toEqual(
      refused(65, '0001-it-s-the-first.mjs is still as `migrations new` wrote it'),
    );
    writeFileSync(join(migrations, '0001-it-s-the-first.mjs'), firstRung);
    await succeed('migrations', 'lock', '--migrations', migrations);
    await succeed('migrations', 'new', 'Tags', '--migrations', migrations);
    const file = join(migrations, '0002-tags.mjs');
    const template = readFileSync(file, 'utf8');
    for (const text of [
      template,
      template.replaceAll('\n', '\r\n'),
      template.replace("'Tags'", '"All tags"'),
    ]) {
      writeFileSync(file, text);
      expect(await lock()).toEqual(refused(65, '0002-tags.mjs is still as `migrations new` wrote it'));
    }
    expect(readFileSync(join(migrations, 'ladder.lock'), 'utf8')).not.toContain('0002');
    writeFileSync(file, template.replace('// news:', 'news:'));
    await succeed('migrations', 'lock', '--migrations', migrations);
  });

  test('is refused for a rung that does not work', async () => {
    const migrations = rungs({ ...one, '0002-heading.mjs': renaming('heading', 'title') });
    expect(await run('migrations', 'lock', '--migrations', migrations)).toEqual(
      refused(78, '0002-heading.mjs: type "note": rename(\'heading\')'),
    );
    expect(readdirSync(migrations)).not.toContain('ladder.lock');
  });
});

test.each([
  [
    "format: 'colour'",
    'the format "colour" at #/properties/title is not known: use pattern, or one of date,',
  ],
  ["format: 'url'", 'the format "url" at #/properties/title is not known'],
  ['typo: 1', 'unknown keyword: "typo"'],
])('a type with %s is refused before anything is served', async (keyword, why) => {
  const first = firstRung.replace("title: { type: 'string' }", `title: { type: 'string', ${keyword} }`);
  const migrations = rungs({ '0001-notes.mjs': first });
  const data = join(temporaryDirectory(), 'data');
  for (const verb of [
    ['serve', '--data', data],
    ['migrations', 'check'],
    ['migrations', 'lock'],
  ]) {
    const ended = await run(...verb, '--migrations', migrations);
    expect(ended).toMatchObject({
      code: 78,
      stdout: '',
      stderr: sentence('schema version 1: type "note": '),
    });
    expect(ended.stderr).toContain(why);
  }
  expect(existsSync(data)).toBe(false);
});

describe('a ladder that can’t be used', () => {
  const migrations = rungs({ ...one, '0002-body.mjs': 'export default 7;' });
  const data = temporaryDirectory();

  test.each([
    ['serve'],
    ['rebuild'],
    ['verify'],
    ['status'],
    ['token', 'list'],
    ['migrations', 'minimum', '1'],
  ])('stops %s %s %s, and the file is named', async (...verb) => {
    expect(await run(...verb, '--data', data, '--migrations', migrations)).toEqual(
      refused(78, `the ladder in ${migrations} can't be used: 0002-body.mjs: its default export is a number`),
    );
    expect(readdirSync(data)).toEqual([]);
  });
});

const secret = 'a-token-that-is-as-long-as-it-has-to-be';
const env = { PALIMPSEST_ADMIN_TOKEN: secret };

async function serve(data: string, ...more: readonly string[]) {
  const running = start(['serve', '--data', data, '--port', '0', ...more], { env });
  const [, url = ''] = await running.says(/^listening on (http:\S+)$/m);
  const request = (method: string, path: string, schemaVersion: number, body?: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        'schema-version': String(schemaVersion),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  return { ...running, url, request };
}

describe('migrations minimum and sunset', () => {
  const newest = ladder.finalized;
  const data = temporaryDirectory();
  const set = (...args: readonly string[]) => run('migrations', ...args, '--data', data);
  beforeAll(() => succeed('token', 'create', '--role', 'admin', '--data', data));

  test.each([
    [['minimum', 'x'], 64, 'a schema version is a whole number from 1, not "x"'],
    [['minimum', '0'], 64, `the minimum has to be a whole number from 1 to ${newest}, not 0`],
    [
      ['minimum', `${newest + 1}`],
      78,
      `schema version ${newest + 1} is not known here: the newest is ${newest}`,
    ],
    [['sunset', `${newest + 1}`, '--at', '2030-01-01'], 78, `schema version ${newest + 1} is not known here`],
    [['sunset', `${newest}`, '--at', '2030-01-01'], 64, `schema version ${newest} is the newest`],
    [['sunset', '1', '--at', 'soon'], 64, '--at has to be a time (ISO 8601), not "soon"'],
  ])('%s is refused', async (args, code, part) => {
    expect(await set(...args)).toEqual(refused(code, part));
  });

  test('a sunset needs a time', async () => {
    expect(await set('sunset', '1')).toMatchObject({ code: 64, stdout: '' });
  });

  test('work while nobody serves, and are kept', async () => {
    expect(await ask('migrations', 'minimum', '3', '--data', data)).toEqual({ minimum: 3 });
    expect(
      await ask('migrations', 'sunset', '3', '--at', '2030-01-01T00:00:00+02:00', '--data', data),
    ).toEqual({
      schemaVersion: 3,
      at: '2029-12-31T22:00:00.000Z',
    });
    const lines = (await succeed('export', 'jsonl', '--data', data)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { type: 'TokenCreated' },
      { stream: 'schema', streamVersion: 1, data: { minimum: 3 }, by: { kind: 'system' } },
      { stream: 'schema', streamVersion: 2, data: { schemaVersion: 3 } },
    ]);
    await succeed('verify', '--data', data);
  });

  test('take effect at once while a server runs', async () => {
    const { request, end } = await serve(data);
    const page = { type: 'document', content: { title: 'A' } };
    const old = await request('POST', '/pages', 2, page);
    expect([old.status, await old.json()]).toMatchObject([
      400,
      { code: 'schema-version-too-old', minimum: 3 },
    ]);
    expect(await succeed('migrations', 'minimum', '2', '--data', data)).toBe(
      'clients are served from schema version 2 on\n',
    );
    expect((await request('POST', '/pages', 2, page)).status).toBe(201);
    expect(await succeed('migrations', 'sunset', '2', '--at', '2031-01-01', '--data', data)).toContain(
      'up to 2 are announced to go at 2031-01-01T00:00:00.000Z',
    );
    await end('SIGTERM');
  });
});

describe('data written under rungs of one’s own', () => {
  const data = temporaryDirectory();
  const migrations = rungs(two);
  const other = 'rung 1 is not the one that';
  let page = '';
  beforeAll(async () => {
    const { request, end } = await serve(data, '--migrations', migrations);
    const created = await request('POST', '/pages', 2, {
      type: 'note',
      content: { title: 'A', body: 'words' },
    });
    ({ id: page } = (await created.json()) as { id: string });
    await end('SIGTERM');
  });

  test.each([['serve'], ['rebuild'], ['verify'], ['token', 'list'], ['export', 'git', join(data, 'git')]])(
    'is refused by %s %s without them',
    async (...verb) => {
      const ended = await run(...verb, '--data', data);
      expect(ended).toEqual(refused(78, other));
      expect(ended.stderr).toContain('by --migrations');
    },
  );

  test('is read with them, named by an option or by the environment', async () => {
    await succeed('verify', '--data', data, '--migrations', migrations);
    const named = { PALIMPSEST_MIGRATIONS: migrations };
    expect(await start(['rebuild', '--data', data], { env: named }).ended).toMatchObject({ code: 0 });
  });

  test('goes elsewhere by export and import, and is known by its rungs there', async () => {
    const input = await succeed('export', 'jsonl', '--data', data);
    const there = temporaryDirectory();
    const older = rungs(one);
    expect(await start(['import', 'jsonl', '--data', there, '--migrations', older], { input }).ended).toEqual(
      refused(78, 'line 2 holds content of schema version 2, this program knows versions up to 1'),
    );
    const imported = start(['import', 'jsonl', '--data', there, '--migrations', migrations], { input });
    expect(await imported.ended).toMatchObject({ code: 0 });
    expect(await run('verify', '--data', there)).toEqual(refused(78, other));
    await succeed('verify', '--data', there, '--migrations', migrations);
  });

  describe('with more rungs than this program knows', () => {
    const older = rungs(one);
    const repository = new Repository();
    repository.commit({ 'a.md': 'A' });
    afterAll(() => {
      repository.remove();
    });
    const tooNew =
      'holds content of schema version 2, this program knows versions up to 1: run the newer release';

    test.each([
      ['rebuild'],
      ['verify'],
      ['import', 'git', repository.directory],
      ['token', 'create', '--role', 'admin'],
      ['migrations', 'minimum', '1'],
    ])('is refused by %s %s', async (...verb) => {
      expect(await run(...verb, '--data', data, '--migrations', older)).toEqual(refused(78, tooNew));
    });

    test('is served as not ready, to whoever asks, until the newer program comes', async () => {
      const old = await serve(data, '--migrations', older);
      const answer = async (method: string, path: string) => {
        const response = await fetch(`${old.url}${path}`, { method });
        return [response.status, ((await response.json()) as { code?: string }).code];
      };
      expect(await answer('GET', '/healthz')).toEqual([200, undefined]);
      expect((await fetch(`${old.url}/readyz`)).status).toBe(503);
      for (const path of [`/pages/${page}`, '/tree', '/nothing']) {
        expect(await answer('GET', path)).toEqual([503, 'log-too-new']);
      }
      expect(await answer('POST', '/pages')).toEqual([503, 'log-too-new']);
      const headers = {
        origin: 'https://example.org',
        'access-control-request-method': 'GET',
        accept: 'text/html',
      };
      expect((await fetch(`${old.url}/tree`, { method: 'OPTIONS', headers })).status).toBe(204);
      expect(await (await fetch(old.url, { headers })).text()).toContain('Palimpsest');
      expect((await fetch(`${old.url}/tree`)).headers.get('cache-control')).toBe('no-store');
      const refusal: unknown = await (await old.request('GET', '/tree', 1)).json();
      expect(refusal).toMatchObject({ known: 1, found: 2, status: 503 });
      expect(await run('token', 'list', '--data', data, '--migrations', migrations)).toEqual(
        refused(78, tooNew),
      );
      expect(await old.end('SIGTERM')).toMatchObject({ code: 0, stderr: sentence(`not ready: ${data}`) });

      const { request, end } = await serve(data, '--migrations', migrations);
      expect(await (await request('GET', `/pages/${page}/content`, 1)).json()).toEqual({
        title: 'A',
        text: 'words',
      });
      await end('SIGTERM');
      await succeed('verify', '--data', data, '--migrations', migrations);
    });
  });
});
