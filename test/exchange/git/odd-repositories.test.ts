import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ChangeSetHead } from '../../../src/events/event.js';
import { derivedId } from '../../../src/log/derived-id.js';
import { openHistoryLine } from '../../../src/exchange/git/history-line.js';
import {
  importGit,
  type ImportedHistory,
  type ImportGitOptions,
} from '../../../src/exchange/git/import-git.js';
import { exportLines, importLines } from '../../../src/exchange/jsonl.js';
import { linesOf } from '../../../src/exchange/read-lines.js';
import { signatureOf } from '../../../src/ladder/signature.js';
import { takeCharge } from '../../../src/log/installation.js';
import { readLog } from '../../../src/log/read-log.js';
import { ladder } from '../../support/ladder.js';
import { openInstallation, storyOf, type Installation } from './installation.js';
import { longText, Repository, searchPath } from './repository.js';

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
  options: ImportGitOptions = {},
  into = installation,
  directory = repository.directory,
): Promise<ImportedHistory> {
  return importGit(await openHistoryLine(directory, { searchPath }), options, {
    db: into.db,
    submit: into.submit,
    schemaVersion: ladder.finalized,
    progress: () => undefined,
    signal: new AbortController().signal,
  });
}

/** The change sets of imports, oldest first. */
function changeSets({ db } = installation): readonly ChangeSetHead[] {
  return [...new Map([...readLog(db)].map(({ changeset }) => [changeset.id, changeset])).values()];
}

function bodies({ db } = installation): readonly unknown[] {
  return [...readLog(db)].flatMap((event) =>
    'content' in event && event.content.includes('"body"')
      ? [(JSON.parse(event.content) as { body: string }).body]
      : [],
  );
}

const latin = (text: string) => Buffer.from(text, 'latin1');

describe('a file that is not UTF-8', () => {
  test('is kept with U+FFFD, noted in its change set with its bytes, and told', async () => {
    const first = repository.commit({ 'a.md': 'a', 'docs/latin.md': latin('# Caf\xe9\n') });
    const second = repository.commit({ 'docs/latin.md': latin('# Caf\xe9s\n') });
    const blob = repository.git('rev-parse', `${first}:docs/latin.md`);
    expect(await run()).toMatchObject({
      complete: true,
      unreadable: {
        count: 2,
        first: [
          { commit: first, path: 'docs/latin.md', what: 'text' },
          { commit: second, path: 'docs/latin.md', what: 'text' },
        ],
      },
    });
    expect(bodies()).toEqual(['a', '# Caf\ufffd\n', '# Caf\ufffds\n']);
    expect(JSON.parse(changeSets()[0]?.source?.unreadable ?? '')).toEqual([
      {
        path: 'docs/latin.md',
        reason: 'the text is not UTF-8',
        blob,
        base64: latin('# Caf\xe9\n').toString('base64'),
      },
    ]);
    repository.commit({ 'docs/latin.md': '# Café\n' });
    expect(await run()).not.toHaveProperty('unreadable');
    expect(changeSets().at(-1)?.source).not.toHaveProperty('unreadable');
  });

  test('is read by the encoding that was named, which leaves all else alone', async () => {
    repository.commit({
      'a.md': 'Ünï',
      'b.md': latin('Caf\xe9'),
      'c.md': Buffer.from([0x93, 0xfa, 0x96, 0x7b]),
    });
    expect(await run({ encoding: 'latin1', match: '[ab].md' })).not.toHaveProperty('unreadable');
    expect(bodies()).toEqual(['Ünï', 'Café']);
    const other = openInstallation();
    await run({ encoding: 'shift_jis', match: '[ac].md' }, other);
    expect(bodies(other)).toEqual(['Ünï', '日本']);
  });

  test('is kept with U+FFFD when that encoding does not read it, either', async () => {
    repository.commit({ 'a.md': latin('\xff\xff') });
    expect(await run({ encoding: 'shift_jis' })).toMatchObject({ unreadable: { count: 1 } });
    expect(bodies()).toEqual(['\ufffd\ufffd']);
  });

  test('leaves a note of a size that does no harm, however many or large they are', async () => {
    const files = Array.from({ length: 400 }, (_, i) => [`many/${i}.md`, latin(`caf\xe9 ${i}`)] as const);
    repository.commit({ ...Object.fromEntries(files), 'large.md': Buffer.alloc(100_000, 0xe9) });
    expect(await run()).toMatchObject({ unreadable: { count: 401, first: { length: 10 } } });
    const text = changeSets()[0]?.source?.unreadable ?? '';
    expect(text.length).toBeLessThan(17_000);
    const notes = JSON.parse(text) as { path?: string; blob?: string; base64?: string; more?: number }[];
    expect(notes[0]).toMatchObject({
      path: 'large.md',
      blob: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
    });
    expect(notes[0]).not.toHaveProperty('base64');
    expect((notes.at(-1)?.more ?? 0) + notes.length - 1).toBe(401);
  });
});

describe('names', () => {
  test('that are not UTF-8 are kept apart, read where that is possible, and followed', async () => {
    repository.write(latin('caf\xe9.md'), longText('A'));
    repository.write(latin('caf\xe8.md'), longText('B'));
    repository.commit();
    expect(await run()).toMatchObject({
      unreadable: { count: 2, first: [{ path: 'caf\ufffd.md', what: 'name' }, {}] },
    });
    const [one = '', other = ''] = installation.paths();
    expect([one, other]).toEqual(['/caf\ufffd.md', expect.stringMatching(/^\/caf\ufffd\.md~[0-9a-f]{8}$/)]);
    repository.write(latin('caf\xe9.md'), longText('A').replace('Line 3', 'Zeile 3'));
    repository.write(latin('caf\xea.md'), 'third');
    repository.commit();
    await run();
    expect(installation.paths()).toHaveLength(3);
    const whole = openInstallation();
    await run({}, whole);
    expect(storyOf(whole.db)).toEqual(storyOf(installation.db));
  });

  test('that are read by the encoding are pages of that name', async () => {
    repository.write(latin('caf\xe9.md'), 'text');
    repository.commit();
    expect(await run({ encoding: 'windows-1252' })).not.toHaveProperty('unreadable');
    expect(installation.paths()).toEqual(['/café.md']);
  });

  test('of authors, and messages, come in the encoding that the commit says, or the one that was named', async () => {
    repository.commit({ 'a.md': '1' });
    const commit = (file: string, more: string, author: Buffer, message: Buffer): void => {
      repository.write('a.md', file);
      repository.git('add', '--all');
      const tree = repository.git('write-tree');
      const parent = repository.git('rev-parse', 'HEAD');
      const who = Buffer.concat([author, Buffer.from(' <x@example.org> 1600000000 +0000\n')]);
      const lines = [
        Buffer.from(`tree ${tree}\nparent ${parent}\nauthor `),
        who,
        Buffer.from('committer '),
        who,
      ];
      const text = Buffer.concat([...lines, Buffer.from(`${more}\n`), message]);
      const hash = repository.feed(text, 'hash-object', '-t', 'commit', '-w', '--literally', '--stdin');
      repository.git('reset', '--hard', '--quiet', hash);
    };
    commit('2', 'encoding ISO-8859-1\n', latin('J\xfcrgen'), latin('Gr\xfc\xdfe\n'));
    commit('3', '', latin('J\xfcrgen'), latin('Gr\xfc\xdfe\n'));
    commit('4', 'encoding NO-SUCH-THING\n', latin('J\xfcrgen'), latin('Gr\xfc\xdfe\n'));
    commit('5', 'encoding SHIFT_JIS\n', Buffer.from([0x93, 0xfa]), Buffer.from([0x96, 0x7b]));
    await run({ encoding: 'latin1' });
    expect(
      changeSets()
        .slice(1)
        .map(({ by, comment }) => [by.name, comment]),
    ).toEqual([
      ['Jürgen', 'Grüße'],
      ['Jürgen', 'Grüße'],
      ['Jürgen', 'Grüße'],
      ['日', '本'],
    ]);
    const other = openInstallation();
    await run({}, other);
    expect(changeSets(other)[2]?.by.name).toBe('J\ufffdrgen');
  });
});

/** Adds files by names that a file system may not take. */
function commitNames(names: readonly string[], text = 'text'): string {
  const blob = repository.feed(text, 'hash-object', '-w', '--stdin');
  const entries = names.map((name) => `100644 blob ${blob}\t${name}\0`).join('');
  const tree = repository.feed(entries, 'mktree', '-z');
  const hash = repository.git('commit-tree', tree, '-p', 'HEAD', '-m', 'Odd');
  repository.git('update-ref', 'refs/heads/main', hash);
  return hash;
}

describe('what no page can be', () => {
  beforeEach(() => repository.commit());

  test('control characters in names are U+FFFD, noted and told', async () => {
    const names = ['a\nb.md', 'a\tb.md', 'del\x7f.md'];
    const hash = commitNames(names);
    expect(await run()).toMatchObject({
      unreadable: { count: 3, first: [{ commit: hash, path: 'a\ufffdb.md', what: 'name' }, {}, {}] },
    });
    expect(installation.paths()).toEqual([
      '/a\ufffdb.md',
      expect.stringMatching(/^\/a\ufffdb\.md~[0-9a-f]{8}$/),
      '/del\ufffd.md',
    ]);
    expect(changeSets()[0]?.source?.unreadable).toContain('has control characters');
  });

  test('an extension is left out only where a name is left', async () => {
    commitNames(['..md', '...md', '.b.md']);
    await run({ stripExtension: true, match: '.*' });
    expect(installation.paths()).toEqual(['/...md', '/..md', '/.b']);
  });

  test.each([
    ['a name', [`${'ä'.repeat(300)}.md`], 'which has a name of more than 255 characters'],
    ['a document', ['large.md'], 'makes a document of more than 10485760 bytes of large.md', 6_000_000],
    ['a file', ['large.md'], 'makes a document of more than 10485760 bytes of large.md', 42_000_000],
  ])('%s that is too large stops the import, or is left out', async (_, names, fault, length = 1) => {
    const hash = commitNames(names, '"'.repeat(length));
    await expect(run()).rejects.toThrow(`commit ${hash} `);
    await expect(run({ onConflict: 'theirs' })).rejects.toThrow(fault);
    expect(await run({ onConflict: 'ours' })).toMatchObject({
      complete: true,
      skipped: { count: 1, first: [{ commit: hash, path: names[0] }] },
    });
    expect(installation.paths()).toEqual([]);
  });

  test('a path that is too long, or too deep', async () => {
    const name = 'x'.repeat(200);
    repository.commit({ [`${Array.from({ length: 11 }, () => name).join('/')}/a.md`]: 'a' });
    await expect(run()).rejects.toThrow('which is longer than 2048 bytes');
    repository.commit({ [name]: null, [`${'a/'.repeat(101)}a.md`]: 'a' });
    expect(await run({ onConflict: 'ours' })).toMatchObject({ skipped: { count: 2 } });
  });

  test('an author of whom no export could be read', async () => {
    const hash = repository.commitLiterally({
      tree: repository.feed(
        `100644 blob ${repository.feed('a', 'hash-object', '-w', '--stdin')}\ta.md\n`,
        'mktree',
      ),
      author: `${'A'.repeat(10_001)} <a@example.org> 1600000000 +0000`,
    });
    await expect(run()).rejects.toThrow(
      `commit ${hash} has an author of 10001 characters, 10000 are allowed`,
    );
  });
});

test('whatever was imported is exported, and imported again', async () => {
  repository.commit();
  commitNames([
    'a\nb.md',
    '\u202ea.md',
    ' .md',
    'a\\b.md',
    '~.md',
    'CON.md',
    `${'日'.repeat(84)}.md`,
    '"\'🙂.md',
  ]);
  repository.git('reset', '--hard', '--quiet');
  repository.write(latin('caf\xe9.md'), latin('caf\xe9'));
  repository.commit({}, `Long: ${'x'.repeat(5000)}\n\u0007`);
  await run({ stripExtension: true });
  const lines = [...exportLines(installation.db, () => undefined)];
  const other = openInstallation();
  const epoch = takeCharge(other.db, signatureOf('0.0.0', ladder));
  await importLines(other.db, epoch, ladder, linesOf(Readable.from([Buffer.from(lines.join(''))])), {
    progress: () => undefined,
  });
  expect([...exportLines(other.db, () => undefined)]).toEqual(lines);
  expect(other.paths()).toEqual(installation.paths());
});

describe('a file that is missing', () => {
  test('and matches is told with its commit and path', async () => {
    repository.commit({ 'a.md': 'a' });
    const second = repository.commit({ 'docs/b.md': 'b' });
    const blob = repository.git('rev-parse', `${second}:docs/b.md`);
    rmSync(join(repository.directory, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    await expect(run()).rejects.toThrow(
      `the repository lacks "docs/b.md" of commit ${second} (blob ${blob})`,
    );
    expect(installation.paths()).toEqual(['/a.md']);
  });

  test('and does not match is nobody’s business, moves in the same commit are still seen', async () => {
    const first = repository.commit({ 'a.md': longText('A'), 'b.bin': `${longText('B')}b`, 'c.md': 'c' });
    const second = repository.commit({
      'a.md': null,
      'x/a.md': `${longText('A')}more\n`,
      'b.bin': null,
      'x/b.bin': `${longText('B')}x`,
    });
    for (const path of [`${first}:b.bin`, `${second}:x/b.bin`]) {
      const blob = repository.git('rev-parse', path);
      rmSync(join(repository.directory, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    }
    expect(await run()).toMatchObject({ commits: 2, complete: true });
    expect(installation.paths()).toEqual(['/c.md', '/x', '/x/a.md']);
    expect([...readLog(installation.db)].map(({ type }) => type)).toContain('PageMoved');
  });

  test('in a partial clone: the same', async () => {
    const first = repository.commit({ 'a.md': longText('A'), 'b.bin': longText('B') });
    repository.commit({ 'b.bin': null, 'x/b.bin': `${longText('B')}x` });
    repository.git('config', 'uploadpack.allowFilter', 'true');
    const clone = join(repository.directory, 'partial');
    const url = `file://${repository.directory}`;
    repository.git('clone', '--quiet', '--no-checkout', '--filter=blob:none', url, clone);
    await expect(run({}, installation, clone)).rejects.toThrow(
      `the repository lacks "a.md" of commit ${first}`,
    );
    expect(await run({ match: '*.txt' }, installation, clone)).toMatchObject({ commits: 2, changes: 0 });
    repository.git('-C', clone, 'cat-file', '-p', `${first}:a.md`);
    expect(await run({}, installation, clone)).toMatchObject({ commits: 2, complete: true });
  });
});

describe('dates', () => {
  test.each([
    ['before 1970', '-86400 +0000', '1969-12-31T00:00:00.000Z', undefined],
    [
      'after all years that are written',
      '99999999999999 +0000',
      '9999-12-31T23:59:59.999Z',
      '99999999999999',
    ],
    [
      'beyond all numbers',
      '9999999999999999999999 +0000',
      '9999-12-31T23:59:59.999Z',
      '9999999999999999999999',
    ],
    ['long before all years', '-99999999999999 +0000', '0000-01-01T00:00:00.000Z', '-99999999999999'],
    ['in a zone that is none', '1600000000 +9959', '2020-09-13T12:26:40.000Z', undefined],
    ['that are none: the author’s', 'soon', '2001-09-09T01:46:40.000Z', 'soon'],
  ])('%s', async (_, date, at, noted) => {
    repository.commit({ 'a.md': '1' });
    const blob = repository.feed('2', 'hash-object', '-w', '--stdin');
    const tree = repository.feed(`100644 blob ${blob}\ta.md\n`, 'mktree');
    const committer = `Bob <bob@example.org> ${date}`;
    repository.commitLiterally({ tree, author: 'Ada <ada@example.org> 1000000000 +0000', committer });
    await run();
    const last = changeSets().at(-1);
    expect([last?.at, last?.source?.date]).toEqual([at, noted]);
  });

  test('none at all: the beginning of 1970', async () => {
    repository.commit({ 'a.md': '1' });
    const blob = repository.feed('2', 'hash-object', '-w', '--stdin');
    const tree = repository.feed(`100644 blob ${blob}\ta.md\n`, 'mktree');
    repository.commitLiterally({ tree, author: 'Ada', committer: '<>' });
    await run();
    const last = changeSets().at(-1);
    expect([last?.at, last?.source?.date]).toEqual(['1970-01-01T00:00:00.000Z', 'none']);
  });
});

describe('people', () => {
  test('are known by the first commit that they wrote, and their address is in the source only', async () => {
    const as = (name: string, email: string, text: string): string => {
      repository.write('a.md', text);
      repository.git('add', '--all');
      repository.git(
        '-c',
        `user.name=${name}`,
        'commit',
        '--quiet',
        `--author=${name} <${email}>`,
        '--message',
        text,
      );
      return repository.git('rev-parse', 'HEAD');
    };
    const root = as('Ada', 'Ada@Example.org', '1');
    const bob = as('Bob', 'bob@example.org', '2');
    as('Ada Lovelace', 'ada@example.org', '3');
    await run();
    const [first, second, third] = changeSets();
    const ada = derivedId('author', root, root);
    expect([first?.by, first?.source?.address]).toEqual([
      { kind: 'import', id: ada, name: 'Ada' },
      'Ada@Example.org',
    ]);
    expect(second?.by).toEqual({ kind: 'import', id: derivedId('author', root, bob), name: 'Bob' });
    expect(third?.by).toEqual({ kind: 'import', id: ada, name: 'Ada Lovelace' });
    expect(JSON.stringify(changeSets().map(({ by }) => by))).not.toContain('@');

    as('Bob', 'bob@example.org', '4');
    as('Eve', 'eve@example.org', '5');
    await run();
    const other = openInstallation();
    await run({}, other);
    expect(storyOf(installation.db)).toEqual(storyOf(other.db));
  });

  test('without a name are called by their address, without an address known by their name', async () => {
    repository.commit({ 'a.md': '1' });
    const change = (text: string, author: string): void => {
      const blob = repository.feed(text, 'hash-object', '-w', '--stdin');
      const tree = repository.feed(`100644 blob ${blob}\ta.md\n`, 'mktree');
      repository.commitLiterally({ tree, author: `${author} 1600000000 +0000` });
    };
    change('2', ' <x@example.org>');
    change('3', 'X <>');
    change('4', 'Y <>');
    await run();
    const [, one, two, three] = changeSets();
    expect([one?.by.name, one?.source?.address]).toEqual(['x@example.org', 'x@example.org']);
    expect([two?.by.name, two?.source?.address]).toEqual(['X', undefined]);
    expect(new Set([one, two, three].map((each) => each?.by.id)).size).toBe(3);
  });
});

describe('a merge that takes the imported line in as its second parent', () => {
  test('goes on with all that it brought as one commit', async () => {
    repository.commit({ 'a.md': longText('A') });
    repository.git('checkout', '--quiet', '-b', 'other');
    repository.commit({ 'other.md': 'one' });
    repository.commit({ 'other.md': 'two', 'a.md': null, 'moved.md': `${longText('A')}more\n` });
    repository.git('checkout', '--quiet', 'main');
    const old = repository.commit({ 'mine.md': 'mine' });
    await run();
    repository.git('checkout', '--quiet', 'other');
    repository.git('merge', '--quiet', '--no-ff', '--message', 'Take main in', 'main');
    const merge = repository.git('rev-parse', 'HEAD');
    repository.git('checkout', '--quiet', '-B', 'main');
    const last = repository.commit({ 'mine.md': 'yours' });

    expect(await run()).toMatchObject({ commits: 2, complete: true, since: old });
    expect(installation.paths()).toEqual(['/mine.md', '/moved.md', '/other.md']);
    const [, , bridge, after] = changeSets();
    expect(bridge).toMatchObject({ comment: 'Take main in', source: { commit: merge, since: old } });
    expect(after).toMatchObject({ source: { commit: last } });
    expect(after?.source).not.toHaveProperty('since');
    expect([...readLog(installation.db)].map(({ type }) => type)).toContain('PageMoved');
    expect(new Set(changeSets().map(({ by }) => by.id)).size).toBe(1);

    repository.commit({ 'mine.md': 'ours' });
    const third = await run();
    expect(third).toMatchObject({ commits: 1 });
    expect(third).not.toHaveProperty('since');
  });
});
