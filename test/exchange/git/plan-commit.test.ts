import { everywhere } from '../../../src/access/rights.js';
import { Decoder } from '../../../src/exchange/git/decoder.js';
import { FilePages } from '../../../src/exchange/git/file-pages.js';
import type { KnownPages } from '../../../src/exchange/git/known-pages.js';
import { lastName, PageTree, parentPath } from '../../../src/exchange/git/page-tree.js';
import type { ImportTarget } from '../../../src/exchange/git/page-steps.js';
import { planCommit } from '../../../src/exchange/git/plan-commit.js';
import type { Change, Commit } from '../../../src/exchange/git/read-history.js';
import type { Command } from '../../../src/commands/index.js';

const decoder = new Decoder();
const topLevel: ImportTarget = {
  parent: null,
  stripExtension: false,
  decoder,
  publish: false,
  schemaVersion: 1,
  onConflict: 'stop',
};
const root = 'a'.repeat(40);

function commit(changes: readonly Change[], hash = 'b'.repeat(40)): Commit {
  return {
    hash,
    tree: 'c'.repeat(40),
    root,
    author: { id: 'id of Ada', name: 'Ada', email: 'ada@example.org' },
    committedAt: new Date('2020-01-01T00:00:00Z'),
    oddDate: null,
    message: 'Change',
    changes,
    unreadable: [],
  };
}

/**
 * The id of a page says where it was in the beginning: that of `x/a.md` is `x:a.md`. Documents are files, by default of
 * the same name.
 */
function treeOf(
  paths: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
  top: string | null = null,
): KnownPages {
  const known = {
    held: new PageTree(),
    live: new PageTree(),
    files: new FilePages(decoder),
    top,
    deletedWith: () => [],
  };
  for (const [path, type] of Object.entries(paths)) {
    const isEditors = type.startsWith('editor’s');
    const page = {
      id: path.replaceAll('/', ':'),
      type: type.replace('editor’s ', ''),
      parent: parentPath(path).replaceAll('/', ':') || top,
      slug: lastName(path),
      contentVersion: 1,
      publishedVersion: null,
      imported: !isEditors,
    };
    known.live.put(page);
    if (isEditors) continue;
    known.held.put(page);
    if (page.type === 'document') known.files.set(files[path] ?? path, page.id);
  }
  return known;
}

const nothing = (): KnownPages => treeOf({});

/** The commands in short, pages by the path they had first. */
function plan(
  known: KnownPages,
  changes: readonly Change[],
  target: Partial<ImportTarget> = {},
): readonly string[] {
  const { changeSet } = planCommit(commit(changes), known, { ...topLevel, ...target }, () => ({}));
  const names = new Map<string, string>();
  return (changeSet?.commands ?? []).map((command) => tell(command, names));
}

function changeSetOf(changes: readonly Change[], known: KnownPages, target: ImportTarget) {
  return planCommit(commit(changes), known, target, () => ({ from: 'here' })).changeSet;
}

/** Where the page is in the end. */
function pathOf({ live }: KnownPages, id: string): string {
  const page = live.page(id);
  if (!page) return 'nowhere';
  return page.parent === null ? page.slug : `${pathOf({ live } as KnownPages, page.parent)}/${page.slug}`;
}

function tell(command: Command, names: Map<string, string>): string {
  const nameOf = (id: string | null) => (id === null ? '' : (names.get(id) ?? id.replaceAll(':', '/')));
  switch (command.kind) {
    case 'create-page': {
      const path = `${nameOf(command.place?.parent ?? null)}/${command.place?.slug ?? ''}`.replace(/^\//, '');
      names.set(command.page, path);
      return `create ${command.type} ${path}`;
    }
    case 'move-page': {
      const parent = command.parent === undefined ? '.' : nameOf(command.parent);
      return `move ${nameOf(command.page)} to ${parent}/${command.slug ?? ''}`;
    }
    case 'delete-page':
    case 'save-page':
    case 'publish-page':
      return `${command.kind.replace('-page', '')} ${nameOf(command.page)}`;
    default:
      throw new Error(`not expected: ${command.kind}`);
  }
}

const add = (path: string, text = ''): Change => ({ kind: 'add', path, text });
const edit = (path: string, text = ''): Change => ({ kind: 'edit', path, text });
const remove = (path: string): Change => ({ kind: 'delete', path });
const move = (from: string, path: string, text: string | null = null): Change => ({
  kind: 'move',
  from,
  path,
  text,
});

describe('what is refused', () => {
  test.each<[string, Record<string, string>, Change[], string]>([
    [
      'a file where an editor has put a page',
      { 'a.md': 'editor’s page' },
      [add('a.md')],
      'adds /a.md, where there is a page of type page already',
    ],
    [
      'an edit of a page that was moved away',
      {},
      [edit('a.md')],
      'edits /a.md, which is not there any more: --on-conflict theirs',
    ],
    [
      'a move of a page that was deleted',
      {},
      [move('a.md', 'b.md')],
      'moves /a.md, which is not there any more',
    ],
    [
      'a deletion that would take others along',
      { 'a.md': 'document', 'a.md/x': 'editor’s page' },
      [remove('a.md')],
      'deletes /a.md (page a.md), which has pages beneath it',
    ],
    [
      'a directory where there is a page',
      { docs: 'editor’s page' },
      [add('docs/a.md')],
      'needs a folder at /docs, where there is a page',
    ],
    [
      'a move to where a page stays',
      { 'a.md': 'document', 'b.md': 'editor’s page' },
      [move('a.md', 'b.md')],
      'moves a page to /b.md, but there is a page at /b.md',
    ],
    [
      'a move into a directory where there is a page',
      { 'a.md': 'document', docs: 'editor’s page' },
      [move('a.md', 'docs/a.md')],
      'needs a folder at /docs, where there is a page',
    ],
  ])('%s', (_, paths, changes, message) => {
    expect(() => plan(treeOf(paths), changes)).toThrow(`commit ${'b'.repeat(40)} ${message}`);
  });
});

describe('what is planned', () => {
  test('nothing for a commit that touched no file', () => {
    expect(planCommit(commit([]), nothing(), topLevel, () => ({}))).toEqual({ changeSet: null, skipped: [] });
  });

  test('folders come before what is in them, once', () => {
    expect(plan(nothing(), [add('x/y/a.md'), add('x/y/b.md'), add('x/c.md')])).toEqual([
      'create folder x',
      'create folder x/y',
      'create document x/y/a.md',
      'create document x/y/b.md',
      'create document x/c.md',
    ]);
  });

  test('nested folders vanish with the last page in them', () => {
    const tree = treeOf({ x: 'folder', 'x/y': 'folder', 'x/y/a.md': 'document', 'x/y/b.md': 'document' });
    expect(plan(tree, [remove('x/y/a.md')])).toEqual(['delete x/y/a.md']);
    expect(plan(tree, [remove('x/y/b.md')])).toEqual(['delete x/y/b.md', 'delete x/y', 'delete x']);
  });

  test('a folder stays that an editor made, or put a page into', () => {
    expect(plan(treeOf({ x: 'editor’s folder', 'x/a.md': 'document' }), [remove('x/a.md')])).toEqual([
      'delete x/a.md',
    ]);
    const shared = treeOf({ x: 'folder', 'x/a.md': 'document', 'x/news': 'editor’s page' });
    expect(plan(shared, [remove('x/a.md')])).toEqual(['delete x/a.md']);
  });

  test('a folder stays whose last page goes when another comes', () => {
    const tree = treeOf({ x: 'folder', 'x/a.md': 'document' });
    expect(plan(tree, [remove('x/a.md'), add('x/b.md')])).toEqual([
      'delete x/a.md',
      'create document x/b.md',
    ]);
  });

  test('a moved directory: the new folder, the pages into it, the old folder gone', () => {
    const tree = treeOf({ x: 'folder', 'x/a.md': 'document', 'x/b.md': 'document' });
    expect(plan(tree, [move('x/a.md', 'y/a.md'), move('x/b.md', 'y/b.md', 'edited')])).toEqual([
      'create folder y',
      'move x/a.md to y/a.md',
      'move x/b.md to y/b.md',
      'delete x',
      'save x/b.md',
    ]);
  });

  test('a chain of moves begins at its end', () => {
    const tree = treeOf({ 'a.md': 'document', 'b.md': 'document', 'c.md': 'document' });
    expect(plan(tree, [move('a.md', 'b.md'), move('b.md', 'c.md'), move('c.md', 'd.md')])).toEqual([
      'move c.md to ./d.md',
      'move b.md to ./c.md',
      'move a.md to ./b.md',
    ]);
  });

  test.each([
    [
      'a swap',
      ['a.md', 'b.md'],
      ['move a.md to ./.moving-a.md', 'move b.md to ./a.md', 'move a.md to ./b.md'],
    ],
    [
      'a cycle of three',
      ['a.md', 'b.md', 'c.md'],
      ['move a.md to ./.moving-a.md', 'move c.md to ./a.md', 'move b.md to ./c.md', 'move a.md to ./b.md'],
    ],
  ])('%s goes by way of a name that nothing has', (_, paths, expected) => {
    const moves = paths.map((path, i) => move(path, paths[(i + 1) % paths.length] ?? ''));
    expect(plan(treeOf(Object.fromEntries(paths.map((path) => [path, 'document']))), moves)).toEqual(
      expected,
    );
  });

  test('a file that becomes a directory with itself in it', () => {
    expect(plan(treeOf({ a: 'document' }), [move('a', 'a/index', 'edited')])).toEqual([
      'move a to ./.moving-a',
      'create folder a',
      'move a to a/index',
      'save a',
    ]);
  });

  test('a directory that becomes the file that was in it', () => {
    expect(plan(treeOf({ a: 'folder', 'a/x': 'document' }), [move('a/x', 'a')])).toEqual([
      'move a/x to /.moving-a:x',
      'delete a',
      'move a/x to ./a',
    ]);
  });

  test('a file where a directory was, and the other way round', () => {
    const tree = treeOf({ a: 'folder', 'a/x.md': 'document', b: 'document' });
    expect(plan(tree, [remove('a/x.md'), add('a'), remove('b'), add('b/x.md')])).toEqual([
      'delete a/x.md',
      'delete a',
      'delete b',
      'create document a',
      'create folder b',
      'create document b/x.md',
    ]);
  });

  test('pages beneath a moved one go along', () => {
    const tree = treeOf({ 'a.md': 'document', 'a.md/x': 'editor’s page' });
    expect(plan(tree, [move('a.md', 'b.md')])).toEqual(['move a.md to ./b.md']);
    expect(pathOf(tree, 'a.md:x')).toBe('b.md/x');
  });

  test('without extensions a change of the extension alone is an edit at most', () => {
    const tree = treeOf({ a: 'document' }, { a: 'a.md' });
    expect(plan(tree, [move('a.md', 'a.markdown')], { stripExtension: true })).toEqual([]);
    expect(plan(tree, [move('a.markdown', 'a.md', 'edited')], { stripExtension: true })).toEqual(['save a']);
  });

  test('publishing comes last, folders included, for what is new or edited', () => {
    const tree = treeOf({ 'a.md': 'document', 'b.md': 'document' });
    expect(
      plan(tree, [edit('a.md'), move('b.md', 'c.md'), add('x/d.md')], { publish: true }).slice(-3),
    ).toEqual(['publish x', 'publish x/d.md', 'publish a.md']);
  });

  test('beneath a parent, paths in messages and ids include it', () => {
    const parent = { id: 'docs', name: '/docs', path: '/docs' };
    const beneath = () => treeOf({}, {}, 'docs');
    expect(plan(beneath(), [add('a.md')], { parent })).toEqual(['create document docs/a.md']);
    expect(() => plan(beneath(), [edit('a.md')], { parent })).toThrow('/docs/a.md');
    const [here, there] = [null, parent].map((each) =>
      changeSetOf([add('a.md')], each === null ? nothing() : beneath(), { ...topLevel, parent: each }),
    );
    expect(here?.id).not.toBe(there?.id);
    expect(here?.commands[0]).not.toMatchObject({ page: (there?.commands[0] as { page: string }).page });
  });

  test('a page made again at the same path is another page; the same commit makes the same one', () => {
    const idOf = (hash: string) =>
      planCommit(commit([add('a.md')], hash), nothing(), topLevel, () => ({})).changeSet?.commands[0];
    expect(idOf('c'.repeat(40))).toEqual(idOf('c'.repeat(40)));
    expect(idOf('c'.repeat(40))).not.toEqual(idOf('d'.repeat(40)));
  });

  test('the change set says who, when, why and from where; the document is the file byte for byte', () => {
    const text = '# Über\r\n"quoted"\u0000';
    const changeSet = changeSetOf([add('a.md', text)], nothing(), topLevel);
    expect(changeSet).toMatchObject({
      at: '2020-01-01T00:00:00.000Z',
      by: { kind: 'import', id: 'id of Ada', name: 'Ada' },
      rights: everywhere('admin'),
      comment: 'Change',
      source: { from: 'here' },
    });
    const [created] = changeSet?.commands ?? [];
    expect(created?.kind === 'create-page' && JSON.parse(created.document.text)).toEqual({
      title: 'Über',
      body: text,
    });
  });

  test('a file without a heading is called by its name', () => {
    const [created] = changeSetOf([add('x/a.md', 'text')], treeOf({ x: 'folder' }), topLevel)?.commands ?? [];
    expect(created?.kind === 'create-page' && JSON.parse(created.document.text)).toEqual({
      title: 'a.md',
      body: 'text',
    });
  });
});
