import { everywhere } from '../../src/access/rights.js';
import { createPage, deletePage, publishPage, unpublishPage } from '../support/commands.js';
import { given, refused } from '../support/given.js';

const history = [createPage('a'), publishPage('a')];

describe('unpublishing a page is refused', () => {
  it.each(['render', 'editor'] as const)('to the role %s, whether readers see the page or not', (role) => {
    given(...history)
      .when(unpublishPage('a'), { rights: everywhere(role) })
      .then(refused('forbidden', { permission: 'publish' }));
    given(createPage('a'))
      .when(unpublishPage('a'), { rights: everywhere(role) })
      .then(refused('forbidden', { permission: 'publish' }));
  });

  it('when there is no such page', () => {
    given().when(unpublishPage('nowhere')).then(refused('not-found'));
  });

  it('when the page is deleted', () => {
    given(...history, deletePage('a'))
      .when(unpublishPage('a'))
      .then(refused('page-deleted', { root: 'a' }));
  });
});

describe('unpublishing a page', () => {
  it('takes it from the readers', () => {
    const scene = given(...history).when(unpublishPage('a'), { rights: everywhere('publisher') });
    scene.then([{ stream: 'a', type: 'PageUnpublished', data: {} }]);
    expect(scene.outcome).toMatchObject({
      results: [{ page: { view: { status: 'draft', publishedVersion: null } } }],
    });
  });

  it('appends nothing when readers don’t see it', () => {
    given(createPage('a')).when(unpublishPage('a')).then([]);
    given(...history, unpublishPage('a'))
      .when(unpublishPage('a'))
      .then([]);
  });
});
