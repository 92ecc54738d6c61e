import type { Database } from '../events/database.js';
import type { JsonObject } from '../schema/json.js';
import type { StoredVersion } from '../schema/views.js';

/**
 * Finds a content version with all its views, by the number of the page's stream.
 * @throws Error when there is none
 */
export function storedVersionFinder(
  db: Database,
  log: Database = db,
): (page: number, version: number) => StoredVersion {
  const versionOf = db.prepare<
    [number, number],
    { schema_version: number; is_viewed: number; content_position: number }
  >('SELECT schema_version, is_viewed, content_position FROM versions WHERE page = ? AND version = ?');
  const viewsOf = db.prepare<[number, number], { schema_version: number; content: string }>(
    'SELECT schema_version, content FROM views WHERE page = ? AND version = ?',
  );
  const contentAt = log.prepare<[number], string>('SELECT content FROM events WHERE position = ?').pluck();
  const typeOf = pageTypeFinder(log);
  return (page, version) => {
    const row = versionOf.get(page, version);
    const content = row && contentAt.get(row.content_position);
    if (!row || content === undefined) {
      throw new Error(`page ${page} misses its version ${version}: run \`palimpsest rebuild versions\``);
    }
    const views = row.is_viewed === 0 ? [] : viewsOf.all(page, version);
    return {
      type: typeOf(page),
      schemaVersion: row.schema_version,
      document: JSON.parse(content) as JsonObject,
      views: new Map(views.map((view) => [view.schema_version, JSON.parse(view.content) as JsonObject])),
    };
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
  const numberOf = db.prepare<[string], number>('SELECT number FROM streams WHERE id = ?').pluck();
  return (page, version) => stored(numberOf.get(page) ?? 0, version);
}

/** One content version with its content as it was sent. `by` is the JSON of an actor, `at` ISO 8601. */
export interface SentVersion {
  readonly text: string;
  readonly schemaVersion: number;
  readonly at: string;
  readonly by: string;
}

/** Content version `version` of the page with that id. */
export function versionFinder(db: Database): (page: string, version: number) => SentVersion | undefined {
  const statement = db.prepare<[string, number], SentVersion>(
    `SELECT events.content AS text, versions.schema_version AS schemaVersion, versions.at, versions.by
     FROM pages
     JOIN versions ON versions.page = pages.number
     JOIN events ON events.position = versions.content_position
     WHERE pages.id = ? AND versions.version = ?`,
  );
  return (page, version) => statement.get(page, version);
}
