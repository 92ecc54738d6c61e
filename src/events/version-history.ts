import type { Database } from './database.js';

/** A program that took charge of the log, and when. */
export interface Reign {
  readonly epoch: number;
  readonly programVersion: string;
  readonly schemaVersion: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Where the log stood when it took charge: if it still stands there, nothing was acknowledged since. */
  readonly position: number;
  /** The file name of the database it replayed, kept beside it; null where it took over the file itself. */
  readonly predecessor: string | null;
  readonly predecessorVersion: string | null;
  /** From read-only mode to accepting requests; null while unknown. */
  readonly windowMs: number | null;
  /** When it was decided not to go back; null before. */
  readonly finalizedAt: string | null;
}

const columns = `epoch, program_version AS programVersion, schema_version AS schemaVersion, at, position,
  predecessor, predecessor_version AS predecessorVersion, window_ms AS windowMs, finalized_at AS finalizedAt`;

/** Created when it is first written: databases made before there were upgrades have none. */
export function createVersionHistory(db: Database): void {
  db.exec(`CREATE TABLE IF NOT EXISTS version_history (
    epoch INTEGER PRIMARY KEY,
    program_version TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    at TEXT NOT NULL,
    position INTEGER NOT NULL,
    predecessor TEXT,
    predecessor_version TEXT,
    window_ms REAL,
    finalized_at TEXT
  ) STRICT`);
}

/** Oldest first. */
export function readVersionHistory(db: Database): readonly Reign[] {
  if (!db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'version_history'`).get()) return [];
  return db.prepare<[], Reign>(`SELECT ${columns} FROM version_history ORDER BY epoch`).all();
}

export type NewReign = Omit<Reign, 'windowMs' | 'finalizedAt'>;

/** In the transaction that takes charge. */
export function addReign(db: Database, reign: NewReign): void {
  createVersionHistory(db);
  db.prepare(
    `INSERT INTO version_history (epoch, program_version, schema_version, at, position, predecessor, predecessor_version)
     VALUES ($epoch, $programVersion, $schemaVersion, $at, $position, $predecessor, $predecessorVersion)`,
  ).run(reign);
}

/** How long the upgrade to `epoch` kept the log read-only. */
export function noteWindow(db: Database, epoch: number, windowMs: number): void {
  db.prepare('UPDATE version_history SET window_ms = ? WHERE epoch = ?').run(windowMs, epoch);
}

/** Notes that nobody wants to go back behind what is in charge now. */
export function finalizeReigns(db: Database, at: string): void {
  createVersionHistory(db);
  db.prepare('UPDATE version_history SET finalized_at = ? WHERE finalized_at IS NULL').run(at);
}
