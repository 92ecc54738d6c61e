import type { Database } from '../events/database.js';
import type { Actor } from '../events/event.js';
import { statusOf, type PageStatus } from '../events/page.js';
import { Memory } from './memory.js';

/** A page with one of its content versions. Times are ISO 8601, UTC; `title` is the content's, where it has one. */
export interface PageView {
  readonly id: string;
  readonly type: string;
  readonly path: string | null;
  readonly parent: string | null;
  readonly slug: string | null;
  readonly title: string | null;
  readonly status: PageStatus;
  readonly contentVersion: number;
  readonly storedSchemaVersion: number;
  readonly publishedVersion: number | null;
  readonly createdAt: string;
  readonly createdBy: Actor;
  readonly updatedAt: string;
  readonly updatedBy: Actor;
  readonly comment: string | null;
  readonly restoredFrom: number | null;
  /** The last position that changed anything of this. */
  readonly changedPosition: number;
  /** The event that carries the content. */
  readonly contentPosition: number;
}

/** A page with its content, and the position of the log that this was read at. */
export interface FullPageView extends PageView {
  readonly content: string;
  readonly position: number;
}

export interface PageRow {
  id: string;
  type: string;
  path: string | null;
  parent: string | null;
  slug: string | null;
  title: string | null;
  content_version: number;
  shown_version: number;
  schema_version: number;
  published_version: number | null;
  deleted_root: string | null;
  created_at: string;
  created_by: string;
  at: string;
  by: string;
  comment: string | null;
  restored_from: number | null;
  changed_position: number;
  content_position: number;
}

interface FullPageRow extends PageRow {
  content: string;
  position: number;
}

/** The columns of `PageRow`, now; join with the version that is to be shown. */
export const nowColumns = `pages.id, pages.type, places.path, pages.parent, pages.slug, title, content_version,
  versions.version AS shown_version, versions.schema_version, published_version, deleted_root, created_at, created_by,
  versions.at, versions.by, versions.comment, restored_from, changed_position, content_position`;

export const nowTables = `pages
  JOIN versions ON versions.page = pages.number
  LEFT JOIN places ON places.id = pages.id AND places.to_position IS NULL`;

/** As of position `$at`. A page that was deleted then, or not yet created, has no row. */
export const thenColumns = `pages.id, pages.type, places.path, places.parent, places.slug, title,
  versions.version AS content_version, versions.version AS shown_version, versions.schema_version,
  publications.version AS published_version, NULL AS deleted_root, created_at, created_by,
  versions.at, versions.by, versions.comment, restored_from, $at AS changed_position, content_position`;

export const thenTables = `places
  JOIN pages ON pages.number = places.page
  JOIN versions ON versions.page = places.page AND versions.version = (
    SELECT CASE type WHEN 'PageCreated' THEN 1 ELSE data ->> 'version' END FROM events
    WHERE stream = places.page AND position <= $at AND type IN ('PageCreated', 'PageSaved', 'PageRestored')
    ORDER BY position DESC LIMIT 1)
  LEFT JOIN publications ON publications.page = places.page AND publications.from_position <= $at
    AND (publications.to_position IS NULL OR publications.to_position > $at)`;

export const aliveThen =
  'places.from_position <= $at AND (places.to_position IS NULL OR places.to_position > $at)';

const withContent = 'events.content, head.position';
const contentTables = 'JOIN events ON events.position = versions.content_position, head';

/** Pages whose envelope is remembered by a connection. */
const mostRemembered = 10_000;

interface VersionRow {
  changed_position: number;
  version: number;
  schema_version: number;
  at: string;
  by: string;
  comment: string | null;
  title: string | null;
  restored_from: number | null;
  content_position: number;
  content: string;
  position: number;
}

/**
 * Finds single pages with their content: one statement, so one consistent moment. Deleted pages are found too.
 * Everything but the content of the latest version is remembered: `changed_position` tells when that is out of date.
 */
export function pageViewFinders(db: Database) {
  const remembered = new Memory<string, PageView>(mostRemembered);
  const select = `SELECT ${nowColumns}, ${withContent} FROM ${nowTables} ${contentTables} WHERE pages.id = ?`;
  const whole = db.prepare<[string], FullPageRow>(`${select} AND versions.version = content_version`);
  const published = db.prepare<[string], FullPageRow>(`${select} AND versions.version = published_version`);
  const current = db
    .prepare<[string], [changedPosition: number, content: string, position: number]>(
      `SELECT changed_position, ${withContent}
       FROM pages JOIN versions ON versions.page = pages.number AND versions.version = content_version ${contentTables}
       WHERE pages.id = ?`,
    )
    .raw();
  const older = db.prepare<[string, number], VersionRow>(
    `SELECT changed_position, version, versions.schema_version, versions.at, versions.by, versions.comment, title,
            restored_from, content_position, ${withContent}
     FROM pages JOIN versions ON versions.page = pages.number ${contentTables}
     WHERE pages.id = ? AND versions.version = ?`,
  );
  const asOf = db.prepare<[{ id: string; at: number }], FullPageRow>(
    `SELECT ${thenColumns}, ${withContent} FROM ${thenTables} ${contentTables} WHERE pages.id = $id AND ${aliveThen}`,
  );

  const latest = (id: string): FullPageView | undefined => {
    const view = remembered.get(id);
    const row = view && current.get(id);
    if (row && row[0] === view.changedPosition) return { ...view, content: row[1], position: row[2] };
    const found = whole.get(id);
    if (found) remembered.set(id, pageView(found));
    return fullView(found);
  };

  return {
    latest,
    /** The latest version, for whoever has just changed it. */
    changed: (id: string) => fullView(whole.get(id)),
    /** The version that readers see; nothing when there is none. */
    published: (id: string) => fullView(published.get(id)),
    version: (id: string, number: number): FullPageView | undefined => {
      const row = older.get(id, number);
      if (!row) return undefined;
      const known = remembered.get(id);
      const page = known?.changedPosition === row.changed_position ? known : latest(id);
      return page && { ...page, ...versionView(row) };
    },
    /** As it was at position `at`, deleted pages left out. */
    asOf: (id: string, at: number) => fullView(asOf.get({ id, at })),
  };
}

/** What a content version brings to the page's view. */
function versionView(row: VersionRow) {
  return {
    title: row.title,
    contentVersion: row.version,
    storedSchemaVersion: row.schema_version,
    updatedAt: row.at,
    updatedBy: JSON.parse(row.by) as Actor,
    comment: row.comment,
    restoredFrom: row.restored_from,
    contentPosition: row.content_position,
    content: row.content,
    position: row.position,
  };
}

function fullView(row: FullPageRow | undefined): FullPageView | undefined {
  return row && { ...pageView(row), content: row.content, position: row.position };
}

export function pageView(row: PageRow): PageView {
  const state = {
    contentVersion: row.content_version,
    publishedVersion: row.published_version,
    deletedRoot: row.deleted_root,
  };
  return {
    id: row.id,
    type: row.type,
    path: row.path,
    parent: row.parent,
    slug: row.slug,
    title: row.title,
    status: statusOf(state),
    contentVersion: row.shown_version,
    storedSchemaVersion: row.schema_version,
    publishedVersion: row.published_version,
    createdAt: row.created_at,
    createdBy: JSON.parse(row.created_by) as Actor,
    updatedAt: row.at,
    updatedBy: JSON.parse(row.by) as Actor,
    comment: row.comment,
    restoredFrom: row.restored_from,
    changedPosition: row.changed_position,
    contentPosition: row.content_position,
  };
}
