import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everywhere } from '../../../src/access/rights.js';
import type { ChangeSet } from '../../../src/commands/change-set.js';
import type { RecordedEvent } from '../../../src/events/event.js';
import { exportGit } from '../../../src/exchange/git/export-git.js';
import { importGit, type ImportGitOptions } from '../../../src/exchange/git/import-git.js';
import { openHistoryLine } from '../../../src/exchange/git/history-line.js';
import { FileStore } from '../../../src/files/file-store.js';
import { readLog } from '../../../src/log/read-log.js';
import { referringRows } from '../../../src/projections/referrers.js';
import { ladder } from '../../support/ladder.js';
import { documentWith } from '../../support/linking.js';
import { pathsOf } from '../../support/paths.js';
import { openInstallation, storyOf, type Installation } from './installation.js';
import { longText, Repository, searchPath } from './repository.js';

const assets = '**/*.{png,jpg,svg,gif,webp,pdf}';
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
/** Large enough for git to see that it has moved though a little of it has changed. */
const large = Buffer.concat([png, randomBytes(20_000)]);
const edited = Buffer.concat([large.subarray(0, 19_000), Buffer.from('edited')]);

let repository: Repository;
let installation: Installation;
let store: FileStore;
const directories: string[] = [];
beforeEach(() => {
  repository = new Repository();
  installation = openInstallation();
  store = newStore();
});
afterEach(() => {
  repository.remove();
});
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

function newStore(): FileStore {
  directories.push(mkdtempSync(join(tmpdir(), 'palimpsest-content-')));
  return new FileStore(join(directories.at(-1) ?? '', 'content'));
}

async function run(
  options: Partial<ImportGitOptions> = {},
  { into = installation, commits = Infinity, limitBytes = 1_000_000 } = {},
) {
  const stop = new AbortController();
  return importGit(
    await openHistoryLine(repository.directory, { searchPath }),
    { assets, ...options },
    {
      db: into.db,
      submit: into.submit,
      files: { store, limitBytes },
      schemaVersion: ladder.finalized,
      progress: (done) => {
        if (done >= commits) stop.abort();
      },
      signal: stop.signal,
    },
  );
}

/** Of what an editor does. */
function headOf(id: string): Omit<ChangeSet, 'commands'> {
  return {
    id,
    at: '2021-01-01T00:00:00.000Z',
    by: { kind: 'token', id: 'editor', name: 'Editor' },
    rights: everywhere('admin'),
    comment: null,
    source: null,
    idempotency: null,
    dryRun: false,
  };
}

interface Told {
  readonly path: string | undefined;
  readonly type: string;
  readonly file?: string;
}

/** What happened to assets, by the paths where they are now or were last. */
function story(): readonly Told[] {
  const paths = new Map<string, string>();
  const slugs = new Map<string, { parent: string | null; slug: string }>();
  const assetIds = new Set<string>();
  const told: Told[] = [];
  const pathOf = (id: string | null): string => {
    const place = id === null ? undefined : slugs.get(id);
    return place ? `${pathOf(place.parent)}/${place.slug}` : '';
  };
  for (const event of readLog(installation.db)) {
    if (event.type === 'PageCreated' || event.type === 'PageMoved') {
      const place = event.type === 'PageCreated' ? event.data.place : event.data;
      if (place) slugs.set(event.stream, place);
    }
    if (event.type === 'PageCreated' && event.data.pageType === 'asset') assetIds.add(event.stream);
    if (!assetIds.has(event.stream)) continue;
    paths.set(event.stream, pathOf(event.stream));
    const file = fileOf(event);
    told.push({ path: pathOf(event.stream), type: event.type, ...(file && { file: file.sha256 }) });
  }
  return told;
}

function fileOf(event: RecordedEvent) {
  return event.type === 'PageCreated' || event.type === 'PageSaved' ? event.data.file : undefined;
}

function hashOf(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Everything that can happen to a picture. */
function writeHistory(): void {
  repository.commit({ 'a.md': longText('A'), 'images/a.png': png, 'images/notes.txt': 'no asset' }, 'Start');
  repository.commit({ 'docs/images/large.png': large, 'logo.svg': svg });
  repository.commit({
    'images/a.png': Buffer.concat([png, Buffer.from('more')]),
    'a.md': `${longText('A')}more`,
  });
  repository.commit({ 'docs/images/large.png': null, 'pictures/large.png': large });
  repository.commit({ 'pictures/large.png': null, 'pictures/deep/edited.png': edited });
  repository.commit({ 'images/a.png': null });
  repository.commit({ 'images/a.png': png });
}

test('pictures come along with their history, in the change sets of their commits', async () => {
  writeHistory();
  const { complete } = await run();
  expect(complete).toBe(true);
  expect(story()).toEqual([
    { path: '/images/a.png', type: 'PageCreated', file: hashOf(png) },
    { path: '/docs/images/large.png', type: 'PageCreated', file: hashOf(large) },
    { path: '/logo.svg', type: 'PageCreated', file: hashOf(svg) },
    { path: '/images/a.png', type: 'PageSaved', file: hashOf(Buffer.concat([png, Buffer.from('more')])) },
    { path: '/pictures/large.png', type: 'PageMoved' },
    { path: '/pictures/deep/edited.png', type: 'PageMoved' },
    { path: '/pictures/deep/edited.png', type: 'PageSaved', file: hashOf(edited) },
    { path: '/images/a.png', type: 'PageDeleted' },
    { path: '/images/a.png', type: 'PageCreated', file: hashOf(png) },
  ]);
  expect([...pathsOf(installation.db).keys()].sort()).toEqual(
    [
      '/a.md',
      '/images',
      '/images/a.png',
      '/logo.svg',
      '/pictures',
      '/pictures/deep',
      '/pictures/deep/edited.png',
    ].sort(),
  );
  const files = [...readLog(installation.db)].flatMap((event) => fileOf(event) ?? []);
  for (const { sha256, bytes } of files) {
    const kept = readFileSync(store.pathOf(sha256));
    expect([hashOf(kept), kept.length]).toEqual([sha256, bytes]);
  }
  expect(files[0]).toEqual({ sha256: hashOf(png), bytes: png.length, type: 'image/png', name: 'a.png' });
  expect(files[2]).toMatchObject({ type: 'image/svg+xml', name: 'logo.svg' });
  expect(files[4]).toMatchObject({ name: 'edited.png' });
  const commits = [...readLog(installation.db)].map(({ changeset }) => changeset.source?.commit);
  expect(new Set(commits).size).toBe(7);
});

test('links to pictures are found as references, and what is published shows them', async () => {
  const text = '# Guide\n\n![Gate](images/gate.png) ![Logo](/logo.svg) [next](next.md)\n';
  repository.commit({ 'docs/guide.md': text, 'docs/images/gate.png': png, 'logo.svg': svg });
  repository.commit({ 'docs/next.md': '[back](./guide.md)' });
  await run({ publish: true });
  const { db } = installation;
  const ids = pathsOf(db);
  const rows = referringRows(db, '1', 'true');
  const referred = ['/docs/images/gate.png', '/logo.svg', '/docs/next.md', '/docs/guide.md', '/docs'];
  const count = referred.map((path) => [...rows(ids.get(path) ?? '')].length);
  // A picture also by its id, as it was published with the guide.
  expect(count).toEqual([2, 2, 1, 1, 0]);
  const guide = ids.get('/docs/guide.md');
  const published = [...readLog(db)].filter(
    ({ type, stream }) => type === 'PagePublished' && stream === guide,
  );
  const shown = ['/docs/images/gate.png', '/logo.svg'].map((path) => ids.get(path));
  expect(published.map(({ data }) => data)).toEqual([{ version: 1, shows: shown.sort() }]);
});

describe('exported again', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'palimpsest-export-'));
    directories.push(directory);
  });
  const exported = () =>
    exportGit(directory, {
      ...{ db: installation.db, ladder, store, searchPath },
      ...{ progress: () => undefined, signal: new AbortController().signal },
    });
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: directory, encoding: 'utf8' }).trim();

  test('pictures are the files that they were, in each commit', async () => {
    writeHistory();
    await run();
    expect((await exported()).commits).toBe(7);
    expect(git('fsck', '--strict')).toBe('');
    expect(git('status', '--porcelain')).toBe('');
    const commits = (ask: (...args: readonly string[]) => string): readonly string[] =>
      ask('rev-list', '--first-parent', '--reverse', 'main').split('\n');
    const trees = (ask: (...args: readonly string[]) => string): readonly string[] =>
      commits(ask).map((commit) =>
        ask('ls-tree', '-r', commit)
          .split('\n')
          .filter((line) => !line.endsWith('notes.txt'))
          .join('\n'),
      );
    expect(trees(git)).toEqual(trees((...args) => repository.git(...args)));
  });

  test('a picture with pages beneath it stands among them', async () => {
    repository.commit({ 'a.png': png });
    await run();
    const [[, asset = ''] = []] = pathsOf(installation.db);
    await installation.submit({
      ...headOf('page beneath'),
      commands: [documentWith('beneath', 'Beneath', { parent: asset, slug: 'b.md' })],
    });
    await exported();
    expect(git('ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual([
      'a.png/_index.png',
      'a.png/b.md',
    ]);
    expect(readFileSync(join(directory, 'a.png', '_index.png')).equals(png)).toBe(true);
  });

  test.each<[string, Buffer | null, string]>([
    ['missing', null, 'is missing'],
    ['cut off', png.subarray(0, 10), 'has 10 bytes in place of'],
    ['damaged', Buffer.concat([png.subarray(1), png.subarray(0, 1)]), 'has other bytes than it had'],
  ])('a file that is %s is named, and nothing is left of the repository', async (_what, bytes, told) => {
    repository.commit({ 'a.md': 'A', 'b.png': png });
    await run();
    const path = store.pathOf(hashOf(png));
    if (bytes) writeFileSync(path, bytes);
    else rmSync(path);
    await expect(exported()).rejects.toThrow(told);
    expect(readdirSync(directory)).toEqual([]);
  });
});

test('two imports make the same events, in one go or stopped after each commit', async () => {
  writeHistory();
  await run({ publish: true });
  const other = openInstallation();
  const first = store;
  store = newStore();
  for (;;) {
    const { complete } = await run({ publish: true }, { into: other, commits: 1 });
    if (complete) break;
  }
  expect(storyOf(other.db)).toEqual(storyOf(installation.db));
  for (const event of readLog(other.db)) {
    const file = fileOf(event);
    if (file)
      expect(readFileSync(store.pathOf(file.sha256)).equals(readFileSync(first.pathOf(file.sha256)))).toBe(
        true,
      );
  }
});

test('an asset keeps its name where extensions are left out', async () => {
  repository.commit({ 'logo.png': png, 'logo.md': 'Logo', 'logo.png.md': 'About it' });
  await run({ stripExtension: true });
  expect([...pathsOf(installation.db).keys()].sort()).toEqual(['/logo', '/logo.png', '/logo.png.md']);
  repository.commit({ 'logo.png': large, 'logo.png.md': 'More about it' });
  await run({ stripExtension: true });
  expect(story().at(-1)).toEqual({ path: '/logo.png', type: 'PageSaved', file: hashOf(large) });
});

test('what was a picture and becomes a document is another page, and the other way round', async () => {
  repository.commit({ 'a.svg': longText('A') });
  repository.commit({ 'a.svg': null, 'a.md': longText('A') });
  repository.commit({ 'a.md': null, 'b.svg': longText('A') });
  await run();
  expect(story().map(({ path, type }) => [path, type])).toEqual([
    ['/a.svg', 'PageCreated'],
    ['/a.svg', 'PageDeleted'],
    ['/b.svg', 'PageCreated'],
  ]);
});

test('a file without bytes is no asset, and becomes one when it has some', async () => {
  repository.commit({ 'a.png': '' });
  repository.commit({ 'a.png': png });
  repository.commit({ 'a.png': '' });
  await run();
  expect(story().map(({ type }) => type)).toEqual(['PageCreated', 'PageDeleted']);
});

test('a picture that is too large stops the import, or is left out and told', async () => {
  repository.commit({ 'a.png': png, 'large.png': large });
  await expect(run({}, { limitBytes: 10_000 })).rejects.toThrow(/has large\.png, which is larger than files/);
  expect(story()).toEqual([]);
  const { skipped } = await run({ onConflict: 'ours' }, { limitBytes: 10_000 });
  expect(skipped?.first).toMatchObject([{ path: 'large.png' }]);
  expect(story().map(({ path }) => path)).toEqual(['/a.png']);
  // What is not too large any more comes then.
  repository.commit({ 'large.png': png });
  await run({ onConflict: 'theirs' }, { limitBytes: 10_000 });
  expect(story().map(({ path }) => path)).toEqual(['/a.png', '/large.png']);
});

test('a pointer of Git LFS is no picture', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 12345\n`;
  repository.commit({ 'a.png': pointer, 'b.png': png });
  await expect(run()).rejects.toThrow('has a.png as a pointer of Git LFS');
  const { skipped } = await run({ onConflict: 'ours' });
  expect(skipped?.first).toMatchObject([{ path: 'a.png' }]);
  expect(story().map(({ path }) => path)).toEqual(['/b.png']);
});

test('a repository that lacks a picture is told of, by the name of the picture', async () => {
  repository.commit({ 'a.png': png });
  const blob = repository.git('rev-parse', 'HEAD:a.png');
  rmSync(join(repository.directory, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
  await expect(run()).rejects.toThrow(/lacks "a\.png" of commit/);
  expect(story()).toEqual([]);
});

test('a history goes on with the files that it began with', async () => {
  repository.commit({ 'a.md': 'A', 'a.png': png });
  await run();
  await expect(run({ assets: '**/*.gif' })).rejects.toThrow(`--assets '${assets}': go on with that`);
});

describe('where an editor has been', () => {
  const idOf = (path: string): string => pathsOf(installation.db).get(path) ?? '';
  const said = async (page: string): Promise<void> => {
    const outcome = await installation.submit({
      ...headOf(`edit ${page}`),
      commands: [
        {
          kind: 'save-page',
          page,
          expected: 1,
          schemaVersion: ladder.finalized,
          form: 'document',
          document: { text: '{"alt":"A dot"}', refusal: null },
        },
      ],
    });
    expect(outcome.kind).toBe('accepted');
  };

  test('the import stops; the repository’s side keeps what was said of the picture', async () => {
    repository.commit({ 'a.png': png });
    await run();
    const id = idOf('/a.png');
    await said(id);
    repository.commit({ 'a.png': large });
    await expect(run()).rejects.toThrow('which an editor has saved');
    await run({ onConflict: 'theirs' });
    const last = [...readLog(installation.db)].at(-1);
    expect(last).toMatchObject({ type: 'PageSaved', stream: id, content: '{"alt":"A dot"}' });
    expect(last && fileOf(last)?.sha256).toBe(hashOf(large));
  });

  test('the editor’s side is kept and told', async () => {
    repository.commit({ 'a.png': png });
    await run();
    await said(idOf('/a.png'));
    repository.commit({ 'a.png': large });
    const { skipped } = await run({ onConflict: 'ours' });
    expect(skipped).toMatchObject({ count: 1, first: [{ path: 'a.png', why: 'which an editor has saved' }] });
  });
});
