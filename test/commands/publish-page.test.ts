import { everywhere } from '../../src/access/rights.js';
import {
  createChunk,
  createPage,
  deletePage,
  publishPage,
  savePage,
  unpublishPage,
} from '../support/commands.js';
import { given, refused } from '../support/given.js';

const history = [createPage('a'), savePage('a', 1, { title: 'two' })];

describe('publishing a page is refused', () => {
  it.each(['render', 'editor'] as const)('to the role %s, whether the page exists or not', (role) => {
    for (const id of ['a', 'nowhere']) {
      given(...history)
        .when(publishPage(id), { rights: everywhere(role) })
        .then(refused('forbidden', { permission: 'publish' }));
    }
  });

  it('when there is no such page', () => {
    given().when(publishPage('nowhere')).then(refused('not-found'));
  });

  it.each([0, 3])('when the page has no version %d, deleted or not', (version) => {
    given(...history, deletePage('a'))
      .when(publishPage('a', version))
      .then(refused('version-not-found', { version, newest: 2 }));
  });

  it('when the page is deleted', () => {
    given(...history, deletePage('a'))
      .when(publishPage('a'))
      .then(refused('page-deleted', { root: 'a' }));
  });
});

describe('publishing a page', () => {
  it('shows readers the latest version', () => {
    given(...history)
      .when(publishPage('a'), { rights: everywhere('publisher') })
      .then([{ stream: 'a', type: 'PagePublished', data: { version: 2 } }]);
  });

  it('shows readers an older version when that is asked for', () => {
    const scene = given(...history, publishPage('a')).when(publishPage('a', 1));
    scene.then([{ stream: 'a', type: 'PagePublished', data: { version: 1 } }]);
    expect(scene.outcome).toMatchObject({
      results: [{ page: { view: { status: 'changed', contentVersion: 2, publishedVersion: 1 } } }],
    });
  });

  it('appends nothing when readers see that version already', () => {
    given(...history, publishPage('a', 1))
      .when(publishPage('a', 1))
      .then([]);
    given(...history, publishPage('a'))
      .when(publishPage('a'))
      .then([]);
  });

  it('publishes the new latest version after a save', () => {
    given(...history, publishPage('a'), savePage('a', 2, { title: 'three' }))
      .when(publishPage('a'))
      .then([{ stream: 'a', type: 'PagePublished', data: { version: 3 } }]);
  });

  it('is for chunks too', () => {
    given(createChunk('chunk'))
      .when(publishPage('chunk'))
      .then([{ stream: 'chunk', type: 'PagePublished', data: { version: 1 } }]);
  });

  it('is for pages beneath a draft too', () => {
    given(createPage('home'), createPage('a', { parent: 'home' }))
      .when(publishPage('a'))
      .then([{ stream: 'a', type: 'PagePublished', data: { version: 1 } }]);
  });

  it('may be done again after it was taken back', () => {
    given(...history, publishPage('a'), unpublishPage('a'))
      .when(publishPage('a'))
      .then([{ stream: 'a', type: 'PagePublished', data: { version: 2 } }]);
  });
});
