import type { Database } from '../events/database.js';
import type { Actor } from '../events/event.js';
import { statusOf, type PageStatus } from '../events/page.js';

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

interface PageRow {
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

const now = {
  columns: `pages.id, pages.type, places.path, pages.parent, pages.slug, title, content_version, version AS shown_version,
    schema_version, published_version, deleted_root, created_at, created_by, versions.at, versions.by, versions.comment,
    restored_from, changed_position, content_position`,
  tables: `pages
    JOIN versions ON versions.page = pages.number
    LEFT JOIN places ON places.id = pages.id AND places.to_position IS NULL`,
  content: `, events.content, head.position`,
  joinContent: `JOIN events ON events.position = versions.content_position, head`,
};

/** As of position `$at`: a page that was deleted then, or not yet created, has no row. */
export const then = {
  columns: `pages.id, pages.type, places.path, places.parent, places.slug, title, versions.version AS content_version,
    versions.version AS shown_version, schema_version, publications.version AS published_version,
    NULL AS deleted_root, created_at, created_by, versions.at, versions.by, versions.comment,
    restored_from, $at AS changed_position, content_position`,
  tables: `places
    JOIN pages ON pages.number = places.page
    JOIN versions ON versions.page = places.page AND versions.position =
      (SELECT max(position) FROM versions WHERE page = places.page AND position <= $at)
    LEFT JOIN publications ON publications.page = places.page AND publications.from_position <= $at
      AND (publications.to_position IS NULL OR publications.to_position > $at)`,
  /** Holds for the one row of `places` that a page had then. */
  alive: 'places.from_position <= $at AND (places.to_position IS NULL OR places.to_position > $at)',
};
