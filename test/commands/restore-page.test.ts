import { everywhere } from '../../src/access/rights.js';
import { versionFinder } from '../support/versions.js';
import { createPage, deletePage, publishPage, restorePage, savePage, sent } from '../support/commands.js';
import { given, refused } from '../support/given.js';

const history = [
  createPage('a', {}, { document: sent({ title: 'one' }) }),
  savePage('a', 1, { title: 'two' }),
  savePage('a', 2, { title: 'three' }),
];

describe('restoring a version is refused', () => {
  it('to a renderer', () => {
    given(...history)
      .when(restorePage('a', 3, 1), { rights: everywhere('render') })
      .then(refused('forbidden', { permission: 'save' }));
  });

  it('when there is no such page', () => {
    given()
      .when(restorePage('a', 1, 1))
      .then(refused('not-found'));
  });

  it.each([0, -1, 4])('when the page has no version %d, before anything else about versions', (version) => {
    given(...history)
      .when(restorePage('a', 1, version))
      .then(refused('version-not-found', { version, newest: 3 }));
  });

  it('when the client saw another version', () => {
    const { outcome } = given(...history).when(restorePage('a', 2, 1));
    expect(outcome).toMatchObject({
      refusal: { code: 'version-conflict', details: { expected: 2, current: { contentVersion: 3 } } },
    });
  });

  it('when the page is deleted', () => {
    given(...history, deletePage('a'))
      .when(restorePage('a', 3, 1))
      .then(refused('page-deleted', { root: 'a' }));
  });
});

describe('restoring a version', () => {
  it('makes a new version of it', () => {
    given(...history)
      .when(restorePage('a', 3, 1), { rights: everywhere('editor') })
      .then([{ stream: 'a', type: 'PageRestored', data: { version: 4, restored: 1 } }]);
  });

  it('appends nothing when it is the latest', () => {
    given(...history)
      .when(restorePage('a', 3, 3))
      .then([]);
  });

  it('brings the content back as it was sent, with its schema version', () => {
    const text = '{ "title" : "\\u0031" }';
    const { installation, outcome } = given(
      createPage('a', {}, { document: { text, refusal: null } }),
      savePage('a', 1, { title: 'two' }),
    ).when({ ...restorePage('a', 2, 1), comment: 'back' });
    expect(outcome).toMatchObject({
      results: [
        {
          page: {
            content: text,
            view: {
              title: '1',
              contentVersion: 3,
              storedSchemaVersion: 1,
              restoredFrom: 1,
              comment: 'back',
            },
          },
        },
      ],
    });
    expect(versionFinder(installation.db)('a', 3)).toMatchObject({ text, schemaVersion: 1 });
  });

  it('may restore what was restored: each says the version that was asked for', () => {
    const { installation } = given(
      ...history,
      restorePage('a', 3, 1),
      savePage('a', 4, { title: 'five' }),
    ).when(restorePage('a', 5, 4));
    installation.accept(restorePage('a', 6, 2));
    installation.accept(restorePage('a', 7, 6));
    const version = versionFinder(installation.db);
    expect([4, 6, 7, 8].map((number) => version('a', number)?.text)).toEqual(
      ['one', 'one', 'two', 'one'].map((title) => JSON.stringify({ title })),
    );
    expect(
      installation.db
        .prepare('SELECT version, restored_from FROM versions WHERE restored_from > 0')
        .raw()
        .all(),
    ).toEqual([
      [4, 1],
      [6, 4],
      [7, 2],
      [8, 6],
    ]);
  });

  it('never publishes', () => {
    const { outcome } = given(...history, publishPage('a', 1), publishPage('a', 2)).when(
      restorePage('a', 3, 1),
    );
    expect(outcome).toMatchObject({
      results: [{ page: { view: { publishedVersion: 2, status: 'changed' } } }],
    });
  });
});
