import { everywhere } from '../../src/access/rights.js';
import fc from 'fast-check';
import { accessOf, type Access } from '../../src/access/access.js';
import type { Role } from '../../src/events/role.js';
import {
  ListPages,
  ListPagesHandler,
  type ListedPages,
  type ShownOfPages,
} from '../../src/queries/list-pages.js';
import { sortKeys, type PageFilter, type Sort } from '../../src/queries/page-choice.js';
import type { PageView } from '../../src/queries/page-view.js';
import { readFields } from '../../src/queries/pick-fields.js';
import { ReadModel } from '../../src/queries/read-model.js';
import { anyChangeSet, firstCommands, pageIds } from '../support/any-change-set.js';
import { createPage, deletePage, publishPage, savePage, sent } from '../support/commands.js';
import { openInstallation, tess, type Installation } from '../support/installation.js';
import { ladder } from '../support/ladder.js';

const access = (role: Role): Access => accessOf(everywhere(role));
const sorts: readonly Sort[] = sortKeys.flatMap((by) => [
  { by, isDescending: false },
  { by, isDescending: true },
]);
const readers = ['render', 'admin'] as const;
const everyWay = readers.flatMap((role) => sorts.map((sort) => ({ role, ...sort })));

function listing({ db }: Installation) {
  const model = new ReadModel(db, ladder, () => undefined);
  const handler = new ListPagesHandler(model);
  const list = async (
    role: Role,
    filter: PageFilter = {},
    shown: ShownOfPages = {},
    part: { readonly limit: number; readonly cursor?: string } = { limit: 500 },
  ): Promise<ListedPages> =>
    handler.execute(new ListPages(access(role), filter, { list: 'pages', ...part }, shown));
  /** All of a list, by pages of `limit`. */
  const all = async (
    role: Role,
    filter: PageFilter,
    shown: ShownOfPages,
    limit: number,
  ): Promise<PageView[]> => {
    const found: PageView[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const { items, next } = await list(role, filter, shown, {
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      expect(items.length).toBeLessThanOrEqual(limit);
      found.push(...items.map(({ view }) => view));
      cursor = next;
    }
    return found;
  };
  return { list, all };
}

/** What an item shows of what it is sorted by; of its place among others it shows nothing. */
function shownKey(by: Sort['by'], view: PageView): string {
  switch (by) {
    case 'title':
      return view.title ?? '';
    case 'created':
      return view.createdAt;
    case 'updated':
      return view.updatedAt;
    case 'published':
      return view.publishedAt ?? '';
    default:
      return '';
  }
}

const ids = (pages: readonly { readonly id: string }[]): readonly string[] => pages.map(({ id }) => id);

test('whatever happened, lists are sorted, complete and counted, in pages of any length, now and then', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyChangeSet, { minLength: 5, maxLength: 20 }),
      fc.constantFrom(...everyWay),
      fc.constantFrom<PageFilter>(
        {},
        {},
        { parent: null },
        { parent: 'p' },
        { type: 'document' },
        { deleted: true },
      ),
      fc.integer({ min: 1, max: 4 }),
      async (changeSets, { role, ...sort }, filter, limit) => {
        const installation = openInstallation();
        installation.accept(firstCommands);
        // Some at the same time, so that there are ties.
        for (const { commands } of changeSets)
          installation.submit(commands, { at: '2026-03-01T00:00:00.000Z' });
        const { list, all } = listing(installation);
        const plain = await list(role, filter, { isCounted: true });
        expect(plain.count).toBe(plain.items.length);
        const whole = await all(role, filter, { sort }, 500);
        expect(await all(role, filter, { sort }, limit)).toEqual(whole);
        expect(ids(whole).toSorted()).toEqual(ids(plain.items.map(({ view }) => view)).toSorted());
        const keys = whole.map((view) => ({ key: shownKey(sort.by, view), number: view.number }));
        if (sort.by !== 'order') {
          const sorted = keys.toSorted((a, b) =>
            a.key < b.key ? -1 : a.key > b.key ? 1 : a.number - b.number,
          );
          expect(keys).toEqual(sort.isDescending ? sorted.toReversed() : sorted);
        } else if (role === 'admin' && filter.parent !== undefined) {
          const alive = installation.order(filter.parent).filter((id) => ids(whole).includes(id));
          expect(ids(whole)).toEqual(sort.isDescending ? alive.toReversed() : alive);
        }
        if (role === 'admin') {
          const then = { asOf: { position: installation.position() }, sort, isCounted: true };
          const past = await list(role, filter, then);
          expect(ids(past.items.map(({ view }) => view))).toEqual(ids(whole));
          expect(past.count).toBe(whole.length);
          expect(ids(await all(role, filter, then, limit))).toEqual(ids(whole));
        }
        installation.finish();
      },
    ),
    { numRuns: 60 },
  );
});

test('a list says of each page what was asked of its content, and where it stood', async () => {
  const installation = openInstallation();
  installation.accept([
    createPage('a', {}, { document: sent({ title: 'A', list: [{ x: 1 }, { x: 2, y: 3 }], __proto__x: 1 }) }),
    createPage('b', {}, { document: sent({ title: 'B', list: 'none' }) }),
  ]);
  installation.accept([publishPage('a'), publishPage('b')]);
  installation.accept(savePage('a', 1, { title: 'draft' }));
  const { list } = listing(installation);
  const contents = (text: string) => ({ contents: { fields: readFields(text), schemaVersion: 1 } });
  const of = async (role: Role, text: string): Promise<unknown[]> =>
    (await list(role, {}, contents(text))).items.map(({ content }) => JSON.parse(content ?? '') as unknown);
  expect(await of('render', '/title,/list/1/x,/nothing')).toEqual([
    { title: 'A', list: [null, { x: 2 }] },
    { title: 'B' },
  ]);
  expect(await of('admin', '/title')).toEqual([{ title: 'draft' }, { title: 'B' }]);
  expect(await of('render', '/list/1,/list/1/x,/list')).toEqual([
    { list: [{ x: 1 }, { x: 2, y: 3 }] },
    { list: 'none' },
  ]);
  for (const wrong of ['', 'title', '/title,', '/a~2', Array(51).fill('/a').join(',')])
    expect(() => readFields(wrong)).toThrow('fields has to be');
});

test('a list holds those that an author changed, in a time, or by their ids', async () => {
  const installation = openInstallation();
  const at = (day: number): string => `2026-05-0${day}T00:00:00.000Z`;
  const ann = { ...tess, id: 'ann' };
  for (const [index, id] of ['a', 'b', 'c', 'd'].entries())
    installation.accept(createPage(id), { at: at(index + 1) });
  installation.accept([savePage('a', 1, { title: 'new' }), publishPage('a'), publishPage('b')], {
    at: at(6),
    by: ann,
  });
  const { list } = listing(installation);
  const found = async (role: Role, filter: PageFilter, shown?: ShownOfPages): Promise<readonly string[]> =>
    ids((await list(role, filter, shown)).items.map(({ view }) => view));
  expect(await found('admin', { by: 'ann' })).toEqual(['a']);
  expect(await found('render', { by: 'ann' })).toEqual([]);
  expect(await found('admin', { updatedAfter: at(2) })).toEqual(['a', 'c', 'd']);
  expect(await found('admin', { updatedAfter: at(1), updatedBefore: at(4) })).toEqual(['b', 'c']);
  const newest = { sort: { by: 'updated', isDescending: true } } as const;
  expect(await found('admin', { updatedAfter: at(2) }, newest)).toEqual(['a', 'd', 'c']);
  expect(await found('render', { updatedAfter: at(1) })).toEqual(['a', 'b']);
  expect(await found('admin', { ids: ['d', 'b', 'nobody'] })).toEqual(['b', 'd']);
  installation.accept(deletePage('d'));
  expect(await found('admin', { ids: ['d', 'b'] }, newest)).toEqual(['b']);
  const first = { position: 2 };
  expect(await found('admin', { ids: ['a', 'b', 'd'] }, { asOf: first })).toEqual(['a', 'b']);
});

test('pages that change between two parts of a list are neither lost nor hold others up', async () => {
  const installation = openInstallation();
  installation.accept(pageIds.map((id) => createPage(id)));
  const { list } = listing(installation);
  for (const by of sortKeys) {
    const sort = { by, isDescending: false };
    const { items, next } = await list('admin', {}, { sort }, { limit: 3 });
    const last = items.at(-1)?.view;
    // The page that the cursor stands at goes to the end.
    installation.accept(savePage(last?.id ?? '', null, { title: `zz ${by}` }));
    const rest = await list('admin', {}, { sort }, { limit: 500, cursor: next ?? '' });
    const seen = new Set(ids([...items, ...rest.items].map(({ view }) => view)));
    expect([by, seen.size]).toEqual([by, pageIds.length]);
    installation.accept(savePage(last?.id ?? '', null, { title: last?.id ?? '' }));
  }
});

describe('no list looks at all pages, nor sorts them', () => {
  it.each(everyWay)('as $role sees them by $by, descending: $isDescending', async ({ role, ...sort }) => {
    const installation = openInstallation();
    installation.accept(firstCommands);
    installation.accept([publishPage('p'), publishPage('q'), publishPage('r'), publishPage('t')]);
    const { db } = installation;
    const prepare = db.prepare.bind(db) as (sql: string) => never;
    const texts: string[] = [];
    db.prepare = (sql: string) => {
      texts.push(sql);
      return prepare(sql);
    };
    const { all } = listing(installation);
    texts.length = 0;
    await all(role, {}, { sort }, 1);
    await all(role, { parent: null }, { sort: { ...sort, by: 'order' } }, 1);
    const lists = texts.filter((sql) => sql.includes('LIMIT $limit'));
    expect(lists).toHaveLength(6);
    for (const sql of lists) {
      const bound = { limit: 1, number: 1, key: '', from: ' ', to: '!', parent: null };
      const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(bound);
      const [first, ...others] = plan.map(({ detail }) => detail);
      expect(first).toMatch(/^(?:SCAN|SEARCH) \w+ USING (?:COVERING )?INDEX \w+/);
      // What goes on goes on where it was.
      if (sql.includes('$number')) expect(first).toMatch(/\(\w+=\? AND rowid[<>]\?\)$/);
      for (const other of others) expect(other).not.toMatch(/^SCAN|TEMP B-TREE/);
    }
    db.prepare = prepare;
  });
});
