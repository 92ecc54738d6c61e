import type { Access, Sight } from '../access/access.js';
import type { PageStatus } from '../events/page.js';
import { assetType } from '../schema/asset-content.js';
import { sortableColumn } from '../projections/listings.js';
import {
  aliveThen,
  nowColumns,
  nowTables,
  placedThen,
  readersColumns,
  thenColumns,
  thenTables,
  type Columns,
} from './page-columns.js';

/** What pages are listed by, smallest first: `order` is that of siblings, where those of one parent stand together. */
export const sortKeys = ['order', 'title', 'created', 'updated', 'published'] as const;

export interface Sort {
  /** `number`: in the order of their creation in this log, which costs nothing. */
  readonly by: (typeof sortKeys)[number] | 'number';
  readonly isDescending: boolean;
}

/** Which pages. Times are ISO 8601, UTC, milliseconds. */
export interface PageFilter {
  readonly type?: string;
  /** Null: the top level of the tree. */
  readonly parent?: string | null;
  /** Beside those of the top level: what may stand there for whoever sees no page above it. */
  readonly roots?: readonly string[];
  readonly status?: PageStatus;
  readonly deleted?: boolean;
  /** The id of whoever made the newest version. */
  readonly by?: string;
  /** When the version was made that is shown, both exclusive. */
  readonly updatedAfter?: string;
  readonly updatedBefore?: string;
  readonly ids?: readonly string[];
}

/** Pages that may be listed, in SQL. Some may have gone with one above them. */
export interface PageChoice {
  readonly columns: Columns;
  readonly from: string;
  readonly conditions: readonly string[];
  /** What they are sorted by; null: by `number` alone. */
  readonly key: string | null;
  readonly number: string;
}

/** How pages are come by: in the order of the key, or all of few and sorted then. `part`: all that somebody sees. */
export type Way = 'sorted' | 'siblings' | 'ids' | 'part';

/** The columns and indexes that keys stand in. */
const keysNow = {
  number: { key: null, index: 'NOT INDEXED', readers: null, readersIndex: 'INDEXED BY readers_pages' },
  order: {
    key: 'pages.place_order',
    index: 'INDEXED BY pages_by_order',
    readers: 'pages.place_order',
    readersIndex: 'INDEXED BY readers_pages_by_order',
  },
  title: {
    key: 'listings.title',
    index: 'INDEXED BY listings_by_title',
    readers: 'listings.readers_title',
    readersIndex: 'INDEXED BY readers_listings_by_title',
  },
  created: {
    key: 'listings.created_at',
    index: 'INDEXED BY listings_by_creation',
    readers: 'listings.created_at',
    readersIndex: 'INDEXED BY readers_listings_by_creation',
  },
  updated: {
    key: 'listings.updated_at',
    index: 'INDEXED BY listings_by_update',
    readers: 'listings.readers_updated_at',
    readersIndex: 'INDEXED BY readers_listings_by_update',
  },
  published: {
    key: 'listings.published_at',
    index: 'INDEXED BY listings_by_publication',
    readers: 'listings.published_at',
    readersIndex: 'INDEXED BY listings_by_publication',
  },
} as const;

const keysThen: Readonly<Record<Sort['by'], string | null>> = {
  number: null,
  order: "coalesce(places.parent, '') || ' ' || coalesce(places.rank, '')",
  title: sortableColumn('versions.title'),
  created: 'pages.created_at',
  updated: 'changesets.at',
  published: "coalesce(publishing.at, '')",
};

/** Pages that somebody sees in one way, as they are now or all of them, from these pages down; null: everywhere. */
export interface Seen {
  readonly sight: Exclude<Sight, 'nothing'>;
  readonly anchors: readonly string[] | null;
  /** What is beneath these is seen in another way. */
  readonly without: readonly string[];
}

/** What somebody sees: of some pages all, of some perhaps what is published. */
export function seenBy(access: Access): readonly Seen[] {
  const [shown, known] = [access.anchorsOf('render'), access.anchorsOf('editor')];
  const published: Seen = { sight: 'published', anchors: shown, without: known ?? [] };
  if (access.isReader) return [published];
  const all: Seen = { sight: 'all', anchors: known, without: [] };
  return known === null || shown?.length === known.length ? [all] : [all, published];
}

/** Pages of now. Where they are those beneath anchors, `$part` is a JSON list of their numbers. */
export function choiceNow(
  { sight, anchors }: Seen,
  filter: PageFilter,
  by: Sort['by'],
  way: Way,
): PageChoice {
  const isReader = sight === 'published';
  const place = keysNow[by];
  const key = isReader ? place.readers : place.key;
  const ofKey = isReader ? place.readersIndex : place.index;
  const ofPages = {
    sorted: ofKey,
    siblings: 'INDEXED BY pages_by_place',
    ids: 'INDEXED BY pages_by_id',
    part: 'NOT INDEXED',
  }[way];
  const isListing = key?.startsWith('listings.') ?? false;
  const columns = isReader ? readersColumns : nowColumns;
  const from = !isListing
    ? nowTables(`pages ${ofPages}`)
    : way === 'sorted'
      ? nowTables(`listings ${ofKey} CROSS JOIN pages`)
      : nowTables(`pages ${ofPages} CROSS JOIN listings`);
  const conditions = [
    ...(isListing ? ['pages.number = listings.page'] : []),
    ...(isListing && isReader ? ['listings.readers_title IS NOT NULL', "listings.published_at > ''"] : []),
    `versions.version = ${isReader ? 'pages.published_version' : 'pages.content_version'}`,
    ...(isReader ? ['pages.published_version IS NOT NULL'] : []),
    filter.deleted === true ? `pages.number IN (${gone})` : 'pages.deleted_position IS NULL',
    ...(anchors === null
      ? []
      : [
          `${isListing && way === 'sorted' ? 'listings.page' : 'pages.number'} IN (SELECT value FROM json_each($part))`,
        ]),
    ...conditionsOf(isReader, filter, columns, by === 'updated' && key !== null ? key : columns.updatedAt),
  ];
  return { columns, from, conditions, key, number: isListing ? 'listings.page' : 'pages.number' };
}

/** Pages as of `$at`: all of them are looked at, whatever the key. Those beneath anchors: `$anchors`, a JSON list of ids. */
export function choiceThen({ anchors }: Seen, filter: PageFilter, by: Sort['by']): PageChoice {
  const columns = thenColumns;
  const conditions = [
    filter.deleted === true ? placedThen : aliveThen,
    ...(anchors === null ? [] : [`pages.number IN (${beneathAnchors})`]),
    ...conditionsOf(false, filter, columns, columns.updatedAt),
  ];
  return { columns, from: thenTables, conditions, key: keysThen[by], number: 'pages.number' };
}

/** Whether all that is listed stands beneath one page, or at the top. */
export function areSiblings({ parent, roots }: PageFilter): boolean {
  return parent !== undefined && roots === undefined;
}

/** What is bound to the names in the conditions. */
export function boundOf({ ids, roots, deleted: _chosen, status: _named, ...filter }: PageFilter) {
  return {
    ...filter,
    ...(ids && { ids: JSON.stringify(ids) }),
    ...(roots && { roots: JSON.stringify(roots) }),
  };
}

function conditionsOf(
  isReader: boolean,
  { type, parent, roots, status, by, updatedAfter, updatedBefore, ids }: PageFilter,
  columns: Columns,
  updatedAt: string,
): readonly string[] {
  const orRoot = roots ? ' OR pages.id IN (SELECT value FROM json_each($roots))' : '';
  return [
    ...(type === undefined
      ? withoutAssets(parent === undefined && ids === undefined, columns)
      : [`${columns.type} = $type`]),
    ...(parent === undefined
      ? []
      : [`${columns.slug} IS NOT NULL`, `(${columns.parent} IS $parent${orRoot})`]),
    ...(status === undefined || status === 'deleted' || isReader ? [] : [ofStatus(status, columns)]),
    ...(by === undefined ? [] : [`${columns.updatedBy} ->> 'id' = $by`]),
    ...(updatedAfter === undefined ? [] : [`${updatedAt} > $updatedAfter`]),
    ...(updatedBefore === undefined ? [] : [`${updatedAt} < $updatedBefore`]),
    ...(ids === undefined ? [] : ['pages.id IN (SELECT value FROM json_each($ids))']),
  ];
}

/** Assets are listed by themselves, and where they are asked for by their place or their ids. */
function withoutAssets(isFlat: boolean, { type }: Columns): readonly string[] {
  return isFlat ? [`${type} <> '${assetType}'`] : [];
}

function ofStatus(
  status: Exclude<PageStatus, 'deleted'>,
  { publishedVersion, contentVersion }: Columns,
): string {
  switch (status) {
    case 'draft':
      return `${publishedVersion} IS NULL`;
    case 'published':
      return `${publishedVersion} = ${contentVersion}`;
    case 'changed':
      return `${publishedVersion} <> ${contentVersion}`;
  }
}

/** Pages that are anchors (`$anchors`, a JSON list of ids), or beneath one. */
export const beneathAnchors = `WITH RECURSIVE part (id, number) AS (
  SELECT id, number FROM pages WHERE id IN (SELECT value FROM json_each($anchors))
  UNION
  SELECT pages.id, pages.number FROM part JOIN pages ON pages.parent = part.id AND pages.slug IS NOT NULL
) SELECT number FROM part`;

/** Deleted pages, and all that hangs beneath them. */
const gone = `WITH RECURSIVE gone (id, number) AS (
  SELECT id, number FROM pages WHERE deleted_position IS NOT NULL
  UNION
  SELECT pages.id, pages.number FROM gone JOIN pages ON pages.parent = gone.id AND pages.slug IS NOT NULL
) SELECT number FROM gone`;
