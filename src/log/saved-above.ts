import type { Database } from './database.js';

/** A content version that was saved in a newer schema version than some program knows. */
export interface SavedAbove {
  /** Its id. */
  readonly page: string;
  /** The content version. */
  readonly version: number;
  readonly schemaVersion: number;
}

/** Every content version that was sent in a schema version above `schemaVersion`, in the order of the log. */
export function savedAbove(db: Database, schemaVersion: number): readonly SavedAbove[] {
  return db
    .prepare<[number], SavedAbove>(
      `SELECT streams.id AS page, coalesce(events.data ->> 'version', 1) AS version,
              events.schema_version AS schemaVersion
       FROM events JOIN streams ON streams.number = events.stream
       WHERE events.schema_version > ? ORDER BY events.position`,
    )
    .all(schemaVersion);
}
