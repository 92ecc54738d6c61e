import type { Database } from '../log/database.js';
import { contentAtFinder } from '../log/checked-content.js';
import { Refusal } from '../refusal.js';
import type { JsonObject } from '../schema/json/json.js';
import { nothing, type EarlierVersion, type StoredVersion } from '../schema/views.js';
import { lastSeenFinder } from './last-seen.js';

/** Which page: the number of its stream, and its type. */
export interface PageOfStream {
  readonly number: number;
  readonly type: string;
}

/**
 * Finds a content version with all its views. `log`: the connection to the log, where it is not the projection's.
 * @throws Error when there is none; Refusal `purged` when it was erased; DamagedText
 */
export function storedVersionFinder(
  db: Database,
  log: Database = db,
): (page: PageOfStream, version: number) => StoredVersion {
  const versionOf = db.prepare<[number, number], VersionRow>(
    `SELECT schema_version AS schemaVersion, is_viewed AS isViewed, content_position AS contentPosition
     FROM versions WHERE page = ? AND version = ?`,
  );
  const viewsOf = db.prepare<[number, number], { at: number; content: string }>(
    'SELECT schema_version AS at, content FROM views WHERE page = ? AND version = ?',
  );
  const itemsOf = db.prepare<[number, number], { at: number; tokens: string }>(
    'SELECT schema_version AS at, tokens FROM items WHERE page = ? AND version = ?',
  );
  const lastSeenOf = lastSeenFinder(db);
  const contentAt = contentAtFinder(log);
  return ({ number, type }, version) => {
    const row = versionOf.get(number, version);
    const content = row && contentAt(row.contentPosition);
    if (!row || content === undefined) {
      throw new Error(`page ${number} misses its version ${version}: run \`palimpsest rebuild versions\``);
    }
    const { schemaVersion, isViewed } = row;
    const views = isViewed === 0 ? [] : viewsOf.all(number, version);
    const items = isViewed === 0 ? [] : itemsOf.all(number, version);
    return {
      number: version,
      type,
      schemaVersion,
      document: JSON.parse(content) as JsonObject,
      views: new Map(views.map(({ at, content }) => [at, JSON.parse(content) as JsonObject])),
      items: new Map(items.map(({ at, tokens }) => [at, JSON.parse(tokens) as number[]])),
      lastSeen: isViewed === 0 ? nothing : lastSeenOf(number),
    };
  };
}

interface VersionRow {
  readonly schemaVersion: number;
  readonly isViewed: number;
  readonly contentPosition: number;
}

/** The same for versions that may have been erased. */
export function earlierVersions(stored: (version: number) => StoredVersion): EarlierVersion {
  return (number) => {
    try {
      return stored(number);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'purged') return undefined;
      throw error;
    }
  };
}

/** Finds the type of a page by the number of its stream. */
export function pageTypeFinder(log: Database): (page: number) => string {
  const statement = log
    .prepare<[number], string>(
      `SELECT data ->> 'pageType' FROM events WHERE stream = ? ORDER BY position LIMIT 1`,
    )
    .pluck();
  return (page) => {
    const type = statement.get(page);
    if (type === undefined)
      throw new Error(`stream ${page} does not begin with a page: run \`palimpsest verify\``);
    return type;
  };
}

/** As `storedVersionFinder`, by the page's id and as of now in the caller's transaction. */
export function storedVersions(db: Database): (page: string, version: number) => StoredVersion {
  const stored = storedVersionFinder(db);
  const pageOf = db.prepare<[string], PageOfStream>('SELECT number, type FROM pages WHERE id = ?');
  return (id, version) => {
    const page = pageOf.get(id);
    if (!page) throw new Error(`there is no page ${id}`);
    return stored(page, version);
  };
}

/**
 * The author of a content version, and the time: `by` is the JSON of an actor, `at` ISO 8601. Both are null of a version that the
 * change set has made which is being written: that stands in the log when it is complete.
 */
interface Author {
  readonly at: string | null;
  readonly by: string | null;
}

/** Finds who made content version `version` of the page with that id. */
export function authorFinder(db: Database): (page: string, version: number) => Author | undefined {
  const statement = db.prepare<[string, number], Author>(
    `SELECT at, by
     FROM pages
     JOIN versions ON versions.page = pages.number
     LEFT JOIN changesets ON changesets.first_position = versions.changeset
     WHERE pages.id = ? AND versions.version = ?`,
  );
  return (page, version) => statement.get(page, version);
}

/** How much a content version takes, in bytes, without reading it; 0 where there is none. */
export function versionBytes(db: Database) {
  const bytesOf = db.prepare<[number, number], { bytes: number; isViewed: number }>(
    'SELECT bytes, is_viewed AS isViewed FROM versions WHERE page = ? AND version = ?',
  );
  const sums = ['views', 'items'].map((table) =>
    db
      .prepare<[number, number], number>(
        `SELECT coalesce(sum(octet_length(${table === 'views' ? 'content' : 'tokens'})), 0) FROM ${table} WHERE page = ? AND version = ?`,
      )
      .pluck(),
  );
  const views = (page: number, version: number): number =>
    sums.reduce((bytes, sum) => bytes + (sum.get(page, version) ?? 0), 0);
  return {
    /** Its document and its views. */
    whole: ({ number }: PageOfStream, version: number): number => {
      const { bytes, isViewed } = bytesOf.get(number, version) ?? { bytes: 0, isViewed: 0 };
      return isViewed === 0 ? bytes : bytes + views(number, version);
    },
    /** Its views alone, with the numbers of their items. */
    views: ({ number }: PageOfStream, version: number): number => views(number, version),
  };
}
