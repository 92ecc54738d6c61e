import { everywhere } from '../../src/access/rights.js';
import {
  createChunk,
  createPage,
  deletePage,
  movePage,
  publishPage,
  savePage,
  undeletePage,
} from '../support/commands.js';
import { given, refused } from '../support/given.js';

const tree = [
  createPage('home'),
  createPage('a', { parent: 'home' }),
  createPage('b', { parent: 'home' }),
  createPage('c', { parent: 'home' }),
  createPage('a1', { parent: 'a' }),
  createPage('top'),
];

const moved = (stream: string, parent: string | null, slug: string, rank: string) =>
  ({ stream, type: 'PageMoved', data: { parent, slug, rank } }) as const;

describe('moving a page is refused', () => {
  it('to a renderer', () => {
    given(...tree)
      .when(movePage('nowhere', 1, { parent: null }), { rights: everywhere('render') })
      .then(refused('forbidden', { permission: 'move' }));
  });

  it('when there is no such page', () => {
    given()
      .when(movePage('nowhere', 1, { parent: null }))
      .then(refused('not-found'));
  });

  it('to an editor when readers see the page', () => {
    given(...tree, publishPage('a'))
      .when(movePage('a', 1, { parent: null }), { rights: everywhere('editor') })
      .then(refused('forbidden', { permission: 'move' }));
  });

  it('to an editor when readers see a page beneath it, before the version is looked at', () => {
    given(...tree, publishPage('a1'))
      .when(movePage('home', 7, { parent: 'top' }), { rights: everywhere('editor') })
      .then(refused('forbidden', { permission: 'move' }));
  });

  it('when the client saw another version, before any conflict about places', () => {
    const { outcome } = given(...tree, savePage('a', 1, { title: 'new' })).when(
      movePage('a', 1, { parent: 'a1' }),
    );
    expect(outcome).toMatchObject({ refusal: { code: 'version-conflict', details: { expected: 1 } } });
  });

  it('when the page is deleted', () => {
    given(...tree, deletePage('home'))
      .when(movePage('a', 1, { parent: null }))
      .then(refused('page-deleted', { root: 'home' }));
  });

  it('when a chunk gets no name in the tree', () => {
    given(...tree, createChunk('chunk'))
      .when(movePage('chunk', 1, { parent: 'home' }))
      .then(refused('not-placed'));
  });

  it.each(['home', 'a', 'a1'])('beneath itself: to %s', (parent) => {
    given(...tree)
      .when(movePage('home', 1, { parent }))
      .then(refused('would-be-own-ancestor', { parent }));
  });

  it('when the parent is missing, deleted or a chunk', () => {
    const history = [...tree, createChunk('chunk'), deletePage('b')];
    for (const [parent, code] of [
      ['nowhere', 'parent-not-found'],
      ['b', 'parent-deleted'],
      ['chunk', 'not-placed'],
    ] as const) {
      given(...history)
        .when(movePage('a', 1, { parent }))
        .then(refused(code, { parent }));
    }
  });

  it('when a page has the name there', () => {
    given(...tree)
      .when(movePage('a', 1, { slug: 'b' }))
      .then(refused('path-taken', { page: 'b' }));
    given(...tree)
      .when(movePage('a', 1, { parent: null, slug: 'top' }))
      .then(refused('path-taken', { page: 'top' }));
  });

  it('when the sibling is no sibling there, or the page itself', () => {
    for (const sibling of ['nowhere', 'a1', 'home', 'a']) {
      given(...tree)
        .when(movePage('a', 1, { before: sibling }))
        .then(refused('sibling-not-found', { sibling }));
    }
  });

  it('when the sibling is deleted', () => {
    given(...tree, deletePage('b'))
      .when(movePage('a', 1, { after: 'b' }))
      .then(refused('sibling-not-found', { sibling: 'b' }));
  });
});

describe('moving a page', () => {
  it('hangs it beneath another parent, last, with all that is beneath it', () => {
    const scene = given(...tree).when(movePage('a', 1, { parent: 'top' }), { rights: everywhere('editor') });
    scene.then([moved('a', 'top', 'a', 'a0')]);
    expect(scene.outcome).toMatchObject({ results: [{ page: { view: { path: '/top/a' } } }] });
    expect(scene.installation.order('a')).toEqual(['a1']);
  });

  it('to the top level when the parent is null', () => {
    given(...tree)
      .when(movePage('a1', 1, { parent: null }))
      .then([moved('a1', null, 'a1', 'a2')]);
  });

  it('gives it another name and leaves its rank', () => {
    given(...tree)
      .when(movePage('a', 1, { slug: 'z' }))
      .then([moved('a', 'home', 'z', 'a0')]);
  });

  it('brings a chunk into the tree', () => {
    given(...tree, createChunk('chunk'))
      .when(movePage('chunk', 1, { parent: 'home', slug: 'chunk', before: 'b' }))
      .then([moved('chunk', 'home', 'chunk', 'a0V')]);
    given(...tree, createChunk('chunk'))
      .when(movePage('chunk', 1, { slug: 'chunk' }))
      .then([moved('chunk', null, 'chunk', 'a2')]);
  });

  it('is a publisher’s right when readers see the page', () => {
    given(...tree, publishPage('a1'))
      .when(movePage('a', 1, { parent: null }), { rights: everywhere('publisher') })
      .then([moved('a', null, 'a', 'a2')]);
  });

  it.each([
    ['nothing is asked for', {}],
    ['its own parent and name are', { parent: 'home', slug: 'b' }],
    ['it stands before that sibling already', { before: 'c' }],
    ['it stands after that sibling already', { after: 'a' }],
  ])('appends nothing when %s', (_, to) => {
    given(...tree)
      .when(movePage('b', 1, to))
      .then([]);
  });

  it.each<[string, { before?: string; after?: string }, string[]]>([
    ['a', { after: 'c' }, ['b', 'c', 'a']],
    ['a', { before: 'c' }, ['b', 'a', 'c']],
    ['c', { before: 'a' }, ['c', 'a', 'b']],
    ['c', { after: 'a' }, ['a', 'c', 'b']],
    ['top', { before: 'a' }, ['top', 'a', 'b', 'c']],
    ['a1', { after: 'a' }, ['a', 'a1', 'b', 'c']],
  ])('puts %s %j', (page, next, order) => {
    const { installation } = given(...tree).when(movePage(page, 1, { parent: 'home', ...next }));
    expect(installation.order('home')).toEqual(order);
  });

  it('changes the name and the order at once', () => {
    const { installation } = given(...tree).when(movePage('a', 1, { slug: 'z', after: 'c' }));
    expect(installation.order('home')).toEqual(['b', 'c', 'a']);
  });

  it('never takes the rank of a deleted sibling', () => {
    const { installation } = given(...tree, deletePage('b')).when(movePage('c', 1, { before: 'a' }));
    installation.accept(movePage('top', 1, { parent: 'home', after: 'a' }));
    installation.accept(undeletePage('b'));
    expect(installation.order('home')).toEqual(['c', 'a', 'top', 'b']);
  });

  it('may take the name that a page gave up by moving', () => {
    const { installation } = given(...tree, movePage('a', 1, { slug: 'old-a' })).when(
      movePage('b', 1, { slug: 'a' }),
    );
    expect(installation.order('home')).toEqual(['a', 'b', 'c']);
  });

  it('may turn the tree upside down', () => {
    const { installation } = given(...tree, movePage('a', 1, { parent: null })).when(
      movePage('home', 1, { parent: 'a1' }),
    );
    expect(installation.order(null)).toEqual(['top', 'a']);
    expect(installation.order('a1')).toEqual(['home']);
    expect(installation.order('home')).toEqual(['b', 'c']);
  });
});
