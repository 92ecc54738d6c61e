import type { Database } from '../../src/log/database.js';

/** One content version, as it was sent. */
interface SentVersion {
  readonly text: string | null;
  readonly schemaVersion: number;
}

/** Finds content version `version` of the page with that id. */
export function versionFinder(db: Database): (page: string, version: number) => SentVersion | undefined {
  const statement = db.prepare<[string, number], SentVersion>(
    `SELECT events.content AS text, versions.schema_version AS schemaVersion
     FROM pages
     JOIN versions ON versions.page = pages.number
     JOIN events ON events.position = versions.content_position
     WHERE pages.id = ? AND versions.version = ?`,
  );
  return (page, version) => statement.get(page, version);
}
