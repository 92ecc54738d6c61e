import { createHash } from 'node:crypto';
import type { Database } from '../log/database.js';
import type { RecordedEvent } from '../events/event.js';

/** A table that the log can rebuild. */
export interface Table {
  readonly name: string;
  /** The table, and the indexes that the fold itself looks things up in. */
  readonly create: string;
  /** The columns that order its rows for comparison. */
  readonly key: readonly string[];
  /** Created once the table is filled: filling an indexed table costs twice as much. */
  readonly indexes: readonly string[];
}

/** Applies one event to the tables. Deterministic: the same log gives the same rows on every machine. */
type Fold = (event: RecordedEvent) => void;

export interface Projection {
  readonly name: string;
  /** Raised when the fold changes and the tables don't. */
  readonly version: number;
  readonly tables: readonly Table[];
  /** What else its rows depend on, such as the ladder of schema versions (its hash). */
  readonly basis?: string;
  /**
   * Prepares the statements on a connection whose main database holds (or will hold) the tables. `log` is a connection
   * to the log, where a fold may look back: never further than the event it is given.
   */
  readonly fold: (db: Database, log: Database) => Fold;
}

/** Changes when the projection's rows could: a stored one that differs is rebuilt. */
export function fingerprint(projection: Projection): string {
  const { name, version, tables, basis } = projection;
  return createHash('sha256')
    .update(JSON.stringify({ name, version, tables, basis }))
    .digest('hex')
    .slice(0, 16);
}

export function createTables(db: Database, projection: Projection): void {
  for (const table of projection.tables) db.exec(table.create);
}

export function createIndexes(db: Database, projection: Projection): void {
  for (const table of projection.tables) for (const index of table.indexes) db.exec(index);
}
