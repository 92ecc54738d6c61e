import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access, Visible } from '../access/access.js';
import { cursorAt, type Items, type Part } from './cursor.js';
import { listedContents, type ListedPage } from './listed-contents.js';
import { cursorReader, cursorText, type After } from './list-cursor.js';
import {
  areSiblings,
  choiceNow,
  choiceThen,
  seenBy,
  type PageFilter,
  type Seen,
  type Sort,
} from './page-choice.js';
import { PageRows, type AskedPages } from './page-rows.js';
import type { PageView } from './page-view.js';
import type { Fields } from './pick-fields.js';
import { ReadModel, type AsOf } from './read-model.js';
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
  readonly asOf?: AsOf;
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

/** Part of a list, and after which place there may be more of it. */
interface Stretch {
  readonly found: readonly Found[];
  readonly rest: After | undefined;
}

/** Pages beneath one parent, where they have it all in common. `id`: of one that is an anchor itself. */
interface CountRow {
  readonly parent: string | null;
  readonly id: string | null;
  readonly isDeleted: number;
  readonly isProtected: number;
  readonly isPublished: number;
  readonly pages: number;
}

const byNumber: Sort = { by: 'number', isDescending: false };

/** Rows that one request reads once it has found something: an answer may have fewer items than asked for. */
const readLimit = 2_000;

/** @throws Refusal `not-found` for readers who ask for the past; `malformed-request` for a cursor */
@QueryHandler(ListPages)
export class ListPagesHandler implements IQueryHandler<ListPages> {
  private readonly prepared;
  private readonly readCursor;
  private readonly rows;

  constructor(private readonly model: ReadModel) {
    this.prepared = statements(model.db);
    this.readCursor = cursorReader(model.db);
    this.rows = new PageRows(model);
  }

  execute(query: ListPages): Promise<ListedPages> {
    return Promise.resolve(this.model.snapshot(() => this.list(query)));
  }

  private list(query: ListPages): ListedPages {
    const { access, part, shown } = query;
    const { asOf, sort = byNumber, contents, isCounted = false } = shown;
    const filter = whole(query.filter, access);
    this.model.requireFew(Math.min(part.limit, this.model.mostPages()));
    const at = asOf === undefined ? undefined : this.model.positionFor(access, asOf);
    const position = at ?? this.model.position();
    const changedPosition = at ?? this.model.shownPosition(access);
    const after = this.readCursor(part, sort.by);
    const asked = { access, filter, sort, at };
    const { found, rest } = this.find(asked, part.limit, after);
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
      ...(isCounted && { count: this.count(asked) }),
    };
  }

  /** Pages after a place in the list, at most `limit`, and after which of them there may be more. */
  private find(asked: AskedPages, limit: number, after: After | undefined): Stretch {
    const stretches = visibly(asked).map((seen) => this.findSeen(asked, seen, limit, after));
    const [first, ...others] = stretches;
    return first && others.length === 0 ? first : merged(stretches, limit, asked.sort);
  }

  private findSeen(asked: AskedPages, seen: Seen, limit: number, after: After | undefined): Stretch {
    const { access, filter, at } = asked;
    const { pages } = this.model;
    const read = this.rows.reader(asked, seen);
    const found: Found[] = [];
    let last = after;
    // What the pages above one make of it is found by walking up, so some of what was read is left out again.
    for (let rows = 0; ; rows += limit + 1) {
      const some = read(last, limit + 1);
      for (const [key, ...row] of some) {
        const view = seen.sight === 'published' ? pages.readersViewOf(row) : pages.viewOf(row, at);
        last = { key, number: view.number };
        // To readers some have no place; and nobody is told what is right above a page but in an answer that says it.
        const isThere =
          filter.parent === undefined || (view.slug !== null && showsParent(access, filter, view));
        const isSeen =
          (view.deletedRoot !== null) === filter.deleted && isThere && this.sees(asked, seen, view);
        if (isSeen) found.push({ view, ...last });
        if (found.length > limit) return { found: found.slice(0, limit), rest: found[limit - 1] };
      }
      if (some.length <= limit) return { found, rest: undefined };
      // Never after a row that is left out: its key would stand in the cursor.
      if (rows >= readLimit && found.length > 0) return { found, rest: found.at(-1) };
    }
  }

  /** As of a position a page has to be seen as it was then, and as it is now. */
  private sees({ access, at }: Pick<AskedPages, 'access' | 'at'>, { sight }: Seen, view: Visible): boolean {
    if (access.sightOf(view) !== sight) return false;
    return at === undefined || access.isWhole || this.model.sightOf(view.id, access) === sight;
  }

  private count(asked: AskedPages): number {
    const { model } = this;
    model.requireFew(0, model.mostPages());
    return visibly(asked).reduce((count, seen) => count + this.countSeen(asked, seen), 0);
  }

  /** Pages of one kind beneath one parent are counted together: what decides whether they are seen is the same. */
  private countSeen({ access, filter, at }: AskedPages, seen: Seen): number {
    const isOfPart = seen.anchors !== null && !areSiblings(filter);
    const way = filter.ids ? 'ids' : isOfPart ? 'part' : areSiblings(filter) ? 'siblings' : 'sorted';
    const choice =
      at === undefined ? choiceNow(seen, filter, 'number', way) : choiceThen(seen, filter, 'number');
    const { columns, from, conditions } = choice;
    const isByItself = at !== undefined && !access.isWhole; // what is seen of it now depends on where it is now
    const self = isByItself
      ? 'pages.id'
      : 'CASE WHEN pages.id IN (SELECT value FROM json_each($held)) THEN pages.id END';
    const rows = this.prepared<unknown[], CountRow>(
      `SELECT ${columns.parent} AS parent, ${self} AS id, ${columns.deletedPosition} IS NOT NULL AS isDeleted,
         ${columns.isProtected} AS isProtected, ${columns.publishedVersion} IS NOT NULL AS isPublished, count(*) AS pages
       FROM ${from} WHERE ${conditions.join(' AND ')} GROUP BY 1, 2, 3, 4, 5`,
    ).all({
      ...this.rows.bound({ filter, at }, seen),
      ...(!isByItself && { held: JSON.stringify(access.anchors) }),
    });
    let count = 0;
    for (const { parent, id, isDeleted, isProtected, isPublished, pages } of rows) {
      const above = this.model.pages.ancestry(parent, at);
      const one: Visible = {
        id: id ?? '',
        above: above.ids,
        deletedRoot: isDeleted === 1 ? 'itself' : above.deletedRoot,
        isProtected: isProtected === 1 || above.isProtected,
        publishedVersion: isPublished === 1 ? 1 : null,
      };
      const isPlaced = seen.sight === 'all' || filter.parent === undefined || above.isPublished;
      const isThere =
        isPlaced && showsParent(access, filter, { ...one, parent, isWayPublished: above.isPublished });
      const isSeen = (one.deletedRoot !== null) === filter.deleted && isThere;
      if (isSeen && this.sees({ access, at: isByItself ? at : undefined }, seen, one)) count += pages;
    }
    return count;
  }
}

/** Whether deleted pages are listed, or those that are there, is always said. */
function whole(filter: PageFilter, access: Access): PageFilter & { readonly deleted: boolean } {
  const roots = filter.parent === null && !access.isWhole && { roots: access.anchors };
  return { ...filter, ...roots, deleted: filter.deleted ?? filter.status === 'deleted' };
}

/** Whether the parent that is asked for, or that there is none, is shown of the page. */
function showsParent(
  access: Access,
  { parent }: PageFilter,
  page: Visible & { readonly parent: string | null; readonly isWayPublished: boolean },
): boolean {
  if (access.isWhole || parent === undefined) return true;
  return parent === null ? page.parent === null || !access.seesAbove(page) : access.seesAbove(page);
}

/**
 * The ways in which there can be such a page for the asker: the filters may contradict each other; readers see none but published
 * ones, are not told who has written what, and have no past.
 */
function visibly({ access, filter, at }: Pick<AskedPages, 'access' | 'filter' | 'at'>): readonly Seen[] {
  const { status, by, deleted } = filter;
  return seenBy(access).filter(({ sight }) =>
    sight === 'published'
      ? at === undefined && !deleted && by === undefined && (status === undefined || status === 'published')
      : status === undefined || deleted === (status === 'deleted'),
  );
}

/** Several stretches of one list as one: as far as each of them was read. */
function merged(stretches: readonly Stretch[], limit: number, { isDescending }: Sort): Stretch {
  const sign = isDescending ? -1 : 1;
  const order = (one: After, other: After): number =>
    sign * (Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)) || one.number - other.number);
  const [stop] = stretches.flatMap(({ rest }) => rest ?? []).sort(order);
  const found = stretches
    .flatMap((stretch) => stretch.found)
    .filter((page) => !stop || order(page, stop) <= 0)
    .sort(order);
  return found.length > limit
    ? { found: found.slice(0, limit), rest: found[limit - 1] }
    : { found, rest: stop };
}
