import type { Actor } from '../events/event.js';
import { statusOf, type PageStatus } from '../events/page.js';
import type { Ancestry } from '../projections/ancestry.js';

/** A page with one of its content versions. Times are ISO 8601, UTC; `title` is the content's, where it has one. */
export interface PageView {
  readonly id: string;
  /** The number of its stream. */
  readonly number: number;
  readonly type: string;
  readonly path: string | null;
  readonly parent: string | null;
  readonly slug: string | null;
  readonly title: string | null;
  readonly status: PageStatus;
  readonly contentVersion: number;
  readonly storedSchemaVersion: number;
  /** Whether it looks at some schema version as no conversion makes it. */
  readonly mayHaveViews: boolean;
  readonly publishedVersion: number | null;
  /** The page whose deletion took this one along, itself included; null: not deleted. */
  readonly deletedRoot: string | null;
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

/** A page with its content as seen at `schemaVersion`, and the log position that this reflects. */
export interface ShownPage {
  readonly view: PageView;
  readonly schemaVersion: number;
  readonly content: string;
  readonly position: number;
}

/** A raw row, without what the pages above make of it: to give 20 columns their names costs the driver more than to find them. */
export type PageRow = [
  id: string,
  number: number,
  type: string,
  parent: string | null,
  slug: string | null,
  title: string | null,
  contentVersion: number,
  shownVersion: number,
  storedSchemaVersion: number,
  isViewed: number,
  publishedVersion: number | null,
  deletedPosition: number | null,
  createdAt: string,
  createdBy: string,
  updatedAt: string,
  updatedBy: string,
  comment: string | null,
  restoredFrom: number | null,
  changedPosition: number,
  contentPosition: number,
];

/** The columns of `PageRow`, now; join with the version that is to be shown. */
export const nowColumns = `pages.id, pages.number, pages.type, pages.parent, pages.slug, title, content_version,
  versions.version AS shown_version, versions.schema_version, is_viewed, published_version, deleted_position, created_at, created_by,
  at, by, versions.comment, restored_from, changed_position, content_position`;

/** Who made the version, and when. */
export const authorTable = 'JOIN changesets ON changesets.first_position = versions.changeset';

export const nowTables = `pages
  JOIN versions ON versions.page = pages.number ${authorTable}`;

/** As of position `$at`: with `aliveThen` of pages that were not deleted by themselves, with `placedThen` of these, too. */
export const thenColumns = `pages.id, pages.number, pages.type, places.parent, places.slug, title,
  versions.version AS content_version, versions.version AS shown_version, versions.schema_version, is_viewed,
  publications.version AS published_version, CASE WHEN places.to_position <= $at THEN places.to_position END AS deleted_position, created_at, created_by,
  at, by, versions.comment, restored_from, $at AS changed_position, content_position`;

export const thenTables = `places
  JOIN pages ON pages.number = places.page
  JOIN versions ON versions.page = places.page AND versions.version = (
    SELECT CASE type WHEN 'PageCreated' THEN 1 ELSE data ->> 'version' END FROM events
    WHERE stream = places.page AND position <= $at AND type IN ('PageCreated', 'PageSaved', 'PageRestored')
    ORDER BY position DESC LIMIT 1)
  ${authorTable}
  LEFT JOIN publications ON publications.page = places.page AND publications.from_position <= $at
    AND (publications.to_position IS NULL OR publications.to_position > $at)`;

/** The last place of a page that has none at `$at` is the one that it was deleted from. */
export const placedThen =
  'places.from_position = (SELECT max(from_position) FROM places AS p WHERE p.page = places.page AND p.from_position <= $at)';

export const aliveThen =
  'places.from_position <= $at AND (places.to_position IS NULL OR places.to_position > $at)';

/** Where a row hangs. */
export function parentOf([, , , parent]: PageRow): string | null {
  return parent;
}

/**
 * A page as readers see it: one beneath a page that is not published has no place for them.
 * @param row of the version that is published
 */
export function readersView(row: PageRow, above: Ancestry): PageView {
  const view = pageView(row, above);
  return {
    ...view,
    ...(view.deletedRoot === null && { status: 'published' }),
    ...(!above.isPublished && { path: null, parent: null, slug: null }),
    changedPosition: Math.max(view.changedPosition, above.shownPosition),
  };
}

/** @param above what the pages above it make of it */
export function pageView(
  [
    id,
    number,
    type,
    parent,
    slug,
    title,
    contentVersion,
    shownVersion,
    storedSchemaVersion,
    isViewed,
    publishedVersion,
    deletedPosition,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    comment,
    restoredFrom,
    changedPosition,
    contentPosition,
  ]: PageRow,
  above: Ancestry,
): PageView {
  const deletedRoot = deletedPosition === null ? above.deletedRoot : id;
  return {
    id,
    number,
    type,
    path: slug === null || deletedRoot !== null ? null : `${above.path}/${slug}`,
    parent,
    slug,
    title,
    status: statusOf({ contentVersion, publishedVersion, deletedRoot }),
    contentVersion: shownVersion,
    storedSchemaVersion,
    mayHaveViews: isViewed !== 0,
    publishedVersion,
    deletedRoot,
    createdAt,
    createdBy: JSON.parse(createdBy) as Actor,
    updatedAt,
    updatedBy: JSON.parse(updatedBy) as Actor,
    comment,
    restoredFrom,
    changedPosition: Math.max(changedPosition, above.placedPosition),
    contentPosition,
  };
}
