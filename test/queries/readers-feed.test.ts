import { everywhere } from '../../src/access/rights.js';
import fc from 'fast-check';
import { accessOf } from '../../src/access/access.js';
import { FindPage, FindPageHandler } from '../../src/queries/find-page.js';
import { FindTree, FindTreeHandler } from '../../src/queries/find-tree.js';
import type { TreeNode } from '../../src/queries/tree-nodes.js';
import { ListPages, ListPagesHandler } from '../../src/queries/list-pages.js';
import { ReadModel } from '../../src/queries/read-model.js';
import { readersFeed, type Appearance } from '../../src/queries/feed/readers-feed.js';
import type { FeedPlace } from '../../src/queries/feed/walk-moments.js';
import { Refusal } from '../../src/refusal.js';
import { anyChangeSet, firstCommands } from '../support/any-change-set.js';
import {
  createPage,
  deletePage,
  movePage,
  publishPage,
  savePage,
  undeletePage,
  unpublishPage,
} from '../support/commands.js';
import { openInstallation, type Installation } from '../support/installation.js';
import { ladder } from '../support/ladder.js';

const reader = accessOf(everywhere('render'));

/** All of the feed after a place, some pages at a time. */
function told({ db }: Installation, most: number, after: FeedPlace = { event: 0 }) {
  const feed = readersFeed(db);
  const appearances: Appearance[] = [];
  for (let place = after; ;) {
    const piece = feed(reader, place, most);
    expect(piece.appearances.length).toBeLessThanOrEqual(most);
    appearances.push(...piece.appearances);
    place = piece.place;
    if (piece.isAll) return { appearances, place };
  }
}

function readersOf({ db }: Installation) {
  const model = new ReadModel(db, ladder, () => undefined);
  // The installation writes through the same connection.
  model.beginTurn = () => undefined;
  const pages = new FindPageHandler(model);
  const part = { list: 'all', limit: 500 };
  return {
    /** Path and version of a page; undefined where there is none for readers. */
    page: async (id: string) => {
      try {
        const { view } = await pages.execute(new FindPage(id, reader, ladder.finalized));
        return { path: view.path, version: view.publishedVersion, position: view.changedPosition };
      } catch (error) {
        if (error instanceof Refusal) return undefined;
        throw error;
      }
    },
    list: async () => (await new ListPagesHandler(model).execute(new ListPages(reader, {}, part))).items,
    tree: async () => (await new FindTreeHandler(model).execute(new FindTree(reader, part))).items,
  };
}

function pathsIn(nodes: readonly TreeNode[]): readonly (readonly [string, string])[] {
  return nodes.flatMap(({ id, path, children }) => [[id, path] as const, ...pathsIn(children)]);
}

test('a mirror that reads each page again that it is told of is what lists and the tree tell', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyChangeSet, { minLength: 5, maxLength: 25 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      async (changeSets, most, pause) => {
        const installation = openInstallation();
        installation.accept(firstCommands);
        const readers = readersOf(installation);
        const mirror = new Map<string, { path: string | null; version: number | null }>();
        const believed = new Map<string, string | null>();
        let place: FeedPlace = { event: 0 };
        const follow = async (): Promise<void> => {
          const piece = told(installation, most, place);
          ({ place } = piece);
          for (const { page, kind, path } of piece.appearances) {
            const found = await readers.page(page);
            if (found) mirror.set(page, { path: found.path, version: found.version });
            else mirror.delete(page);
            if (kind === 'vanished') believed.delete(page);
            else believed.set(page, path);
          }
        };
        for (const [index, { commands }] of changeSets.entries()) {
          installation.submit(commands);
          if (index % pause === 0) await follow();
        }
        await follow();
        const listed = (await readers.list()).map(({ view }) => view);
        const paths = listed.map(({ id, path }) => [id, path] as const);
        expect([...mirror].map(([id, { path, version }]) => [id, path, version]).toSorted()).toEqual(
          listed.map(({ id, path, publishedVersion }) => [id, path, publishedVersion]).toSorted(),
        );
        // Who reads nothing again knows as much of where they are.
        expect([...believed].toSorted()).toEqual(paths.toSorted());
        expect(paths.filter(([, path]) => path !== null).toSorted()).toEqual(
          pathsIn(await readers.tree()).toSorted(),
        );
        installation.finish();
      },
    ),
    { numRuns: 60 },
  );
});

describe('readers are told', () => {
  const after = (installation: Installation, act: () => void, most = 100): readonly object[] => {
    const event = installation.position();
    act();
    return told(installation, most, { event }).appearances.map(({ position: _when, ...shown }) => shown);
  };
  /** `top` with `a` and `b` beneath it, and `a1` beneath a draft beneath that. */
  const site = (): Installation => {
    const installation = openInstallation();
    installation.accept([
      createPage('top'),
      createPage('a', { parent: 'top' }),
      createPage('b', { parent: 'top' }),
      createPage('draft', { parent: 'a' }),
      createPage('a1', { parent: 'draft' }),
    ]);
    installation.accept(['top', 'a', 'b', 'a1'].map((id) => publishPage(id)));
    return installation;
  };

  it.each([1, 2, 100])('of each page that a move takes along, %d at a time', (most) => {
    const installation = site();
    const act = (): void => {
      installation.accept(movePage('top', 1, { slug: 'new' }));
    };
    expect(after(installation, act, most)).toEqual([
      { kind: 'changed', page: 'top', path: '/new', formerPath: '/top' },
      { kind: 'changed', page: 'a', path: '/new/a', formerPath: '/top/a' },
      { kind: 'changed', page: 'b', path: '/new/b', formerPath: '/top/b' },
    ]);
  });

  it('of what a deletion takes away, also beneath a draft, and of what comes back', () => {
    const installation = site();
    const gone = after(installation, () => installation.accept(deletePage('top', 1)));
    expect(gone).toEqual([
      { kind: 'vanished', page: 'top', path: '/top' },
      { kind: 'vanished', page: 'a', path: '/top/a' },
      { kind: 'vanished', page: 'a1', path: null },
      { kind: 'vanished', page: 'b', path: '/top/b' },
    ]);
    expect(after(installation, () => installation.accept(undeletePage('top')))).toEqual(
      gone.map((item) => ({ ...item, kind: 'visible' })),
    );
  });

  it('of pages that gain or lose their way with the one above them', () => {
    const installation = site();
    expect(after(installation, () => installation.accept(publishPage('draft')))).toEqual([
      { kind: 'visible', page: 'draft', path: '/top/a/draft' },
      { kind: 'changed', page: 'a1', path: '/top/a/draft/a1' },
    ]);
    expect(after(installation, () => installation.accept(unpublishPage('draft')))).toEqual([
      { kind: 'vanished', page: 'draft', path: '/top/a/draft' },
      { kind: 'changed', page: 'a1', path: null, formerPath: '/top/a/draft/a1' },
    ]);
  });

  it('of another version, another order, and of no draft', () => {
    const installation = site();
    const act = (): void => {
      installation.accept([savePage('a', 1, { title: 'new' }), movePage('draft', 1, { slug: 'other' })]);
      installation.accept(createPage('c', { parent: 'top' }));
      installation.accept(movePage('b', 1, { before: 'a' }));
      installation.accept(publishPage('a'));
      installation.accept(deletePage('c', 1));
    };
    expect(after(installation, act)).toEqual([
      { kind: 'changed', page: 'b', path: '/top/b' },
      { kind: 'changed', page: 'a', path: '/top/a' },
    ]);
  });
});
