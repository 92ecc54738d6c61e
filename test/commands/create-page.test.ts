import { everywhere } from '../../src/access/rights.js';
import { createChunk, createPage, createToken, deletePage, movePage, sent } from '../support/commands.js';
import { given, refused } from '../support/given.js';

const unfit = createChunk('', { document: sent({ title: 7 }) }).document;
const misfit = {
  schemaVersion: 1,
  errors: [{ pointer: '/title', keyword: 'type', params: { type: 'string' }, message: 'must be string' }],
};
const inexact = { pointer: '/n', number: '1e400' };
const inexactDocument = {
  text: '{"title":"a","n":1e400}',
  refusal: { code: 'number-not-exact', message: 'not exact', details: inexact },
} as const;

describe('creating a page is refused', () => {
  it('to a renderer, before anything else is looked at', () => {
    given(createPage('home'))
      .when(createPage('home', { parent: 'nowhere' }, { document: unfit }), { rights: everywhere('render') })
      .then(refused('forbidden', { permission: 'save' }));
  });

  it('when its text is larger than a request may be, as numbers grew when they were written anew', () => {
    given()
      .when(createChunk('a', { document: sent({ title: 'a', n: Array(500_000).fill(1e20) as number[] }) }))
      .then(refused('too-large', { limitBytes: 10 * 1024 * 1024 }));
  });

  it('when a page has the id', () => {
    given(createPage('home'))
      .when(createPage('home', { slug: 'other' }))
      .then(refused('id-taken', { id: 'home' }));
  });

  it('when a deleted page has the id', () => {
    given(createPage('home'), deletePage('home'))
      .when(createPage('home'))
      .then(refused('id-taken', { id: 'home' }));
  });

  it('when a token has the id', () => {
    given(createToken('tess'))
      .when(createChunk('tess'))
      .then(refused('id-taken', { id: 'tess' }));
  });

  it('when there is no such parent', () => {
    given()
      .when(createPage('a', { parent: 'nowhere' }))
      .then(refused('parent-not-found', { parent: 'nowhere' }));
  });

  it('when the parent is deleted', () => {
    given(createPage('home'), deletePage('home'))
      .when(createPage('a', { parent: 'home' }))
      .then(refused('parent-deleted', { parent: 'home' }));
  });

  it('when the parent is a chunk', () => {
    given(createChunk('chunk'))
      .when(createPage('a', { parent: 'chunk' }))
      .then(refused('not-placed', { parent: 'chunk' }));
  });

  it('when a sibling has the name', () => {
    given(createPage('home'), createPage('a', { parent: 'home' }))
      .when(createPage('b', { parent: 'home', slug: 'a' }))
      .then(refused('path-taken', { page: 'a' }));
  });

  it('when the page before which it is wanted is not there, elsewhere, deleted or a chunk', () => {
    const history = [
      createPage('home'),
      createPage('below', { parent: 'home' }),
      createChunk('chunk'),
      createPage('gone'),
      deletePage('gone'),
    ];
    for (const sibling of ['nowhere', 'below', 'gone', 'chunk', 'a']) {
      given(...history)
        .when(createPage('a', { before: sibling }))
        .then(refused('sibling-not-found', { sibling }));
      given(...history)
        .when(createPage('a', { after: sibling }))
        .then(refused('sibling-not-found', { sibling }));
    }
  });

  it('for a conflict before it is for the content', () => {
    given(createPage('home'))
      .when(createPage('a', { slug: 'home' }, { document: unfit }))
      .then(refused('path-taken', { page: 'home' }));
  });

  it('for what is wrong with the JSON before what is wrong with the content', () => {
    given()
      .when(createChunk('a', { type: 'nothing', document: inexactDocument }))
      .then(refused('number-not-exact', inexact));
  });

  it('when the content does not fit its type', () => {
    given()
      .when(createChunk('a', { document: unfit }))
      .then(refused('content-invalid', misfit));
  });

  it('when there is no such type', () => {
    const message = 'is of type "novel", which is none of document, folder, page, asset';
    given()
      .when(createChunk('a', { type: 'novel' }))
      .then(
        refused('content-invalid', {
          schemaVersion: 1,
          errors: [
            {
              pointer: '',
              keyword: 'pageType',
              params: { allowedValues: ['document', 'folder', 'page', 'asset'] },
              message,
            },
          ],
        }),
      );
  });
});

describe('creating a page', () => {
  it('places it in the tree', () => {
    given(createPage('home'))
      .when(createPage('a', { parent: 'home', slug: 'first' }), { rights: everywhere('editor') })
      .then([
        {
          stream: 'a',
          type: 'PageCreated',
          data: { pageType: 'document', place: { parent: 'home', slug: 'first', rank: 'a0' } },
          schemaVersion: 1,
          content: '{"title":"a"}',
        },
      ]);
  });

  it('makes a chunk of content when no place is given', () => {
    given()
      .when(createChunk('chunk', { type: 'folder' }))
      .then([{ stream: 'chunk', type: 'PageCreated', data: { pageType: 'folder', place: null } }]);
  });

  it('keeps the text of the content, and a comment of its own', () => {
    const document = { text: '{ "title" : "caf\\u00e9", "n": 1.0 }', refusal: null };
    given()
      .when(createChunk('chunk', { document, comment: 'why' }))
      .then([
        {
          stream: 'chunk',
          type: 'PageCreated',
          data: { pageType: 'document', place: null, comment: 'why' },
          content: document.text,
        },
      ]);
  });

  it('answers with the page as it stands', () => {
    const { outcome } = given(createPage('home')).when(createPage('a', { parent: 'home' }));
    expect(outcome).toMatchObject({
      results: [
        {
          kind: 'page',
          created: true,
          page: {
            view: { id: 'a', path: '/home/a', status: 'draft', contentVersion: 1, title: 'a' },
            position: 2,
          },
        },
      ],
    });
  });

  it('may take the name of a deleted page', () => {
    const { installation } = given(createPage('a'), deletePage('a')).when(createPage('b', { slug: 'a' }));
    expect(installation.order(null)).toEqual(['b']);
  });

  it('may take the same name beneath another parent', () => {
    const { installation } = given(createPage('home')).when(
      createPage('a', { parent: 'home', slug: 'home' }),
    );
    expect(installation.order('home')).toEqual(['a']);
  });
});

describe('a new page stands', () => {
  const three = [createPage('a'), createPage('b'), createPage('c')];

  it('last, unless something else is asked for', () => {
    expect(
      given(...three)
        .when(createPage('x'))
        .installation.order(null),
    ).toEqual(['a', 'b', 'c', 'x']);
  });

  it.each(['a', 'b', 'c'])('right before %s', (before) => {
    const order = given(...three)
      .when(createPage('x', { before }))
      .installation.order(null);
    expect(order.filter((id) => id !== 'x')).toEqual(['a', 'b', 'c']);
    expect(order.indexOf('x')).toBe(order.indexOf(before) - 1);
  });

  it.each(['a', 'b', 'c'])('right after %s', (after) => {
    const order = given(...three)
      .when(createPage('x', { after }))
      .installation.order(null);
    expect(order.filter((id) => id !== 'x')).toEqual(['a', 'b', 'c']);
    expect(order.indexOf('x')).toBe(order.indexOf(after) + 1);
  });

  it('behind a deleted sibling, which keeps its rank', () => {
    given(...three, deletePage('c'))
      .when(createPage('x'))
      .then([
        {
          stream: 'x',
          type: 'PageCreated',
          data: { pageType: 'document', place: { parent: null, slug: 'x', rank: 'a3' } },
        },
      ]);
  });

  it('never where a deleted sibling stands', () => {
    const { installation } = given(...three, deletePage('b')).when(createPage('x', { after: 'a' }));
    installation.accept(createPage('y', { before: 'c' }));
    installation.accept({ kind: 'undelete-page', page: 'b' });
    expect(installation.order(null)).toEqual(['a', 'x', 'b', 'y', 'c']);
  });

  it('where there was no room between two neighbours before, again and again', () => {
    const { installation } = given(...three).when(createPage('x0', { after: 'a' }));
    for (let n = 1; n < 40; n++) installation.accept(createPage(`x${n}`, { before: `x${n - 1}` }));
    const newestFirst = Array.from({ length: 40 }, (_, n) => `x${39 - n}`);
    expect(installation.order(null)).toEqual(['a', ...newestFirst, 'b', 'c']);
  });

  it('in its place when a sibling moves away', () => {
    const { installation } = given(...three).when(movePage('b', 1, { parent: 'a' }));
    expect(installation.order(null)).toEqual(['a', 'c']);
    expect(installation.order('a')).toEqual(['b']);
  });
});
