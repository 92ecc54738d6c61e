import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { placeOrder } from '../projections/pages.js';
import { cursorAt, type Items, type Part } from './cursor.js';
import { listedContents, type ListedPage } from './listed-contents.js';
import { cursorReader, cursorText, type After } from './list-cursor.js';
import { selected } from './page-columns.js';
import {
  boundOf,
  choiceNow,
  choiceThen,
  type PageChoice,
  type PageFilter,
  type Sort,
  type Way,
} from './page-choice.js';
import type { PageRow, PageView } from './page-view.js';
import type { Fields } from './pick-fields.js';
import { ReadModel, type Moment } from './read-model.js';
import { statements } from './statements.js';

/** Pages, as far as they are asked for. Deleted ones only when asked for. */
export class ListPages extends Query<ListedPages> {
  constructor(
    readonly access: Access,
    readonly filter: PageFilter,
    readonly part: Part,
    readonly shown: ShownOfPages = {},
  ) {
    super();
  }
}

/** What is shown of them. */
export interface ShownOfPages {
  readonly asOf?: Moment;
  /** In the order of their creation in this log, when absent. */
  readonly sort?: Sort;
  /** Parts of their contents, at a schema version. */
  readonly contents?: { readonly fields: Fields; readonly schemaVersion: number };
  /** Also how many there are. */
  readonly isCounted?: boolean;
}

export interface ListedPages extends Items<ListedPage> {
  /** How many there are on all pages of the list. */
  readonly count?: number;
  /** The last position that changed anything in a list of whoever asks. */
  readonly changedPosition: number;
}

/** One that was found, and where in the list it stands. */
interface Found extends After {
  readonly view: PageView;
}

type ListRow = [key: string, ...page: PageRow];

interface ParentRow {
  readonly parent: string | null;
  readonly isDeleted: number;
  readonly pages: number;
}

const byNumber: Sort = { by: 'number', isDescending: false };

/** Rows that one request reads: where most of them are left out, an answer may have fewer items than asked for. */
const mostRead = 2_000;
/** So many siblings are sorted; of more those are looked for among all pages that are sorted already. */
const fewSiblings = 2_000;

/** @throws Refusal `not-found` for readers who ask for the past; `malformed-request` for a cursor */
@QueryHandler(ListPages)
export class ListPagesHandler implements IQueryHandler<ListPages> {
  private readonly prepared;
  private readonly readCursor;
  private readonly siblings;

  constructor(private readonly model: ReadModel) {
    this.prepared = statements(model.db);
    this.readCursor = cursorReader(model.db);
    this.siblings = model.db
      .prepare<[string | null], number>(
        `SELECT count(*) FROM (SELECT 1 FROM pages WHERE parent IS ? AND slug IS NOT NULL LIMIT ${fewSiblings + 1})`,
      )
      .pluck();
  }

  execute(query: ListPages): Promise<ListedPages> {
    return Promise.resolve(this.model.snapshot(() => this.list(query)));
  }

  private list(query: ListPages): ListedPages {
    const { access, part, shown } = query;
    const { asOf, sort = byNumber, contents, isCounted = false } = shown;
    const filter = whole(query.filter);
    this.model.requireFew(Math.min(part.limit, this.model.mostPages()));
    const at = asOf === undefined ? undefined : this.model.positionFor(access, asOf);
    const position = at ?? this.model.position();
    const changedPosition = at ?? this.model.shownPosition(access);
    const after = this.readCursor(part, sort.by);
    if (!canBeSeen(access, filter)) {
      return { items: [], next: null, position, changedPosition, ...(isCounted && { count: 0 }) };
    }
    const { found, rest } = this.find(access, filter, part.limit, { sort, at }, after);
    const items: readonly ListedPage[] = contents
      ? listedContents(
          this.model,
          access,
          found.map(({ view }) => view),
          contents,
          at,
        )
      : found.map(({ view }) => ({ view }));
    const next = items.length < found.length ? found[items.length - 1] : rest;
    return {
      items,
      next: next ? cursorAt(part.list, cursorText(sort.by, next, changedPosition)) : null,
      position,
      changedPosition,
      ...(isCounted && { count: this.count(access, filter, at) }),
    };
  }

  /** Pages after a place in the list, at most `limit`, and after which of them there may be more. */
  private find(
    access: Access,
    filter: PageFilter,
    limit: number,
    { sort, at }: { readonly sort: Sort; readonly at: number | undefined },
    after: After | undefined,
  ): { readonly found: readonly Found[]; readonly rest: After | undefined } {
    const read = this.reader(access, filter, sort, at);
    const found: Found[] = [];
    let last = after;
    // Whether a page went with one above it is found by walking up, so some of what was read is left out again.
    for (let rows = 0; ; rows += limit + 1) {
      const some = read(last, limit + 1);
      for (const [key, ...row] of some) {
        const view = access.isReader ? this.model.pages.readersViewOf(row) : this.model.pages.viewOf(row, at);
        last = { key, number: view.number };
        const isThere = filter.parent === undefined || view.slug !== null; // to readers some have no place
        if ((view.deletedRoot !== null) === filter.deleted && isThere) found.push({ view, ...last });
        if (found.length > limit) return { found: found.slice(0, limit), rest: found[limit - 1] };
      }
      if (some.length <= limit) return { found, rest: undefined };
      if (rows >= mostRead) return { found, rest: last };
    }
  }

  /** Reads rows after a place in the list. */
  private reader(access: Access, filter: PageFilter, sort: Sort, at: number | undefined) {
    const { by, isDescending } = sort;
    const choice = at === undefined ? this.choiceNow(access, filter, by) : choiceThen(filter, by);
    if (at !== undefined) this.model.requireFew(0, this.model.mostPages());
    const { columns, from, conditions, key, number } = choice;
    const [beyond, direction] = isDescending ? ['<', 'DESC'] : ['>', 'ASC'];
    const order = key === null ? `${number} ${direction}` : `${key} ${direction}, ${number} ${direction}`;
    const bound = { ...boundOf(filter), ...(at !== undefined && { at }) };
    const read = (
      beyondIt: string | undefined,
      after: After | undefined,
      limit: number,
    ): readonly ListRow[] => {
      const siblings = at === undefined && by === 'order' ? amongSiblings(filter, sort, after) : undefined;
      const all = [
        ...conditions,
        ...(beyondIt === undefined ? [] : [beyondIt]),
        ...(siblings?.conditions ?? []),
      ];
      return this.prepared<unknown[], ListRow>(
        `SELECT ${key ?? "''"}, ${selected(columns)} FROM ${from} WHERE ${all.join(' AND ')} ORDER BY ${order} LIMIT $limit`,
      )
        .raw()
        .all({ ...bound, limit, ...after, ...siblings?.bound });
    };
    return (after: After | undefined, limit: number): readonly ListRow[] => {
      if (!after) return read(undefined, after, limit);
      if (key === null) return read(`${number} ${beyond} $number`, after, limit);
      // Two look-ups: SQLite would find `(key, number) > (?, ?)` by the key alone, and go through all that have the same.
      const same = read(`${key} = $key AND ${number} ${beyond} $number`, after, limit);
      const left = limit - same.length;
      return left === 0 ? same : [...same, ...read(`${key} ${beyond} $key`, after, left)];
    };
  }

  private choiceNow(access: Access, filter: PageFilter, by: Sort['by']): PageChoice {
    const { ids, parent, deleted: isDeleted, ...others } = filter;
    const isSought = Object.keys(others).length > 0 || isDeleted === true;
    const pages = this.model.mostPages();
    if (ids) return choiceNow(access, filter, by, 'ids');
    const isOrdered = parent === undefined || by === 'order';
    const siblings = isOrdered ? 0 : (this.siblings.get(parent) ?? 0);
    const way: Way = isOrdered || siblings > fewSiblings ? 'sorted' : 'siblings';
    this.model.requireFew(0, way === 'siblings' ? siblings : isSought || !isOrdered ? pages : 0);
    return choiceNow(access, filter, by, way);
  }

  private count(access: Access, filter: PageFilter, at: number | undefined): number {
    const { model } = this;
    model.requireFew(0, model.mostPages());
    const { columns, from, conditions } =
      at === undefined
        ? choiceNow(
            access,
            filter,
            'number',
            filter.ids ? 'ids' : filter.parent === undefined ? 'sorted' : 'siblings',
          )
        : choiceThen(filter, 'number');
    const rows = this.prepared<unknown[], ParentRow>(
      `SELECT ${columns.parent} AS parent, ${columns.deletedPosition} IS NOT NULL AS isDeleted, count(*) AS pages
       FROM ${from} WHERE ${conditions.join(' AND ')} GROUP BY 1, 2`,
    ).all({ ...boundOf(filter), ...(at !== undefined && { at }) });
    let count = 0;
    for (const { parent, isDeleted, pages } of rows) {
      const isGone = isDeleted === 1 || model.pages.isBeneathDeleted(parent, at);
      const isThere = !access.isReader || filter.parent === undefined || model.pages.isOpenBeneath(parent);
      if (isGone === filter.deleted && isThere) count += pages;
    }
    return count;
  }
}

/** Whether deleted pages are listed, or those that are there, is always said. */
function whole(filter: PageFilter): PageFilter & { readonly deleted: boolean } {
  return { ...filter, deleted: filter.deleted ?? filter.status === 'deleted' };
}

/** The stretch of `place_order` that the children of a page have, as far as `after` does not say where to begin. */
function amongSiblings({ parent }: PageFilter, { isDescending }: Sort, after: After | undefined) {
  if (parent === undefined) return undefined;
  const from = { conditions: ['pages.place_order > $from'], bound: { from: placeOrder(parent, null) } };
  const to = { conditions: ['pages.place_order < $to'], bound: { to: `${parent ?? ''}!` } };
  if (after) return isDescending ? from : to;
  return { conditions: [...from.conditions, ...to.conditions], bound: { ...from.bound, ...to.bound } };
}

/**
 * Whether there can be such a page for the asker: the filters may contradict each other; readers see none but published ones,
 * and are not told who has written what.
 */
function canBeSeen({ isReader }: Access, { status, by, deleted }: PageFilter): boolean {
  if (isReader)
    return deleted !== true && by === undefined && (status === undefined || status === 'published');
  return status === undefined || deleted === (status === 'deleted');
}
