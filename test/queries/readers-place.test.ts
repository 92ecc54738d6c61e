import { everywhere } from '../../src/access/rights.js';
import { accessOf } from '../../src/access/access.js';
import fc from 'fast-check';
import { Refusal } from '../../src/refusal.js';
import { FindPage, FindPageHandler } from '../../src/queries/find-page.js';
import { FindPath, FindPathHandler } from '../../src/queries/find-path.js';
import { FindTree, FindTreeHandler } from '../../src/queries/find-tree.js';
import type { TreeNode } from '../../src/queries/tree-nodes.js';
import { ListPages, ListPagesHandler } from '../../src/queries/list-pages.js';
import type { PageFilter } from '../../src/queries/page-choice.js';
import { ReadModel } from '../../src/queries/read-model.js';
import { anyChangeSet, firstCommands, pageIds } from '../support/any-change-set.js';
import { createPage, deletePage, movePage, publishPage, unpublishPage } from '../support/commands.js';
import { openInstallation, type Installation } from '../support/installation.js';
import { ladder } from '../support/ladder.js';

const reader = accessOf(everywhere('render'));

/** What readers are told, through one read model for all its questions. */
function readersOf({ db }: Installation) {
  const model = new ReadModel(db, ladder, () => undefined);
  // The installation writes through the same connection.
  model.beginTurn = () => undefined;
  const pages = new FindPageHandler(model);
  const paths = new FindPathHandler(model, pages);
  const list = new ListPagesHandler(model);
  const tree = new FindTreeHandler(model);
  const part = { limit: 500 };
  return {
    page: (id: string) => orNothing(() => pages.execute(new FindPage(id, reader, ladder.finalized))),
    at: async (path: string) => {
      const found = await orNothing(() => paths.execute(new FindPath(path, reader, ladder.finalized)));
      return found?.kind === 'page' ? found.page.view.id : found && `moved to ${found.to}`;
    },
    list: async (filter: PageFilter = {}) =>
      (await list.execute(new ListPages(reader, filter, { list: 'pages', ...part }))).items.map(
        ({ view }) => view,
      ),
    tree: async (root?: string) =>
      (await orNothing(() => tree.execute(new FindTree(reader, { list: 'tree', ...part }, root))))?.items,
  };
}

async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Paths by id, as a tree tells them. */
function pathsIn(nodes: readonly TreeNode[], above = ''): [string, string][] {
  return nodes.flatMap(({ id, slug, children }) => {
    const path = `${above}/${slug ?? ''}`;
    return [[id, path] as [string, string], ...pathsIn(children, path)];
  });
}

test('page, list, path and tree tell readers the same place of every page', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyChangeSet, { minLength: 5, maxLength: 25 }), async (changeSets) => {
      const installation = openInstallation();
      installation.accept(firstCommands);
      const readers = readersOf(installation);
      for (const { commands } of changeSets) {
        installation.submit(commands);
        // What is remembered of the places before is asked for again.
        for (const id of pageIds) await readers.page(id);
      }
      const fresh = readersOf(installation);
      const listed = await readers.list();
      for (const id of pageIds) {
        const page = (await readers.page(id))?.view;
        expect(page).toEqual((await fresh.page(id))?.view);
        expect(page?.path).toBe(listed.find((one) => one.id === id)?.path);
        if (!page?.path) continue;
        expect(await readers.at(page.path)).toBe(id);
        expect((await readers.list({ parent: page.parent })).map((one) => one.id)).toContain(id);
        expect(pathsIn((await readers.tree(id)) ?? []).map(([one]) => one)).toContain(id);
      }
      expect(listed.map(({ id }) => id).sort()).toEqual(
        (await seen(pageIds, async (id) => (await readers.page(id)) !== undefined)).sort(),
      );
      const placed = listed.filter(({ path }) => path !== null).map(({ id, path }) => [id, path]);
      expect(pathsIn((await readers.tree()) ?? []).sort()).toEqual(placed.sort());
      installation.finish();
    }),
    { numRuns: 40 },
  );
});

async function seen(ids: readonly string[], test: (id: string) => Promise<boolean>): Promise<string[]> {
  const found: string[] = [];
  for (const id of ids) if (await test(id)) found.push(id);
  return found;
}

/** `secret` is a draft, `open` beneath it is published. */
function hidden(): Installation {
  const installation = openInstallation();
  installation.accept([createPage('secret'), createPage('open', { parent: 'secret' }), publishPage('open')]);
  return installation;
}

describe('a published page beneath one that is not', () => {
  it('is to readers a page without a place', async () => {
    const readers = readersOf(hidden());
    const nowhere = { path: null, parent: null, slug: null, status: 'published' };
    expect((await readers.page('open'))?.view).toMatchObject(nowhere);
    expect(await readers.list()).toMatchObject([{ id: 'open', ...nowhere }]);
    expect(await readers.list({ parent: 'secret' })).toEqual([]);
    expect(await readers.list({ parent: null })).toEqual([]);
    expect(await readers.at('/secret/open')).toBeUndefined();
    expect([await readers.tree(), await readers.tree('open')]).toEqual([[], undefined]);
  });

  it('has its place as soon as that is published, with another position', async () => {
    const installation = hidden();
    const readers = readersOf(installation);
    const before = (await readers.page('open'))?.view.changedPosition;
    installation.accept(publishPage('secret'));
    expect((await readers.page('open'))?.view).toMatchObject({
      path: '/secret/open',
      parent: 'secret',
      slug: 'open',
      changedPosition: installation.position(),
    });
    expect(before).toBeLessThan(installation.position());
    expect(await readers.at('/secret/open')).toBe('open');
    installation.accept(unpublishPage('secret'));
    expect((await readers.page('open'))?.view).toMatchObject({
      path: null,
      changedPosition: installation.position(),
    });
  });

  it('is not found from a path that readers never saw it at', async () => {
    const installation = hidden();
    const readers = readersOf(installation);
    installation.accept(movePage('open', 1, { parent: null }));
    expect(await readers.at('/open')).toBe('open');
    expect(await readers.at('/secret/open')).toBeUndefined();
  });

  it('is found from a path that they saw it at, whatever became of that', async () => {
    const installation = hidden();
    const readers = readersOf(installation);
    installation.accept(publishPage('secret'));
    installation.accept(movePage('open', 1, { parent: null }));
    installation.accept(deletePage('secret', 1));
    expect(await readers.at('/secret/open')).toBe('moved to /open');
  });
});

test('a page that was renamed while nothing was beneath it is above what comes back by its new name', async () => {
  const installation = openInstallation();
  installation.accept([createPage('above'), createPage('leaf', { parent: 'above' })]);
  installation.accept([publishPage('above'), publishPage('leaf')]);
  const readers = readersOf(installation);
  expect((await readers.page('leaf'))?.view.path).toBe('/above/leaf');
  installation.accept(movePage('leaf', 1, { parent: null }));
  installation.accept(movePage('above', 1, { slug: 'renamed' }));
  installation.accept(movePage('leaf', 1, { parent: 'above' }));
  expect((await readers.page('leaf'))?.view.path).toBe('/renamed/leaf');
});
