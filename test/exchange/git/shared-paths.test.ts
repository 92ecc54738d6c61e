import { pathsOf } from '../../support/paths.js';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportGit } from '../../../src/exchange/git/export-git.js';
import { openHistoryLine } from '../../../src/exchange/git/history-line.js';
import { importGit } from '../../../src/exchange/git/import-git.js';
import { readLog } from '../../../src/log/read-log.js';
import { FileStore } from '../../../src/files/file-store.js';
import { ladder } from '../../support/ladder.js';
import { openInstallation, storyOf, type Installation } from './installation.js';
import { longText, Repository, searchPath } from './repository.js';

let repository: Repository;
beforeEach(() => {
  repository = new Repository();
});
afterEach(() => {
  repository.remove();
});

type Files = Readonly<Record<string, string | null>>;

async function run(into: Installation, match: string): Promise<void> {
  await importGit(
    await openHistoryLine(repository.directory, { searchPath }),
    { stripExtension: true, match },
    {
      db: into.db,
      submit: into.submit,
      schemaVersion: ladder.finalized,
      progress: () => undefined,
      signal: new AbortController().signal,
    },
  );
}

/** Path, type and text of each page. */
function site({ db }: Installation): Readonly<Record<string, string>> {
  const texts = new Map<string, string>();
  for (const event of readLog(db)) {
    if ('content' in event)
      texts.set(event.stream, (JSON.parse(event.content) as { body?: string }).body ?? 'folder');
  }
  return Object.fromEntries([...pathsOf(db)].map(([path, id]) => [path, texts.get(id) ?? '']));
}

async function exported({ db }: Installation): Promise<Readonly<Record<string, string>>> {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-export-'));
  const signal = new AbortController().signal;
  const store = new FileStore(join(directory, 'none'));
  await exportGit(directory, { db, ladder, store, progress: () => undefined, signal, searchPath });
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: directory, encoding: 'utf8' });
  git('fsck', '--strict');
  const paths = git('ls-tree', '-r', '-z', '--name-only', 'main').split('\0').filter(Boolean);
  const files = Object.fromEntries(paths.map((path) => [path, git('show', `main:${path}`)]));
  rmSync(directory, { recursive: true });
  return files;
}

const [page, one, two] = [longText('Page'), longText('One'), longText('Two')];

/** What commits do, and the site in the end. Files are what the last commit holds. */
const stories: readonly (readonly [string, readonly Files[], Readonly<Record<string, string>>])[] = [
  ['both at once', [{ 'guide.md': page, 'guide/a.md': one }], { '/guide': page, '/guide/a': one }],
  [
    'the page before the folder',
    [{ 'guide.md': page }, { 'guide/a.md': one, 'guide/deep/b.md': two }],
    { '/guide': page, '/guide/a': one, '/guide/deep': 'folder', '/guide/deep/b': two },
  ],
  [
    'the folder before the page',
    [{ 'guide/a.md': one, 'guide/deep/b.md': two }, { 'guide.md': page }],
    { '/guide': page, '/guide/a': one, '/guide/deep': 'folder', '/guide/deep/b': two },
  ],
  [
    'the page goes',
    [{ 'guide.md': page, 'guide/a.md': one }, { 'guide.md': null }],
    { '/guide': 'folder', '/guide/a': one },
  ],
  ['the folder goes', [{ 'guide.md': page, 'guide/a.md': one }, { guide: null }], { '/guide': page }],
  [
    'both go',
    [
      { 'guide.md': page, 'guide/a.md': one, 'x.md': two },
      { 'guide.md': null, guide: null },
    ],
    { '/x': two },
  ],
  [
    'the page goes and comes back',
    [{ 'guide.md': page, 'guide/a.md': one }, { 'guide.md': null }, { 'guide.md': two }],
    { '/guide': two, '/guide/a': one },
  ],
  [
    'the page is moved away',
    [
      { 'guide.md': page, 'guide/a.md': one },
      { 'guide.md': null, 'other.md': page },
    ],
    { '/guide': 'folder', '/guide/a': one, '/other': page },
  ],
  [
    'the page is moved to its folder',
    [
      { 'guide/a.md': one, 'other.md': page },
      { 'guide.md': page, 'other.md': null },
    ],
    { '/guide': page, '/guide/a': one },
  ],
  [
    'the page is moved into its folder, and out of it',
    [
      { 'guide.md': page, 'guide/a.md': one },
      { 'guide.md': null, 'guide/index.md': page },
      { 'guide.md': page, 'guide/index.md': null },
    ],
    { '/guide': page, '/guide/a': one },
  ],
  [
    'both are moved',
    [
      { 'guide.md': page, 'guide/a.md': one, 'guide/b.md': two },
      { 'guide.md': null, guide: null, 'manual.md': page, 'manual/a.md': one, 'manual/b.md': two },
    ],
    { '/manual': page, '/manual/a': one, '/manual/b': two },
  ],
  [
    'two pages with folders change places',
    [
      { 'a.md': one, 'b.md': two, 'a/x.md': page, 'b/y.md': longText('Y') },
      { 'a.md': two, 'b.md': one },
    ],
    { '/a': two, '/a/x': page, '/b': one, '/b/y': longText('Y') },
  ],
  [
    'a page that becomes the folder above itself',
    [
      { 'a/b.md': one, 'a/b/c.md': two },
      { 'a.md': one, 'a/b.md': null },
    ],
    { '/a': one, '/a/b': 'folder', '/a/b/c': two },
  ],
  [
    'two files of one name: who comes later keeps its extension',
    [{ 'guide.md': page }, { 'guide.markdown': one, 'guide/a.md': two }],
    { '/guide': page, '/guide.markdown': one, '/guide/a': two },
  ],
  [
    'the same at once, and the first goes',
    [{ 'guide.md': page, 'guide.markdown': one }, { 'guide.markdown': null }, { 'guide.md': two }],
    { '/guide.md': two },
  ],
  [
    'three that are in each other’s way',
    [{ 'a.md.md': one }, { 'a.markdown': two }, { 'a.md': page }, { 'a.md': 'edited' }],
    { '/a': two, '/a.md': one, '/a.md~2f409afe': 'edited' },
  ],
  [
    'names that differ in their case only',
    [{ 'Guide.md': page, 'guide.md': one }],
    { '/Guide': page, '/guide': one },
  ],
];

test.each(stories)('%s', async (_, commits, wanted) => {
  const match = '**/*.{md,markdown}';
  const [whole, resumed] = [openInstallation(), openInstallation()];
  for (const files of commits) {
    repository.commit(files);
    await run(resumed, match);
  }
  await run(whole, match);
  expect(site(whole)).toEqual(wanted);
  expect(storyOf(resumed.db)).toEqual(storyOf(whole.db));

  const paths = repository.git('ls-tree', '-r', '-z', '--name-only', 'HEAD').split('\0').filter(Boolean);
  const texts = paths.map((path) => repository.git('show', `HEAD:${path}`));
  const back = await exported(whole);
  expect(
    Object.values(back)
      .map((text) => text.trimEnd())
      .sort(),
  ).toEqual(texts.sort());
  if (paths.every((path) => /^[^.]+\.md$/.test(path)) && !('/guide.md' in wanted)) {
    expect(Object.keys(back).sort()).toEqual(paths.sort());
  }
});
