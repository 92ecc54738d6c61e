import { fileOfVersion } from '../projections/files.js';
import { spanAt } from '../projections/spans.js';

/** Where the columns of a `PageRow` come from, now and as of a position. */

/** The columns of a `PageRow`, in its order. */
const names = [
  'id',
  'number',
  'type',
  'parent',
  'slug',
  'title',
  'contentVersion',
  'shownVersion',
  'storedSchemaVersion',
  'isViewed',
  'publishedVersion',
  'deletedPosition',
  'isProtected',
  'createdAt',
  'createdBy',
  'updatedAt',
  'updatedBy',
  'publishedAt',
  'publishedBy',
  'firstPublishedAt',
  'comment',
  'restoredFrom',
  'changedPosition',
  'contentPosition',
  'file',
] as const;

/** SQL for each column. */
export type Columns = Readonly<Record<(typeof names)[number], string>>;

/** What stands between SELECT and FROM. */
export function selected(columns: Columns): string {
  return names.map((name) => `${columns[name]} AS ${name}`).join(', ');
}

/** When a page was first published, before `until` is over. */
function firstPublished(at: string, until: string): string {
  return `(SELECT ${at} FROM publications AS earliest LEFT JOIN changesets AS first ON first.first_position = earliest.changeset
    WHERE earliest.page = pages.number${until} ORDER BY from_position LIMIT 1)`;
}

/** Of `nowTables`. `shownVersion` is that of the version which is joined. */
export const nowColumns: Columns = {
  id: 'pages.id',
  number: 'pages.number',
  type: 'pages.type',
  parent: 'pages.parent',
  slug: 'pages.slug',
  title: 'versions.title',
  contentVersion: 'pages.content_version',
  shownVersion: 'versions.version',
  storedSchemaVersion: 'versions.schema_version',
  isViewed: 'versions.is_viewed',
  publishedVersion: 'pages.published_version',
  deletedPosition: 'pages.deleted_position',
  isProtected: 'pages.is_protected',
  createdAt: 'pages.created_at',
  createdBy: 'pages.created_by',
  updatedAt: 'changesets.at',
  updatedBy: 'changesets.by',
  publishedAt: 'publishing.at',
  publishedBy: 'publishing.by',
  firstPublishedAt: firstPublished('first.at', ''),
  comment: 'versions.comment',
  restoredFrom: 'versions.restored_from',
  changedPosition: 'pages.changed_position',
  contentPosition: 'versions.content_position',
  file: fileOfVersion,
};

/** For readers a page changes when it is published or moved, not when a draft is saved. */
export const readersColumns: Columns = {
  ...nowColumns,
  changedPosition: 'max(publications.from_position, pages.placed_position)',
};

/**
 * In a change set that is being written, whose time and author are `$at` and `$by`: it stands in the log when it is complete, so
 * what is of none that is there is of this one. With `writingTables`.
 */
export const writingColumns: Columns = {
  ...nowColumns,
  updatedAt: 'coalesce(changesets.at, $at)',
  updatedBy: 'coalesce(changesets.by, $by)',
  publishedAt: 'iif(publications.page IS NULL, NULL, coalesce(publishing.at, $at))',
  publishedBy: 'iif(publications.page IS NULL, NULL, coalesce(publishing.by, $by))',
  firstPublishedAt: firstPublished('coalesce(first.at, $at)', ''),
};

/** As of position `$at`, of `thenTables`. */
export const thenColumns: Columns = {
  ...nowColumns,
  parent: 'places.parent',
  slug: 'places.slug',
  contentVersion: 'versions.version',
  publishedVersion: 'publications.version',
  isProtected: `EXISTS (SELECT 1 FROM protections WHERE protections.page = places.page AND ${spanAt('protections')})`,
  deletedPosition: 'CASE WHEN places.to_position <= $at THEN places.to_position END',
  firstPublishedAt: firstPublished('first.at', ' AND from_position <= $at'),
  changedPosition: '$at',
};

const publishing = 'LEFT JOIN changesets AS publishing ON publishing.first_position = publications.changeset';
const published = `LEFT JOIN publications ON publications.page = pages.number AND publications.to_position IS NULL
  ${publishing}`;

/** Join the version that is to be shown: `versions.version = …`. @param pages where `pages` come from, and what they are joined to */
export const nowTables = (pages = 'pages'): string => `${pages}
  JOIN versions ON versions.page = pages.number
  JOIN changesets ON changesets.first_position = versions.changeset
  ${published}`;

export const writingTables = `pages
  JOIN versions ON versions.page = pages.number
  LEFT JOIN changesets ON changesets.first_position = versions.changeset
  ${published}`;

/** With `aliveThen` of pages that were not deleted by themselves, with `placedThen` of these, too. */
export const thenTables = `places
  JOIN pages ON pages.number = places.page
  JOIN versions ON versions.page = places.page AND versions.version = (
    SELECT CASE type WHEN 'PageCreated' THEN 1 ELSE data ->> 'version' END FROM events
    WHERE stream = places.page AND position <= $at AND type IN ('PageCreated', 'PageSaved', 'PageRestored')
    ORDER BY position DESC LIMIT 1)
  JOIN changesets ON changesets.first_position = versions.changeset
  LEFT JOIN publications ON publications.page = places.page AND ${spanAt('publications')}
  ${publishing}`;

/** The last place of a page that has none at `$at` is the one that it was deleted from. */
export const placedThen =
  'places.from_position = (SELECT max(from_position) FROM places AS p WHERE p.page = places.page AND p.from_position <= $at)';

export const aliveThen = spanAt('places');
