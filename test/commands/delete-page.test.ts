import { everywhere } from '../../src/access/rights.js';
import {
  createChunk,
  createPage,
  deletePage,
  movePage,
  publishPage,
  savePage,
  undeletePage,
  unpublishPage,
} from '../support/commands.js';
import { pageFinders } from '../../src/projections/page-states.js';
import { given, refused } from '../support/given.js';

const tree = [
  createPage('home'),
  createPage('a', { parent: 'home' }),
  createPage('b', { parent: 'home' }),
  createPage('a1', { parent: 'a' }),
];

const deleted = (stream: string, root: string) => ({ stream, type: 'PageDeleted', data: { root } }) as const;

describe('deleting a page is refused', () => {
  it('to a renderer', () => {
    given()
      .when(deletePage('nowhere'), { rights: everywhere('render') })
      .then(refused('forbidden', { permission: 'delete' }));
  });

  it('when there is no such page', () => {
    given().when(deletePage('nowhere', 1)).then(refused('not-found'));
  });

  it.each(['home', 'a', 'a1'])(
    'to an editor when readers see %s, before the version is looked at',
    (page) => {
      given(...tree, publishPage(page))
        .when(deletePage('home', 7), { rights: everywhere('editor') })
        .then(refused('forbidden', { permission: 'delete' }));
    },
  );

  it('when the client saw another version', () => {
    const { outcome } = given(...tree, savePage('a', 1, { title: 'new' })).when(deletePage('a', 1));
    expect(outcome).toMatchObject({ refusal: { code: 'version-conflict', details: { expected: 1 } } });
  });

  it('when it is deleted already, itself or with a page above it', () => {
    given(...tree, deletePage('a'))
      .when(deletePage('a', 1))
      .then(refused('page-deleted', { root: 'a' }));
    given(...tree, deletePage('home'))
      .when(deletePage('a', 1))
      .then(refused('page-deleted', { root: 'home' }));
  });
});

describe('deleting a page', () => {
  it('takes everything beneath it along, by one event', () => {
    const scene = given(...tree).when(deletePage('home', 1), { rights: everywhere('editor') });
    scene.then([deleted('home', 'home')]);
    const { page } = pageFinders(scene.installation.db);
    expect(['home', 'a', 'b', 'a1'].map((id) => page(id)?.deletedRoot)).toEqual(Array(4).fill('home'));
  });

  it('leaves what was deleted before as it is', () => {
    const scene = given(...tree, deletePage('a')).when(deletePage('home', 1));
    scene.then([deleted('home', 'home')]);
    const { page } = pageFinders(scene.installation.db);
    const roots = ['home', 'a', 'b', 'a1'].map((id) => page(id)?.deletedRoot);
    expect(roots).toEqual(['home', 'a', 'home', 'a']);
  });

  it('is for chunks too', () => {
    given(createChunk('chunk'))
      .when(deletePage('chunk', 1))
      .then([deleted('chunk', 'chunk')]);
  });

  it('is a publisher’s right when readers see a page of it', () => {
    given(...tree, publishPage('a1'))
      .when(deletePage('a', 1), { rights: everywhere('publisher') })
      .then([deleted('a', 'a')]);
  });

  it('is an editor’s again when what readers saw beneath it was moved away, unpublished or deleted', () => {
    const published = [...tree, publishPage('a1')];
    for (const way of [movePage('a1', 1, { parent: null }), unpublishPage('a1'), deletePage('a1')]) {
      given(...published, way)
        .when(deletePage('a', 1), { rights: everywhere('editor') })
        .then([deleted('a', 'a')]);
    }
    given(...published, deletePage('a1'), undeletePage('a1'))
      .when(deletePage('home', 1), { rights: everywhere('editor') })
      .then(refused('forbidden', { permission: 'delete' }));
  });
});
