import type { Database } from './database.js';

/**
 * How content looks at schema versions below the one it was sent in, for programs that don't know that one: who goes
 * back to an older release can't work it out. One row an event and schema version, where it is not what a plain
 * conversion makes of the row above it; kept until going back is given up.
 */
export function createOlderViews(db: Database): void {
  db.exec(`CREATE TABLE IF NOT EXISTS older_views (
    position INTEGER NOT NULL,
    schema_version INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (position, schema_version)
  ) STRICT`);
}

/** Adds the view of the event at a position, as JSON text. */
export function olderViewWriter(
  db: Database,
): (position: number, schemaVersion: number, content: string) => void {
  const insert = db.prepare('INSERT INTO older_views (position, schema_version, content) VALUES (?, ?, ?)');
  return (position, schemaVersion, content) => {
    insert.run(position, schemaVersion, content);
  };
}

export interface OlderView {
  readonly schemaVersion: number;
  /** JSON text. */
  readonly content: string;
}

/** Finds the views of the event at a position up to a schema version, the newest first. */
export function olderViewFinder(db: Database): (position: number, upTo: number) => readonly OlderView[] {
  const select = db.prepare<[number, number], OlderView>(
    `SELECT schema_version AS schemaVersion, content FROM older_views
     WHERE position = ? AND schema_version <= ? ORDER BY schema_version DESC`,
  );
  return (position, upTo) => select.all(position, upTo);
}

/** Rows that one transaction removes: whoever appends meanwhile waits no longer than for another's commit. */
const discardedAtOnce = 200;

/** When nobody may go back any more. */
export function discardOlderViews(db: Database): void {
  createOlderViews(db);
  const some = db.prepare<[number]>(
    'DELETE FROM older_views WHERE rowid IN (SELECT rowid FROM older_views LIMIT ?)',
  );
  while (some.run(discardedAtOnce).changes > 0);
}
