import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import type { PageStatus } from '../events/page.js';
import { cursorAt, pageOf, readCursor, type Items, type Part } from './cursor.js';
import {
  aliveThen,
  nowColumns,
  nowTables,
  placedThen,
  selected,
  thenColumns,
  thenTables,
} from './page-columns.js';
import type { PageRow, PageView } from './page-view.js';
import { ReadModel, type Moment } from './read-model.js';

export interface PageFilter {
  readonly type?: string;
  /** Null: the top level of the tree. */
  readonly parent?: string | null;
  readonly status?: PageStatus;
  readonly deleted?: boolean;
  readonly asOf?: Moment;
}

/** Pages in the order of their creation, without content. Deleted ones only when asked for. */
export class ListPages extends Query<Items<PageView>> {
  constructor(
    readonly access: Access,
    readonly filter: PageFilter,
    readonly part: Part,
  ) {
    super();
  }
}

/** @throws Refusal `not-found` for readers who ask for the past */
@QueryHandler(ListPages)
export class ListPagesHandler implements IQueryHandler<ListPages> {
  constructor(private readonly model: ReadModel) {}

  execute(query: ListPages): Promise<Items<PageView>> {
    return Promise.resolve(this.model.snapshot(() => this.list(query)));
  }

  private list({ access, filter, part }: ListPages): Items<PageView> {
    const { limit } = part;
    const { asOf, type, parent, status } = filter;
    const { deleted = status === 'deleted' } = filter;
    const pages = this.model.mostPages();
    const isSought = Object.values(filter).some((chosen) => chosen !== undefined);
    this.model.requireFew(Math.min(limit, pages), isSought || access.isReader ? pages : 0);
    const at = asOf === undefined ? undefined : this.model.positionFor(access, asOf);
    const position = at ?? this.model.position();
    let after = readCursor(part) ?? 0;
    if (!canBeSeen(access, status, deleted)) return { items: [], next: null, position };
    const conditions = [
      'number > $after',
      ...(type === undefined ? [] : ['type = $type']),
      ...(parent === undefined ? [] : ['slug IS NOT NULL AND parent IS $parent']),
      ...(status === undefined || status === 'deleted' || access.isReader ? [] : [statusConditions[status]]),
    ];
    const statement = this.model.db
      .prepare<unknown[], PageRow>(
        `SELECT * FROM (${source(access, at !== undefined, deleted)}) WHERE ${conditions.join(' AND ')}
         ORDER BY number LIMIT $limit`,
      )
      .raw();
    const bound = {
      limit: limit + 1,
      ...(at !== undefined && { at }),
      ...(type !== undefined && { type }),
      ...(parent !== undefined && { parent }),
    };
    // Whether a page went with one above it is found by walking up, so some of what was read is left out again.
    const found: PageView[] = [];
    for (let read = 0; found.length <= limit;) {
      const rows = statement.all({ ...bound, after });
      for (const row of rows) {
        const page = access.isReader ? this.model.pages.readersViewOf(row) : this.model.pages.viewOf(row, at);
        const isThere = parent === undefined || page.slug !== null; // to readers some have no place
        if ((page.deletedRoot !== null) === deleted && isThere) found.push(page);
      }
      after = rows.at(-1)?.[1] ?? after;
      read += rows.length;
      if (rows.length <= limit) break;
      if (found.length <= limit && read >= mostRead) {
        return { items: found, next: cursorAt(part.list, String(after)), position };
      }
    }
    return pageOf(
      part,
      found,
      ({ number }) => number,
      (page) => page,
      position,
    );
  }
}

/** Rows that one request reads: where most of them are left out, an answer may have fewer items than asked for. */
const mostRead = 2_000;

/**
 * Whether there can be such a page for the asker: the filters may contradict each other, and readers see none but
 * published ones.
 */
function canBeSeen(access: Access, status: PageStatus | undefined, deleted: boolean): boolean {
  if (access.isReader) return !deleted && (status === undefined || status === 'published');
  return status === undefined || deleted === (status === 'deleted');
}

const statusConditions: Record<Exclude<PageStatus, 'deleted'>, string> = {
  draft: 'publishedVersion IS NULL',
  published: 'publishedVersion = contentVersion',
  changed: 'publishedVersion <> contentVersion',
};

/** Deleted pages, and all that hangs beneath them. */
const gone = `WITH RECURSIVE gone (id, number) AS (
  SELECT id, number FROM pages WHERE deleted_position IS NOT NULL
  UNION
  SELECT pages.id, pages.number FROM gone JOIN pages ON pages.parent = gone.id AND pages.slug IS NOT NULL
) SELECT number FROM gone`;

/** Pages of which some may have gone with one above them, or not. */
function source(access: Access, then: boolean, deleted: boolean): string {
  if (then)
    return `SELECT ${selected(thenColumns)} FROM ${thenTables} WHERE ${deleted ? placedThen : aliveThen}`;
  const version = access.isReader ? 'published_version' : 'content_version';
  return `SELECT ${selected(nowColumns)} FROM ${nowTables} WHERE versions.version = ${version}
          AND ${deleted ? `pages.number IN (${gone})` : 'deleted_position IS NULL'}`;
}
