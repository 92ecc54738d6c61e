import type { Database } from './database.js';
import type { Signature } from './installation.js';

/** A program that took charge of the log, with a ladder, and when. */
export interface InChargeEntry {
  readonly epoch: number;
  readonly programVersion: string;
  /** The newest that it let clients use. */
  readonly schemaVersion: number;
  /** Of its ladder up to there, in hex. */
  readonly ladderHash: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Where the log stood when it took charge: if it still stands there, nothing was acknowledged since. */
  readonly position: number;
  /** The file name of the database it replayed, kept beside it; null where it took over the file itself. */
  readonly predecessor: string | null;
  readonly predecessorVersion: string | null;
  /** From read-only mode to accepting requests; null while unknown. */
  readonly windowMs: number | null;
}

/** What nobody goes back behind: the reign of `epoch`, and rungs up to `schemaVersion`, irreversible ones too. */
export interface Finality {
  readonly epoch: number;
  readonly schemaVersion: number;
  /** When that was decided (ISO 8601, UTC). */
  readonly at: string;
}

const columns = `epoch, program_version AS programVersion, schema_version AS schemaVersion, ladder_hash AS ladderHash, at, position,
  predecessor, predecessor_version AS predecessorVersion, window_ms AS windowMs`;

/** Created when it is first written: databases made before there were upgrades have none. */
export function createVersionHistory(db: Database): void {
  db.exec(`CREATE TABLE IF NOT EXISTS version_history (
    epoch INTEGER PRIMARY KEY,
    program_version TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    ladder_hash TEXT NOT NULL,
    at TEXT NOT NULL,
    position INTEGER NOT NULL,
    predecessor TEXT,
    predecessor_version TEXT,
    window_ms REAL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS finality (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    schema_version INTEGER NOT NULL,
    at TEXT NOT NULL
  ) STRICT`);
}

/** Oldest first. */
export function readVersionHistory(db: Database): readonly InChargeEntry[] {
  if (!hasVersionHistory(db)) return [];
  return db.prepare<[], InChargeEntry>(`SELECT ${columns} FROM version_history ORDER BY epoch`).all();
}

/** The last upgrade or revert, and when it became final; nothing where no version took over from another. */
export function lastUpgrade(db: Database): (InChargeEntry & { readonly finalizedAt: string | null }) | null {
  const last = readVersionHistory(db).findLast(({ predecessor }) => predecessor !== null);
  if (!last) return null;
  const finality = readFinality(db);
  return { ...last, finalizedAt: finality && finality.epoch >= last.epoch ? finality.at : null };
}

export type NewInChargeEntry = Omit<InChargeEntry, 'windowMs'>;

/** In the transaction that takes charge. The first reign of a database has nothing to go back to: it is final. */
export function addInChargeEntry(db: Database, reign: NewInChargeEntry): void {
  createVersionHistory(db);
  const isFirst = readVersionHistory(db).length === 0;
  db.prepare(
    `INSERT INTO version_history (epoch, program_version, schema_version, ladder_hash, at, position, predecessor, predecessor_version)
     VALUES ($epoch, $programVersion, $schemaVersion, $ladderHash, $at, $position, $predecessor, $predecessorVersion)`,
  ).run(reign);
  if (isFirst) finalizeEntries(db, reign);
}

/** Whether it was that program, with that ladder. */
export function isEntryOf({ version, ladderHash }: Signature, reign: InChargeEntry): boolean {
  return reign.programVersion === version && reign.ladderHash === ladderHash;
}

/** How long the upgrade to `epoch` kept the log read-only. */
export function noteWindow(db: Database, epoch: number, windowMs: number): void {
  db.prepare('UPDATE version_history SET window_ms = ? WHERE epoch = ?').run(windowMs, epoch);
}

/** Notes that nobody goes back behind the last reign, and that clients may use rungs up to `schemaVersion`. */
export function finalizeEntries(
  db: Database,
  { schemaVersion, at }: { readonly schemaVersion: number; readonly at: string },
): void {
  createVersionHistory(db);
  db.prepare(
    `INSERT OR REPLACE INTO finality (one, epoch, schema_version, at)
     SELECT 1, coalesce(max(epoch), 0), ?, ? FROM version_history`,
  ).run(schemaVersion, at);
}

/** Undefined for a database that is older than this table. */
export function readFinality(db: Database): Finality | undefined {
  return finalityFinder(db)();
}

/** The same for whoever asks again and again. */
export function finalityFinder(db: Database): () => Finality | undefined {
  if (!hasVersionHistory(db)) return () => undefined;
  const select = db.prepare<[], Finality>('SELECT epoch, schema_version AS schemaVersion, at FROM finality');
  return () => select.get();
}

/** The newest schema versions of programs that may come back: those in charge since the last one that is final. */
export function schemaVersionsOfReturn(db: Database): readonly number[] {
  if (!hasVersionHistory(db)) return [];
  return db
    .prepare<[], number>(
      `SELECT DISTINCT version_history.schema_version FROM version_history JOIN finality
       ON version_history.epoch >= finality.epoch AND version_history.schema_version >= finality.schema_version
       ORDER BY 1`,
    )
    .pluck()
    .all();
}

function hasVersionHistory(db: Database): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'version_history'`).get() !== undefined;
}
