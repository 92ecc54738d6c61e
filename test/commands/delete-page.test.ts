import { createChunk, createPage, deletePage, publishPage, savePage } from '../support/commands.js';
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
      .when(deletePage('nowhere'), { role: 'render' })
      .then(refused('forbidden', { permission: 'delete' }));
  });

  it('when there is no such page', () => {
    given().when(deletePage('nowhere', 1)).then(refused('not-found'));
  });

  it.each(['home', 'a', 'a1'])(
    'to an editor when readers see %s, before the version is looked at',
    (page) => {
      given(...tree, publishPage(page))
        .when(deletePage('home', 7), { role: 'editor' })
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
  it('takes everything beneath it along, parents first', () => {
    given(...tree)
      .when(deletePage('home', 1), { role: 'editor' })
      .then([deleted('home', 'home'), deleted('a', 'home'), deleted('b', 'home'), deleted('a1', 'home')]);
  });

  it('leaves what was deleted before as it is', () => {
    given(...tree, deletePage('a'))
      .when(deletePage('home', 1))
      .then([deleted('home', 'home'), deleted('b', 'home')]);
  });

  it('is for chunks too', () => {
    given(createChunk('chunk'))
      .when(deletePage('chunk', 1))
      .then([deleted('chunk', 'chunk')]);
  });

  it('is a publisher’s right when readers see a page of it', () => {
    given(...tree, publishPage('a1'))
      .when(deletePage('a', 1), { role: 'publisher' })
      .then([deleted('a', 'a'), deleted('a1', 'a')]);
  });
});
