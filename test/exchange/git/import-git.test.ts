import {
  importGit,
  type ImportGitOptions,
  type ImportedHistory,
} from '../../../src/exchange/git/import-git.js';
import { openHistoryLine } from '../../../src/exchange/git/history-line.js';
import { exportGit } from '../../../src/exchange/git/export-git.js';
import { FileStore } from '../../../src/files/file-store.js';
import { ladder } from '../../support/ladder.js';
import { openInstallation, storyOf, type Installation } from './installation.js';
import { longText, Repository, searchPath } from './repository.js';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let repository: Repository;
let installation: Installation;
beforeEach(() => {
  repository = new Repository();
  installation = openInstallation();
});
afterEach(() => {
  repository.remove();
});

async function run(
  options: Partial<ImportGitOptions> = {},
  into = installation,
  commits = Infinity,
): Promise<ImportedHistory> {
  const stop = new AbortController();
  return importGit(await openHistoryLine(repository.directory, { searchPath }), options, {
    db: into.db,
    submit: into.submit,
    schemaVersion: ladder.finalized,
    progress: (done) => {
      if (done >= commits) stop.abort();
    },
    signal: stop.signal,
  });
}

/** Everything that can happen to files, merges and files that don't match included. */
function writeHistory(): void {
  repository.commit({ 'readme.txt': 'no page' }, 'Start');
  repository.commit({ 'a.md': longText('A'), 'guides/b.md': longText('B'), 'guides/deep/c.md': 'c' });
  repository.git('checkout', '--quiet', '-b', 'side');
  repository.commit({ 'side.md': 'one' });
  repository.commit({ 'side.md': 'two\r\n' });
  repository.git('checkout', '--quiet', 'main');
  repository.commit({ 'a.md': longText('A').replace('Line 7', 'Seven') });
  repository.git('merge', '--quiet', '--no-ff', '--message', 'Merge side', 'side');
  repository.commit({
    'guides/b.md': null,
    'howto/b.md': `${longText('B')}more\n`,
    'readme.txt': 'still none',
  });
  repository.commit({ 'readme.txt': null }, 'Nothing that matches');
  repository.commit({ 'guides/deep/c.md': null });
  repository.commit({ 'guides/deep/c.md': 'again' });
  repository.commit({ 'a.md': null, 'a.md/index.md': longText('A') });
  repository.commit({ 'a.md': null, 'ünï "x".md': '', guides: null });
}

describe('what is refused', () => {
  test('a parent that is not there', async () => {
    repository.commit({ 'a.md': '1' });
    await expect(run({ parent: '/docs' })).rejects.toThrow('there is no page at /docs: create it first');
  });

  test('to go on with a history that was rewritten', async () => {
    repository.commit({ 'a.md': '1' });
    repository.commit({ 'a.md': '2' });
    await run();
    repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    repository.commit({ 'a.md': 'other' });
    await expect(run()).rejects.toThrow('is not in the history of');
  });

  test('to go on with other files of the same history, or other names', async () => {
    repository.commit({ 'a.md': '1' });
    await run({ match: '*.md' });
    await expect(run()).rejects.toThrow("this history was imported with --match '*.md': go on with that");
    await expect(run({ match: '*.md', stripExtension: true })).rejects.toThrow('go on with that');
  });

  test.each([
    ['insufficient-storage', 75],
    ['maintenance', 75],
    ['schema-version-unknown', 78],
    ['path-taken', 65],
  ] as const)('what the server refuses with %s ends as every verb does then (%i)', async (code, exitCode) => {
    repository.commit({ 'a.md': '1' });
    const submit: Installation['submit'] = () =>
      Promise.resolve({
        kind: 'refused',
        position: 0,
        index: 0,
        refusal: { code, message: 'so it is', details: {} },
      });
    await expect(run({}, { ...installation, submit })).rejects.toMatchObject({
      exitCode,
      message: expect.stringContaining(`(${code}): so it is`) as string,
    });
  });

  test.each([
    ['while the import runs', 'after', /adds \/b.md, where there is a page of type document already/],
    ['at the last moment', 'before', /was refused at its create-page \(path-taken\): .*this commit is kept/],
  ] as const)(
    'a place that somebody takes %s: the commit is named, what came before is kept',
    async (_, when, why) => {
      repository.commit({ 'a.md': '1' });
      const second = repository.commit({ 'b.md': '2' });
      const submit: Installation['submit'] = async (changeSet) => {
        const [command] = changeSet.commands;
        const first = command?.kind === 'create-page' && command.place ? command : null;
        const isNow = first?.place?.slug === (when === 'after' ? 'a.md' : 'b.md');
        const another = async (): Promise<void> => {
          if (!isNow) return;
          const page = '00000000-0000-4000-8000-000000000000';
          const place = { parent: null, slug: 'b.md' };
          await installation.submit({
            ...changeSet,
            id: 'another',
            source: null,
            commands: [{ ...first, page, place }],
          });
        };
        if (when === 'before') await another();
        const outcome = await installation.submit(changeSet);
        if (when === 'after') await another();
        return outcome;
      };
      const importing = run({}, { ...installation, submit });
      await expect(importing).rejects.toThrow(why);
      await expect(importing).rejects.toThrow(`commit ${second}`);
      expect(installation.paths()).toEqual(['/a.md', '/b.md']);
    },
  );
});

describe('what is imported', () => {
  test('counts, paths and pages', async () => {
    writeHistory();
    const imported = await run();
    expect(imported).toMatchObject({ commits: 10, changes: 12, complete: true });
    expect(installation.paths()).toEqual(['/howto', '/howto/b.md', '/side.md', '/ünï "x".md']);
  });

  test('nothing the second time; only what is new the third time', async () => {
    writeHistory();
    const first = await run();
    expect(await run()).toEqual({ commits: 0, changes: 0, position: first.position, complete: true });
    repository.commit({ 'new.md': 'new' });
    expect(await run()).toEqual({ commits: 1, changes: 1, position: first.position + 1, complete: true });
  });

  test('two imports make the same events, wherever one of them was stopped', async () => {
    writeHistory();
    await run();
    const whole = storyOf(installation.db);
    for (let commits = 0; commits <= 10; commits++) {
      const other = openInstallation();
      const part = await run({}, other, commits);
      expect(part).toMatchObject({ commits: Math.min(commits, 10), complete: commits >= 10 });
      await run({}, other);
      expect(storyOf(other.db)).toEqual(whole);
    }
  });

  test('the same history beneath two parents', async () => {
    repository.commit({ 'a.md': '1' });
    await run();
    await run({ parent: '/a.md/' });
    await run({ parent: 'a.md', stripExtension: false });
    expect(installation.paths()).toEqual(['/a.md', '/a.md/a.md']);
  });

  test('names without extension', async () => {
    repository.commit({ 'guides/a.b.md': '1', '.hidden/b.md': 'not looked at' });
    await run({ stripExtension: true });
    expect(installation.paths()).toEqual(['/guides', '/guides/a.b']);
  });

  test('published, when asked for', async () => {
    repository.commit({ 'x/a.md': '1' });
    await run({ publish: true });
    const versions = installation.db.prepare('SELECT published_version FROM pages').pluck().all();
    expect(versions).toEqual([1, 1]);
  });
});

test('exported again, the trees are those of the original with nothing but the matching files', async () => {
  writeHistory();
  await run();
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-export-'));
  const signal = new AbortController().signal;
  const store = new FileStore(join(directory, 'none'));
  await exportGit(directory, {
    db: installation.db,
    ladder,
    store,
    progress: () => undefined,
    signal,
    searchPath,
  });
  const ask = (...args: string[]) =>
    execFileSync('git', args, { cwd: directory, encoding: 'utf8' }).trim().split('\n');

  const reduced: string[] = [];
  for (const commit of repository.git('rev-list', '--first-parent', '--reverse', 'HEAD').split('\n')) {
    const files = repository.tree(commit).filter((file) => file.endsWith('.md'));
    const index = { ...process.env, GIT_INDEX_FILE: join(repository.directory, '.git', 'reduced') };
    rmSync(index.GIT_INDEX_FILE, { force: true });
    const input = files.map((file) => `${file}\0`).join('');
    const cwd = repository.directory;
    execFileSync('git', ['update-index', '-z', '--index-info'], { cwd, env: index, input });
    const tree = execFileSync('git', ['write-tree'], { cwd, env: index, encoding: 'utf8' }).trim();
    if (tree !== (reduced.at(-1) ?? emptyTree)) reduced.push(tree);
  }
  expect(ask('log', '--reverse', '--format=%T', 'main')).toEqual(reduced);
  expect(ask('status', '--porcelain')).toEqual(['']);
  expect(ask('log', '--reverse', '--format=%an %ae %ct %s', 'main')[0]).toBe(
    'Ada ada@example.org 1577836920 Change',
  );
  rmSync(directory, { recursive: true });
});

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
