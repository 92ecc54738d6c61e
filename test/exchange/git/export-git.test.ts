import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotExport } from '../../../src/exchange/git/cannot-export.js';
import { exportGit } from '../../../src/exchange/git/export-git.js';
import type { Actor, NewEvent, PageEvent } from '../../../src/events/event.js';
import type { Place } from '../../../src/events/place.js';
import { FileStore } from '../../../src/files/file-store.js';
import { ladder } from '../../support/ladder.js';
import { openInstallation, type Installation } from './installation.js';
import { searchPath } from './repository.js';

let installation: Installation;
let home: string;
let directory: string;
let streams: Map<string, number>;
beforeEach(() => {
  installation = openInstallation();
  home = mkdtempSync(join(tmpdir(), 'palimpsest-export-'));
  directory = join(home, 'deep', 'repository');
  streams = new Map();
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const ada: Actor = { kind: 'import', id: 'a3f0c1de-0000-8000-8000-000000000000', name: 'Ada' };
let changeSets = 0;

/** Appends one change set: what happens to which page. */
function happens(
  events: readonly [page: string, event: PageEvent][],
  head: { comment?: string | null; by?: Actor; at?: string; source?: Record<string, string> } = {},
): void {
  const numbered = events.map(([stream, event]): NewEvent => {
    const expectedVersion = streams.get(stream) ?? 0;
    streams.set(stream, expectedVersion + 1);
    return { ...event, stream, expectedVersion };
  });
  const { comment = null, by = ada, at = '2020-01-01T00:00:01.999Z' } = head;
  const source = head.source ?? (by === ada ? { address: 'ada@example.org' } : null);
  installation.append({ id: `change set ${++changeSets}`, at, by, comment, source }, numbered);
}

function created(
  slug: string | null,
  content: object = {},
  pageType = 'document',
  parent: string | null = null,
): PageEvent {
  const place: Place | null = slug === null ? null : { parent, slug, rank: 'a0' };
  return {
    type: 'PageCreated',
    schemaVersion: 1,
    data: { pageType, place },
    content: JSON.stringify(content),
  };
}

const saved = (version: number, content: object): PageEvent => ({
  type: 'PageSaved',
  schemaVersion: 1,
  data: { version, base: version - 1 },
  content: JSON.stringify(content),
});
const moved = (slug: string, parent: string | null = null): PageEvent => ({
  type: 'PageMoved',
  data: { parent, slug, rank: 'a0' },
});
const deleted = (root: string): PageEvent => ({ type: 'PageDeleted', data: { root } });
const undeleted: PageEvent = { type: 'PageUndeleted', data: {} };

function source() {
  return { db: installation.db, ladder, store: new FileStore(join(home, 'content')) };
}

async function run(signal = new AbortController().signal) {
  return exportGit(directory, { ...source(), progress: () => undefined, signal, searchPath });
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: directory, encoding: 'utf8' }).trimEnd();
}

/** The paths in each commit, oldest first. */
function trees(): readonly (readonly string[])[] {
  const commits = git('rev-list', '--reverse', 'main').split('\n');
  return commits.map((commit) =>
    git('ls-tree', '-r', '-z', '--name-only', commit).split('\0').filter(Boolean),
  );
}

describe('what is refused', () => {
  test('a directory with something in it, which stays', async () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'mine'), '');
    await expect(run()).rejects.toThrow(
      `${directory} is not empty: name a directory that is empty or does not exist yet`,
    );
    expect(readdirSync(directory)).toEqual(['mine']);
  });

  test('a second export into the same directory, which takes nothing from the first', async () => {
    happens([['p', created('page', { title: 'Page' })]]);
    const both = await Promise.allSettled([run(), run()]);
    const refused = both.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toEqual([expect.any(CannotExport)]);
    expect(git('log', '--format=%H', 'main')).toMatch(/^[0-9a-f]{40}$/);
    expect(git('status', '--porcelain')).toBe('');
  });

  test('a file', async () => {
    directory = join(home, 'file');
    writeFileSync(directory, '');
    await expect(run()).rejects.toThrow("can't be written to");
  });

  test('a machine without git: nothing is left', async () => {
    const signal = new AbortController().signal;
    const exporting = exportGit(directory, {
      ...source(),
      progress: () => undefined,
      signal,
      searchPath: '/nowhere',
    });
    await expect(exporting).rejects.toThrow('the program git was not found');
    expect(existsSync(directory)).toBe(false);
  });
});

test('stopped half-way, it leaves the directory as it was', async () => {
  for (let i = 0; i < 20; i++) happens([[`page ${i}`, created(`${i}.md`)]]);
  mkdirSync(directory, { recursive: true });
  const stop = new AbortController();
  const exporting = exportGit(directory, {
    ...source(),
    progress: (done) => {
      if (done === 10) stop.abort();
    },
    signal: stop.signal,
    searchPath,
  });
  expect(await exporting).toMatchObject({ position: 20, complete: false });
  expect(readdirSync(directory)).toEqual([]);
});

test('an empty log is a repository without a commit', async () => {
  expect(await run()).toEqual({ commits: 0, position: 0, complete: true });
  expect(git('symbolic-ref', 'HEAD')).toBe('refs/heads/main');
});

test('a commit says who, when and why; the same log gives the same ids', async () => {
  happens([['a', created('a.md')]], { comment: 'First\n\nBecause' });
  happens(
    [
      ['b', created('b.md')],
      ['c', created('c.md', {}, 'document', 'b')],
    ],
    { by: { kind: 'token', id: '17', name: 'The <\nSite>' } },
  );
  happens(
    [
      ['b', deleted('b')],
      ['c', deleted('b')],
    ],
    { by: { kind: 'system', id: 'operator', name: '' }, at: '1969-01-01T00:00:00.000Z' },
  );
  await run();
  const first = git('rev-parse', 'main');
  expect(git('log', '--reverse', '--format=%an|%ae|%cn|%ce|%ad|%cd|%B', '--date=raw').split('\n\n')).toEqual([
    'Ada|ada@example.org|Ada|ada@example.org|1577836801 +0000|1577836801 +0000|First',
    'Because',
    'The Site|17@palimpsest.invalid|The Site|17@palimpsest.invalid|1577836801 +0000|1577836801 +0000|PageCreated /b.md and 1 more',
    '|operator@palimpsest.invalid||operator@palimpsest.invalid|0 +0000|0 +0000|PageDeleted /b.md and 1 more',
  ]);
  rmSync(directory, { recursive: true });
  await run();
  expect(git('rev-parse', 'main')).toBe(first);
});

test('a document is its body, all else its content at the current schema version; folders are no files', async () => {
  const body = 'a\r\n"ü"\0🙂';
  happens([
    ['a', created('a "ü"\n.md', { title: 'A', body })],
    ['e', created('empty', { title: 'No body' })],
    ['f', created('folder', { title: 'F' }, 'folder')],
    ['p', { ...created('p', {}, 'page', 'f'), content: '{ "title":"P" }' } as PageEvent],
    ['x', created(null, { title: 'Outside the tree' })],
  ]);
  await run();
  expect(trees()).toEqual([['a "ü"\n.md', 'empty', 'folder/p.json']]);
  expect(readFileSync(join(directory, 'a "ü"\n.md'), 'utf8')).toBe(body);
  expect(readFileSync(join(directory, 'empty'), 'utf8')).toBe('');
  expect(readFileSync(join(directory, 'folder/p.json'), 'utf8')).toBe('{"title":"P"}');
  expect(git('status', '--porcelain')).toBe('');
});

test('change sets that change no file leave no commit', async () => {
  happens([['a', created('a.md', { title: 'A', body: 'a' })]]);
  happens([['a', { type: 'PagePublished', data: { version: 1 } }]]);
  happens([['a', saved(2, { title: 'Another title', body: 'a' })]]);
  happens([
    ['a', saved(3, { body: 'b' })],
    ['a', saved(4, { body: 'a' })],
  ]);
  happens([['x', created(null)]]);
  happens([['f', created('folder', {}, 'folder')]]);
  expect(await run()).toEqual({ commits: 1, position: 7, complete: true });
});

test('a restored version is what it was', async () => {
  happens([['a', created('a.md', { body: 'one' })]]);
  happens([['a', saved(2, { body: 'two' })]]);
  happens([['a', { type: 'PageRestored', data: { version: 3, restored: 1 } }]]);
  await run();
  expect(
    git('log', '--reverse', '--format=%T')
      .split('\n')
      .map((tree) => git('show', `${tree}:a.md`)),
  ).toEqual(['one', 'two', 'one']);
});

test('a folder takes along what is beneath when it moves, goes and comes back', async () => {
  happens([
    ['f', created('f', {}, 'folder')],
    ['g', created('g', {}, 'folder', 'f')],
    ['a', created('a.md', {}, 'document', 'g')],
    ['b', created('b.md', {}, 'document', 'f')],
  ]);
  happens([['f', moved('h')]]);
  happens([
    ['f', deleted('f')],
    ['g', deleted('f')],
    ['b', deleted('f')],
    ['a', deleted('f')],
  ]);
  happens([
    ['f', undeleted],
    ['g', undeleted],
    ['b', undeleted],
    ['a', undeleted],
  ]);
  happens([['a', moved('f')]]);
  await run();
  expect(trees()).toEqual([
    ['f/b.md', 'f/g/a.md'],
    ['h/b.md', 'h/g/a.md'],
    [],
    ['h/b.md', 'h/g/a.md'],
    ['f', 'h/b.md'],
  ]);
});

test('two pages swap their names in one commit', async () => {
  happens([
    ['a', created('a.md', { body: 'A' })],
    ['b', created('b.md', { body: 'B' })],
  ]);
  happens([
    ['a', moved('c.md')],
    ['b', moved('a.md')],
    ['a', moved('b.md')],
  ]);
  await run();
  expect(trees()).toHaveLength(2);
  expect([git('show', 'main:a.md'), git('show', 'main:b.md')]).toEqual(['B', 'A']);
});

test('a page outside the tree has a file once it is placed', async () => {
  happens([['a', created(null, { body: 'A' })]]);
  happens([['a', moved('a.md')]]);
  expect(await run()).toMatchObject({ commits: 1 });
  expect(git('show', 'main:a.md')).toBe('A');
});

test('a page with children stands in its directory, as long as it has any', async () => {
  happens([
    ['a', created('a')],
    ['p', created('p', {}, 'page')],
  ]);
  happens([
    ['b', created('b.md', {}, 'document', 'a')],
    ['q', created('q', {}, 'page', 'p')],
  ]);
  happens([
    ['b', moved('b.md')],
    ['q', deleted('q')],
  ]);
  await run();
  expect(trees()).toEqual([
    ['a', 'p.json'],
    ['a/_index.md', 'a/b.md', 'p/_index.json', 'p/q.json'],
    ['a', 'b.md', 'p.json'],
  ]);
});

test('made-up names give way to those that pages have', async () => {
  happens([['p', created('p', {}, 'page')]]);
  happens([['d', created('p.json')]]);
  happens([['i', created('_index', {}, 'page', 'p')]]);
  happens([
    ['i', deleted('i')],
    ['d', deleted('d')],
  ]);
  await run();
  expect(trees()).toEqual([
    ['p.json'],
    ['p.json', 'p~p.json'],
    ['p.json', 'p/_index.json', 'p/_index~p.json'],
    ['p.json'],
  ]);
});

test('names that git keeps for itself are written otherwise', async () => {
  const names = ['.git', '.GIT.', 'git~1', '..', 'a/b', '', 'back\\slash', '.github', 'git'];
  happens(names.map((name) => [name, created(name)]));
  await run();
  expect(trees()).toEqual([
    ['.github', 'back\\slash', 'git', '~', '~%2E%2E', '~%2EGIT%2E', '~%2Egit', '~a%2Fb', '~git~1'],
  ]);
});

/** Slugs that git, a file system or another slug has something against. */
const hostile = [
  ...[
    '',
    '.',
    '..',
    '...',
    '~',
    '~~',
    '.git',
    '.GIT',
    '.Git ',
    '.git.',
    '.git. .',
    '.git::$INDEX_ALLOCATION',
    '.git:x',
  ],
  ...[
    '.g\u200cit',
    '\ufeff.git',
    '.git\u200d',
    'git~1',
    'GIT~1',
    'git~2 ',
    'a\\.git',
    '.git\\a',
    '..\\..',
    'a\\..',
  ],
  ...[
    '.gitmodules',
    '.gitmodules ',
    '.GITMODULES',
    'gitmod~1',
    'gi7eba~1',
    'gi7eb~10',
    '~1000000',
    '.gitattributes',
  ],
  ...[
    'gitatt~1',
    'gi7d29~1',
    '.gitignore',
    '.github',
    '.git-unfinished',
    '~far',
    'a/b',
    'a',
    'a\0b',
    '/',
    '//',
    '/etc/passwd',
  ],
  ...['~a%2Fb', '~~a%252Fb', '~%2E%2E', '~.git', '~git~1', '%2E', 'a%2Fb'],
  ...[
    ' ',
    ' a',
    'a ',
    'a\nb',
    'a\rb',
    'a\tb',
    'a\u0001b',
    '\u007f',
    '"',
    '"a"',
    '\\',
    'a\\n',
    '-',
    '--help',
    ':a',
    '*',
    '[a]',
  ],
  ...['p', 'p.json', 'p~p', 'p.md', 'con', 'nul', 'a:b', 'ünï', '日本', '🙂', 'e\u0301', '\u00e9', 'A', 'a.'],
  ...[
    'x'.repeat(255),
    'x'.repeat(256),
    'x'.repeat(300),
    `${'x'.repeat(299)}y`,
    '🙂'.repeat(255),
    'é/'.repeat(100),
  ],
  ...[`${'x'.repeat(252)}.md`, `${'x'.repeat(300)}.md`],
];

test('every page has a file of its own, whatever it is called, and git finds nothing wrong with it', async () => {
  for (const id of ['folders', 'pages']) happens([[id, created(id, {}, 'folder')]]);
  happens(hostile.map((slug, i) => [`d${i}`, created(slug, { body: `document ${i}` })]));
  happens(hostile.map((slug, i) => [`f${i}`, created(slug, { title: 'F' }, 'folder', 'folders')]));
  happens(hostile.map((_, i) => [`g${i}`, created('in.md', { body: `beneath ${i}` }, 'document', `f${i}`)]));
  happens(hostile.map((slug, i) => [`p${i}`, created(slug, { title: `page ${i}` }, 'page', 'pages')]));
  // What the names above are made into are names of pages, too.
  await run();
  const made = git('ls-tree', '-z', '--name-only', 'main').split('\0').filter(Boolean);
  rmSync(directory, { recursive: true });
  const others = made.filter((name) => ![...hostile, 'folders', 'pages'].includes(name));
  happens(others.map((slug, i) => [`o${i}`, created(slug, { body: `other ${i}` })]));
  happens(others.map((slug, i) => [`q${i}`, created(slug, { title: `other page ${i}` }, 'page', 'pages')]));
  await run();

  expect(git('fsck', '--strict', '--full')).toBe('');
  const entries = git('ls-tree', '-r', '-z', 'main').split('\0').filter(Boolean);
  expect(entries).toHaveLength(3 * hostile.length + 2 * others.length);
  expect(new Set(entries.map((entry) => entry.split(/[ \t]/)[2])).size).toBe(entries.length);
  expect(git('status', '--porcelain')).toBe('');
  const names = git('ls-tree', '-z', '--name-only', 'main').split('\0');
  expect(names).toEqual(expect.arrayContaining(['.github', '.gitignore', 'a\nb', 'con', ' a']));
  expect(names.every((name) => Buffer.byteLength(name) <= 255)).toBe(true);
  const protectedToo = ['-c', 'core.protectHFS=true', '-c', 'core.protectNTFS=true'];
  git(...protectedToo, 'rm', '-r', '--quiet', '--cached', '.');
  git(...protectedToo, 'read-tree', 'main');
});

test('names that are made up give way to those that pages have and to each other', async () => {
  const page = (slug: string): [string, PageEvent] => [slug, created(slug, { title: slug }, 'page')];
  happens([page('p'), page('p.json'), page('p~p'), page('p~~p.json')]);
  happens([
    ['d', created('p.json.json', { body: 'd' })],
    ['e', created('p~p.json', { body: 'e' })],
  ]);
  await run();
  expect(trees().map((tree) => tree.length)).toEqual([4, 6]);
});

test('a tree that is deeper than the system can hold has its files elsewhere', async () => {
  const depth = 20;
  happens(
    Array.from({ length: depth }, (_, i): [string, PageEvent] => [
      `f${i}`,
      created(`${i}`.padEnd(250, 'x'), {}, 'folder', i === 0 ? null : `f${i - 1}`),
    ]),
  );
  happens([['deep', created('deep.md', { body: 'deep' }, 'document', `f${depth - 1}`)]]);
  await run();
  expect(trees()).toEqual([['~far/deep.md']]);
  expect(readFileSync(join(directory, '~far/deep.md'), 'utf8')).toBe('deep');
});

test('an author without a name, or with one that no header can hold, is one whom git takes', async () => {
  for (const name of ['', ' ', '<', '>', '.', '\n', 'a\0b', ',;:"', 'A <a@b> C']) {
    happens([[`by ${changeSets}`, created(`${changeSets}`)]], { by: { kind: 'token', id: '<\n>', name } });
    happens([[`at ${changeSets}`, created(`${changeSets}`)]], { source: { address: `${name}@\n<b>` } });
  }
  await run();
  expect(git('fsck', '--strict')).toBe('');
});

test('an export that git could not finish leaves nothing behind', async () => {
  happens([['a', created('a.md', { body: 'a' })]]);
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  for (const verb of ['reset', 'fast-import', 'init', 'config']) {
    const script = `#!/bin/sh\ncase " $* " in *" ${verb} "*) echo "fatal: no room" >&2; exit 128;; esac\nexec ${real} "$@"\n`;
    writeFileSync(join(bin, 'git'), script, { mode: 0o755 });
    const exporting = exportGit(directory, {
      ...source(),
      ...{ progress: () => undefined, signal: new AbortController().signal },
      searchPath: `${bin}:${searchPath}`,
    });
    await expect(exporting).rejects.toThrow(`${directory} could not be written: git ${verb} failed: no room`);
    expect(existsSync(directory)).toBe(false);
  }
});
