import { mkdirSync, symlinkSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { derivedId } from '../../../src/log/derived-id.js';
import { remainingAfter, openHistoryLine } from '../../../src/exchange/git/history-line.js';
import { readHistory, type Change, type Commit } from '../../../src/exchange/git/read-history.js';
import { longText, Repository, searchPath } from './repository.js';

let repository: Repository;
beforeEach(() => {
  repository = new Repository();
});
afterEach(() => {
  repository.remove();
});

type Choice = { branch?: string; match?: string; after?: string };

async function read({ branch, ...choice }: Choice = {}, directory = repository.directory): Promise<Commit[]> {
  const line = await openHistoryLine(directory, { searchPath, ...(branch !== undefined && { branch }) });
  const commits: Commit[] = [];
  for await (const commit of readHistory(line, choice)) commits.push(commit);
  return commits;
}

async function lastChanges(choice: Choice = {}): Promise<readonly Change[] | undefined> {
  return (await read(choice)).at(-1)?.changes;
}

describe('what is refused', () => {
  test('a directory that is not there', async () => {
    await expect(read({}, '/nowhere/at/all')).rejects.toThrow('/nowhere/at/all is not a directory');
  });

  test('a machine without git', async () => {
    const opening = openHistoryLine(repository.directory, { searchPath: '/nowhere' });
    await expect(opening).rejects.toThrow('the program git was not found: install it');
  });

  test('a directory that is no repository', async () => {
    repository.git('config', 'core.repositoryFormatVersion', '99');
    await expect(read()).rejects.toThrow(/can't be read as a git repository/);
  });

  test('a folder inside a repository', async () => {
    repository.commit({ 'docs/a.md': 'a' });
    await expect(read({}, join(repository.directory, 'docs'))).rejects.toThrow('name the top one');
  });

  test('a repository without a commit', async () => {
    await expect(read()).rejects.toThrow('has no commit on the branch it stands on: name one with --branch');
  });

  test('a branch that is not there, or that looks like an option', async () => {
    repository.commit();
    await expect(read({ branch: 'next' })).rejects.toThrow('has no branch "next"');
    await expect(read({ branch: '--all' })).rejects.toThrow('has no branch "--all"');
  });

  test('a shallow clone', async () => {
    repository.commit({ 'a.md': '1' });
    repository.commit({ 'a.md': '2' });
    repository.git('clone', '--quiet', '--depth=1', `file://${repository.directory}`, 'shallow');
    await expect(read({}, join(repository.directory, 'shallow'))).rejects.toThrow('git fetch --unshallow');
  });

  test('going on after a commit that is not in the history', async () => {
    const first = repository.commit();
    repository.git('checkout', '--quiet', '-b', 'side');
    const side = repository.commit({ 'a.md': 'a' });
    repository.git('checkout', '--quiet', 'main');
    repository.commit({ 'b.md': 'b' });
    const line = await openHistoryLine(repository.directory, { searchPath });
    await expect(remainingAfter(line, side)).rejects.toThrow(`${side}, is not in the history of`);
    await expect(remainingAfter(line, 'f'.repeat(40))).rejects.toThrow('is not in the history of');
    expect([await remainingAfter(line), await remainingAfter(line, first)]).toEqual([
      { count: 2 },
      { count: 1 },
    ]);
  });
});

describe('what is read', () => {
  test('commits come oldest first, with their author, the committer’s time and the message', async () => {
    const first = repository.commit({ 'a.md': 'a' }, 'First\n\nWith a body');
    const second = repository.commit({}, 'Second');
    expect(await read()).toEqual([
      {
        hash: first,
        tree: repository.git('rev-parse', `${first}^{tree}`).trim(),
        root: first,
        author: { id: derivedId('author', first, first), name: 'Ada', email: 'ada@example.org' },
        committedAt: new Date('2020-01-01T00:01:00Z'),
        oddDate: null,
        unreadable: [],
        message: 'First\n\nWith a body',
        changes: [{ kind: 'add', path: 'a.md', text: 'a' }],
      },
      expect.objectContaining({ hash: second, root: first, message: 'Second', changes: [] }),
    ]);
  });

  test('a merge is one commit with all that it brought to the line', async () => {
    repository.commit({ 'a.md': 'a' });
    repository.git('checkout', '--quiet', '-b', 'side');
    repository.commit({ 'b.md': 'b' });
    repository.commit({ 'c.md': 'c' });
    repository.git('checkout', '--quiet', 'main');
    repository.git('merge', '--quiet', '--no-ff', '--message', 'Merge', 'side');
    expect((await read()).map(({ changes }) => changes.map(({ path }) => path))).toEqual([
      ['a.md'],
      ['b.md', 'c.md'],
    ]);
    expect(await read({ branch: 'side' })).toHaveLength(3);
  });

  test('only what comes after a commit is read', async () => {
    const first = repository.commit({ 'a.md': '1' });
    const second = repository.commit({ 'a.md': '2' });
    expect((await read({ after: first })).map(({ hash, root }) => [hash, root])).toEqual([[second, first]]);
  });

  test('edits, deletions and moves are told apart', async () => {
    repository.commit({
      'edited.md': '1',
      'deleted.md': 'gone',
      'a.md': longText('A'),
      'b.md': longText('B'),
    });
    const edited = longText('B').replace('Line 3', 'Line three');
    repository.commit({
      'edited.md': '2',
      'deleted.md': null,
      'a.md': null,
      'b.md': null,
      'x/a.md': longText('A'),
      'x/b.md': edited,
    });
    expect(await lastChanges()).toEqual([
      { kind: 'delete', path: 'deleted.md' },
      { kind: 'edit', path: 'edited.md', text: '2' },
      { kind: 'move', from: 'a.md', path: 'x/a.md', text: null },
      { kind: 'move', from: 'b.md', path: 'x/b.md', text: edited },
    ]);
  });

  test('a move from or to what does not match is an addition or a deletion', async () => {
    repository.commit({ 'a.md': longText('A'), 'b.txt': longText('B') });
    repository.commit({ 'a.md': null, 'b.txt': null, 'a.txt': longText('A'), 'b.md': longText('B') });
    expect(await lastChanges()).toEqual([
      { kind: 'delete', path: 'a.md' },
      { kind: 'add', path: 'b.md', text: longText('B') },
    ]);
  });

  test('symlinks, submodules and changes of the mode leave nothing', async () => {
    const first = repository.commit({ 'a.md': 'a' });
    chmodSync(join(repository.directory, 'a.md'), 0o755);
    symlinkSync('a.md', join(repository.directory, 'link.md'));
    repository.git('update-index', '--add', '--cacheinfo', `160000,${first},module.md`);
    mkdirSync(join(repository.directory, 'module.md'));
    repository.commit();
    expect(await lastChanges()).toEqual([]);
  });

  test('a file that becomes a symlink is gone', async () => {
    repository.commit({ 'a.md': 'a', 'b.md': 'b' });
    repository.git('rm', '--quiet', 'b.md');
    symlinkSync('a.md', join(repository.directory, 'b.md'));
    repository.commit();
    expect(await lastChanges()).toEqual([{ kind: 'delete', path: 'b.md' }]);
  });

  test.each([
    ['empty', ''],
    ['without a line end', 'text'],
    ['with CRLF', 'a\r\nb\r\n'],
    ['with a byte order mark, NUL and an emoji', '\ufeff\0🙂\n'],
    ['of 10 MB', '0123456789\n'.repeat(1_000_000)],
  ])('a file comes through exactly: %s', async (_, text) => {
    repository.commit({ 'a.md': text });
    const [change] = (await lastChanges()) ?? [];
    expect(change?.kind === 'add' && change.text === text).toBe(true);
  });

  test.each([
    'with space.md',
    '"quoted".md',
    'line\nend/a\nb.md',
    ':colon.md',
    'back\\slash.md',
    'ünïcödé/日本.md',
  ])('a name comes through exactly: %j', async (path) => {
    repository.commit({ [path]: 'text' });
    expect(await lastChanges()).toEqual([{ kind: 'add', path, text: 'text' }]);
  });

  test('the repository’s own settings, replacements and mailmap change nothing', async () => {
    repository.commit({ 'a.md': longText('A'), 'z.md': '1' });
    const second = repository.commit({ 'a.md': null, 'b.md': longText('A'), 'z.md': '2' }, 'Ümläut');
    const before = await read();
    repository.write('order', 'z*\n');
    for (const [name, value] of Object.entries({
      'diff.renames': 'false',
      'diff.renameLimit': '1',
      'diff.orderFile': join(repository.directory, 'order'),
      'log.showSignature': 'true',
      'log.showRoot': 'false',
      'i18n.logOutputEncoding': 'ISO-8859-1',
      'mailmap.file': join(repository.directory, '.mailmap'),
      'core.quotePath': 'true',
    })) {
      repository.git('config', name, value);
    }
    repository.write('.mailmap', 'Eve <eve@example.org> <ada@example.org>\n');
    const other = repository.git('commit-tree', '-m', 'Replaced', `${second}^{tree}`);
    repository.git('replace', second, other);
    expect(await read()).toEqual(before);
  });

  test('a bare clone has the same history', async () => {
    repository.commit({ 'a.md': 'a' });
    const before = await read();
    repository.git('clone', '--quiet', '--bare', '.', 'bare.git');
    expect(await read({}, join(repository.directory, 'bare.git'))).toEqual(before);
  });
});
