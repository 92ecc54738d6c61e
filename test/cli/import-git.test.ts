import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { save } from '../support/pages.js';
import { makeServer } from '../support/server.js';
import { longText, Repository } from '../exchange/git/repository.js';
import { ask, run, sentence, start, succeed, temporaryDirectory } from './run.js';
import { inDatabase } from './tables.js';

interface Imported {
  readonly commits: number;
  readonly changes: number;
  readonly position: number;
  readonly complete: boolean;
}

let repository: Repository;
const commits: string[] = [];
beforeAll(() => {
  repository = new Repository();
  const commit: Repository['commit'] = (...given) => {
    const hash = repository.commit(...given);
    commits.push(hash);
    return hash;
  };
  commit({ 'README.md': '# Read me\n', 'guides/a.md': longText('A'), 'guides/deep/er/b.md': longText('B') });
  commit({ 'notes.txt': 'no page' }, 'Nothing that matches');
  commit({ 'ünï cödé/日本 "x"\'%.md': '# Ünï\r\n\u2028\ufeffx', 'README.md': '' }, 'Names: "ä", 日本');
  commit({ 'guides/a.md': null, 'guides/deep/moved.md': longText('A') }, 'Move');
  commit({ 'guides/deep/er/b.md': longText('B').replace('Line 3', 'Zeile 3') });
  commit(
    { guides: null, 'howto/moved.md': longText('A'), 'howto/er/b.md': longText('B') },
    'Move the folder',
  );
  commit({ 'README.md': null });
  commit({ 'README.md': '# Again\n' }, 'Another page of the same name');
  for (let i = 0; i < 40; i++) commit({ 'README.md': `# Version ${i}\n`, [`many/${i % 5}.md`]: `# ${i}\n` });
  commit({ many: null }, 'Delete a folder');
});
afterAll(() => {
  repository.remove();
});

/** The matching files of a commit, path to text. */
function filesOf(commit: string): Map<string, string> {
  const cwd = repository.directory;
  const paths = repository.tree(commit).map((entry) => entry.slice(entry.indexOf('\t') + 1));
  return new Map(
    paths
      .filter((path) => path.endsWith('.md'))
      .map((path) => [path, execFileSync('git', ['show', `${commit}:${path}`], { cwd, encoding: 'utf8' })]),
  );
}

function url(path: string): string {
  return `/paths/${path.split('/').map(encodeURIComponent).join('/')}`;
}

const importAll = (data: string): Promise<Imported> =>
  ask('import', 'git', repository.directory, '--data', data);
const linesOf = (data: string): Promise<string> => succeed('export', 'jsonl', '--data', data);

describe('what is refused', () => {
  const data = temporaryDirectory();

  test('a directory that is no repository', async () => {
    const { code, stdout, stderr } = await run('import', 'git', temporaryDirectory(), '--data', data);
    expect({ code, stdout, stderr }).toEqual({ code: 65, stdout: '', stderr: sentence('') });
  });

  test('a directory that does not exist', async () => {
    expect(await run('import', 'git', join(data, 'nowhere'), '--data', data)).toMatchObject({
      code: 65,
      stderr: sentence('nowhere'),
    });
  });

  test('a branch that does not exist', async () => {
    const branch = ['--branch', 'nowhere', '--data', data];
    expect(await run('import', 'git', repository.directory, ...branch)).toMatchObject({
      code: 65,
      stderr: sentence('nowhere'),
    });
    expect(readdirSync(data)).toEqual([]);
  });

  test('a parent that does not exist', async () => {
    const parent = ['--parent', '/nowhere', '--data', data];
    expect(await run('import', 'git', repository.directory, ...parent)).toMatchObject({
      code: 65,
      stderr: sentence('there is no page at /nowhere'),
    });
  });

  test('a machine without git', async () => {
    const env = { PATH: '/nowhere' };
    const missing = { code: 69, stdout: '', stderr: sentence('the program git was not found') };
    expect(await start(['import', 'git', repository.directory, '--data', data], { env }).ended).toEqual(
      missing,
    );
    const target = join(data, 'out');
    expect(await start(['export', 'git', target, '--data', data], { env }).ended).toEqual(missing);
  });

  test('an encoding and a side that do not exist', async () => {
    const into = ['--data', data];
    expect(await run('import', 'git', repository.directory, '--encoding', 'nope', ...into)).toEqual({
      code: 64,
      stdout: '',
      stderr: sentence('there is no encoding "nope"'),
    });
    expect(await run('import', 'git', repository.directory, '--on-conflict', 'mine', ...into)).toMatchObject({
      code: 64,
      stdout: '',
    });
  });

  test('a pattern that would try for ever in other hands', async () => {
    const odd = new Repository();
    odd.commit({ [`${'a'.repeat(200)}.md`]: 'x' });
    const [into, empty] = [temporaryDirectory(), temporaryDirectory()];
    const hostile = `${'*a'.repeat(100)}b`;
    expect(await ask('import', 'git', odd.directory, '--match', hostile, '--data', into)).toMatchObject({
      changes: 0,
    });
    expect(await run('import', 'git', odd.directory, '--match', '+(+(a))b', '--data', empty)).toEqual({
      code: 64,
      stdout: '',
      stderr: sentence('the pattern "+(+(a))b" has a (: --match takes'),
    });
    expect(readdirSync(empty)).toEqual([]);
    odd.remove();
  });

  test('to export into a directory with something in it', async () => {
    const target = temporaryDirectory();
    writeFileSync(join(target, 'mine'), '');
    expect(await run('export', 'git', target, '--data', data)).toEqual({
      code: 73,
      stdout: '',
      stderr: sentence(`${target} is not empty`),
    });
  });
});

test("every commit's files are the pages as of its last position; moved pages redirect", async () => {
  const server = makeServer();
  await server.start();
  const imported = await importAll(server.directory);
  expect(imported).toMatchObject({
    commits: commits.length,
    complete: true,
    position: await server.position(),
  });

  const { items } = (await server.request('GET', '/changesets?limit=500')).json;
  const lastPositions = new Map(
    items.map((item) => [(item.source as { commit?: string } | null)?.commit, item.lastPosition as number]),
  );
  let asOf = 1;
  for (const commit of commits) {
    asOf = lastPositions.get(commit) ?? asOf;
    const files = filesOf(commit);
    for (const [path, text] of files) {
      const { status, json } = await server.request('GET', `${url(path)}?asOf=${asOf}`);
      expect({ path, status, body: (json.content as { body?: string }).body }).toEqual({
        path,
        status: 200,
        body: text,
      });
    }
    const pages = await server.request('GET', `/pages?type=document&limit=500&asOf=${asOf}`);
    expect(pages.json.items.map(({ path }) => path).sort()).toEqual(
      [...files.keys()].map((path) => `/${path}`).sort(),
    );
  }

  for (const [from, to] of [
    ['guides/a.md', 'howto/moved.md'],
    ['guides/deep/moved.md', 'howto/moved.md'],
    ['guides/deep/er/b.md', 'howto/er/b.md'],
  ] as const) {
    const { status, location } = await server.request('GET', url(from));
    expect([status, location]).toEqual([308, url(to)]);
  }
  // The import took charge of nothing: it wrote through the server.
  expect(await ask('status', '--data', server.directory)).toMatchObject({
    database: { epoch: 1 },
    served: {},
  });
  await server.remove();
});

test('killed half-way and started again, it makes the same events as in one go', async () => {
  const whole = temporaryDirectory();
  await importAll(whole);
  const wanted = await linesOf(whole);

  const data = temporaryDirectory();
  const first = start(['import', 'git', repository.directory, '--data', data]);
  for await (const _change of watch(data)) if (positionOf(data) >= 8) break;
  expect(await first.end('SIGKILL')).toMatchObject({ code: null });
  const total = wanted.split('\n').length - 1;
  expect(positionOf(data)).toBeLessThan(total);
  expect(await importAll(data)).toMatchObject({ complete: true, position: total });
  expect(await linesOf(data)).toBe(wanted);
  await succeed('verify', '--data', data);
  expect(await importAll(data)).toMatchObject({ commits: 0, changes: 0, complete: true });
});

/** 0 while there is no log yet. */
function positionOf(data: string): number {
  if (!existsSync(join(data, 'db.sqlite'))) return 0;
  return inDatabase(data, (db) => {
    const hasLog = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'head'`).get();
    return hasLog ? (db.prepare<[], number>('SELECT position FROM head').pluck().get() ?? 0) : 0;
  });
}

test('exported again, the trees are those of the repository with nothing but the matching files', async () => {
  const data = temporaryDirectory();
  await importAll(data);
  const target = join(temporaryDirectory(), 'exported');
  mkdirSync(target);
  const exported = await ask<{ commits: number }>('export', 'git', target, '--data', data);
  const trees = execFileSync('git', ['log', '--reverse', '--format=%T', 'main'], {
    cwd: target,
    encoding: 'utf8',
  });
  expect(trees.trim().split('\n')).toEqual(reducedTrees());
  expect(exported).toMatchObject({ commits: reducedTrees().length, complete: true });
});

/** The trees of the commits without the files that don't match; one that is as the one before is left out. */
function reducedTrees(): readonly string[] {
  const cwd = repository.directory;
  const trees: string[] = [];
  for (const commit of commits) {
    const index = join(cwd, '.git', 'reduced');
    rmSync(index, { force: true });
    const env = { ...process.env, GIT_INDEX_FILE: index };
    const input = repository
      .tree(commit)
      .filter((file) => file.endsWith('.md'))
      .map((file) => `${file}\0`)
      .join('');
    execFileSync('git', ['update-index', '-z', '--index-info'], { cwd, env, input });
    const tree = execFileSync('git', ['write-tree'], { cwd, env, encoding: 'utf8' }).trim();
    if (tree !== trees.at(-1)) trees.push(tree);
  }
  return trees;
}

test('what could not be read and what was left out are told at the end, in words and in JSON', async () => {
  const other = new Repository();
  const server = makeServer();
  await server.start();
  const first = other.commit({ 'a.md': Buffer.from('caf\xe9', 'latin1'), 'b.md': 'one' });
  const into = ['--data', server.directory];
  expect(await succeed('import', 'git', other.directory, ...into)).toBe(
    [
      '1 commits, 2 changes, up to position 3',
      '1 texts and names are kept with U+FFFD; --encoding NAME reads what is not UTF-8:',
      `  text of a.md in commit ${first}`,
      '',
    ].join('\n'),
  );
  const page = (await server.request('GET', '/paths/b.md')).json as unknown as { id: string };
  await save(server, page.id, 1, { title: 'B', body: 'edited' });
  const second = other.commit({ 'b.md': 'two', 'c.md': Buffer.from('caf\xe9', 'latin1') });
  const stopped = await run('import', 'git', other.directory, ...into);
  expect(stopped).toEqual({
    code: 65,
    stdout: '',
    stderr: sentence(
      `commit ${second} edits /b.md (page ${page.id}), which an editor has saved: --on-conflict theirs`,
    ),
  });
  const left = { path: 'b.md', why: 'which an editor has saved', commit: second };
  expect(
    await ask('import', 'git', other.directory, '--on-conflict', 'ours', '--encoding', 'latin1', ...into),
  ).toEqual({ commits: 1, changes: 2, position: 5, complete: true, skipped: { count: 1, first: [left] } });
  expect((await server.request('GET', '/paths/c.md')).json).toMatchObject({ content: { body: 'café' } });
  await server.remove();
  other.remove();
});
