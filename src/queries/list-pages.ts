import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Role } from '../events/event.js';
import type { PageStatus } from '../events/page.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import {
  aliveThen,
  nowColumns,
  nowTables,
  pageView,
  thenColumns,
  thenTables,
  type PageRow,
  type PageView,
} from './page-view.js';
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
export class ListPages {
  constructor(
    readonly role: Role,
    readonly filter: PageFilter,
    readonly part: Part,
  ) {}
}

/** @throws Refusal `not-found` for readers who ask for the past */
@QueryHandler(ListPages)
export class ListPagesHandler implements IQueryHandler<ListPages, Items<PageView>> {
  constructor(private readonly model: ReadModel) {}

  execute({ role, filter, part }: ListPages): Promise<Items<PageView>> {
    const { asOf, type, parent, status } = filter;
    const { deleted = status === 'deleted' } = filter;
    const at = asOf === undefined ? undefined : this.model.positionFor(role, asOf);
    const after = readCursor(part) ?? 0;
    if (!canBeSeen(role, status, deleted)) return Promise.resolve({ items: [], next: null });
    const conditions = [
      'number > $after',
      ...(type === undefined ? [] : ['type = $type']),
      ...(parent === undefined ? [] : ['slug IS NOT NULL AND parent IS $parent']),
      ...(status === undefined || status === 'deleted' || role === 'render'
        ? []
        : [statusConditions[status]]),
    ];
    const rows = this.model.db
      .prepare<unknown[], PageRow>(
        `SELECT * FROM (${source(role, at !== undefined, deleted)}) WHERE ${conditions.join(' AND ')}
         ORDER BY number LIMIT $limit`,
      )
      .raw()
      .all({
        after,
        limit: part.limit + 1,
        ...(at !== undefined && { at }),
        ...(type !== undefined && { type }),
        ...(parent !== undefined && { parent }),
      });
    return Promise.resolve(
      pageOf(
        part,
        rows,
        ([, number]) => number,
        (row) => shown(pageView(row), role),
      ),
    );
  }
}

/**
 * Whether there can be such a page for the asker: the filters may contradict each other, and readers see none but
 * published ones.
 */
function canBeSeen(role: Role, status: PageStatus | undefined, deleted: boolean): boolean {
  if (role === 'render') return !deleted && (status === undefined || status === 'published');
  return status === undefined || deleted === (status === 'deleted');
}

const statusConditions: Record<Exclude<PageStatus, 'deleted'>, string> = {
  draft: 'published_version IS NULL',
  published: 'published_version = content_version',
  changed: 'published_version <> content_version',
};

function source(role: Role, then: boolean, deleted: boolean): string {
  if (!then) {
    const version = role === 'render' ? 'published_version' : 'content_version';
    return `SELECT ${nowColumns} FROM ${nowTables}
            WHERE versions.version = ${version} AND deleted_root IS ${deleted ? 'NOT NULL' : 'NULL'}`;
  }
  if (!deleted) return `SELECT ${thenColumns} FROM ${thenTables} WHERE ${aliveThen}`;
  // The last place of a page that has none at $at is the one it was deleted from.
  return `SELECT ${thenColumns.replace('NULL AS deleted_root', 'pages.id AS deleted_root').replace('places.path', 'NULL AS path')}
          FROM ${thenTables}
          WHERE places.from_position = (SELECT max(from_position) FROM places AS p WHERE p.page = places.page AND p.from_position <= $at)
            AND places.to_position <= $at`;
}

/** For readers a page is what is published of it. */
function shown(page: PageView, role: Role): PageView {
  return role === 'render' ? { ...page, status: 'published' } : page;
}
