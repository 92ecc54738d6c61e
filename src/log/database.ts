import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

export type Database = BetterSqlite3.Database;
export type Statement<P extends unknown[] = unknown[], R = unknown> = BetterSqlite3.Statement<P, R>;

const require = createRequire(import.meta.url);

/**
 * Release 13 of the driver crashes on Node 20, release 12 on Node 24.19 and newer; so both are installed and
 * this is the one place that chooses. `require`, because the one not chosen may not even load.
 */
const Driver = require(
  Number(process.versions.node.split('.')[0]) < 22 ? 'better-sqlite3-12' : 'better-sqlite3',
) as typeof BetterSqlite3;

/** A build of SQLite that this program can't work with; the message names the way out. */
export class WrongSqlite extends Error {
  override readonly name = 'WrongSqlite';
}

/** Whether an error says that what a file holds can't be read, or makes no sense. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(?:CORRUPT|NOTADB|IOERR_(?:READ|SHORT_READ|DATA|CORRUPTFS))/.test(codeOf(error));
}

/** Whether an error says that another program has locked a file: it may be tried again. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED|PROTOCOL|IOERR_(?:LOCK|RDLOCK|SHMLOCK|BLOCKED))/.test(codeOf(error));
}

/** The driver's name for what went wrong; empty for errors of anybody else. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : '';
}

/**
 * Whether an error says that there is no room for what was to be written: the disk is full, or a quota or a limit is
 * reached, which SQLite tells as an error of the write itself.
 */
export function isNoRoom(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return /^(?:ENOSPC|EDQUOT|EFBIG|SQLITE_FULL|SQLITE_IOERR_(?:WRITE|TRUNCATE|SHMOPEN|SHMSIZE))$/.test(
    String(code),
  );
}

/** Whether an error says that this user may not write there, or nobody may. */
export function isUnwritable(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return /^(?:EACCES|EPERM|EROFS|SQLITE_(?:READONLY|PERM|CANTOPEN))/.test(String(code));
}

/** What SQLite finds wrong with the file itself: pages that are part of nothing, indexes that don't fit their tables. */
export function damagesOf(db: Database): readonly string[] {
  try {
    const found = db.prepare<[], string>('PRAGMA main.integrity_check(20)').pluck().all();
    return found.filter((damage) => damage !== 'ok');
  } catch (error) {
    if (isDamage(error)) return [(error as Error).message];
    throw error;
  }
}

/** Of a file that is made anew. A version of some kilobytes fills pages of 4 KiB to half, and each is written by itself. */
export const pageBytes = 8192;

/** Of the write-ahead log, before it is copied into the database: hot pages are copied once for many commits. */
const checkpointPages = 4000;

/**
 * Opens a database of ours. The driver is built so that WAL means `synchronous=NORMAL`, which loses acknowledged
 * writes with the power (sqlite.org/pragma.html#pragma_synchronous), so FULL is set on every connection.
 * Readers open for writing too and are told `query_only`: a read-only connection that closes last would leave
 * the write-ahead log behind.
 * @throws WrongSqlite
 */
export function openDatabase(file: string, use: 'write' | 'read' = 'write'): Database {
  requireSafeSqlite();
  const db = new Driver(file, { fileMustExist: use === 'read', timeout: 5000 });
  try {
    db.pragma(`page_size = ${pageBytes}`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    db.pragma('cache_size = -32768');
    db.pragma('mmap_size = 0');
    db.pragma('secure_delete = ON'); // from the first page on: what was freed before stays in the file
    db.pragma('trusted_schema = OFF');
    // Without it, INSERT OR REPLACE would pass the triggers that guard the log.
    db.pragma('recursive_triggers = ON');
    if (use === 'read') db.pragma('query_only = ON');
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/**
 * Several statements that see the same moment: others may append between two that see one each. It keeps what is
 * written meanwhile from being copied out of the write-ahead log.
 */
export function snapshot<T>(db: Database, read: () => T): T {
  return db.transaction(read)();
}

/**
 * A database of ours in memory, to read from, given what its file holds. Versions 2 in the header would say that there is a
 * write-ahead log (sqlite.org/fileformat2.html §1.3.3).
 */
export function openSnapshot(bytes: Buffer): Database {
  bytes.fill(1, 18, 20);
  const db = new Driver(bytes, { readonly: true });
  db.pragma('trusted_schema = OFF');
  return db;
}

/**
 * Opens a file to look at it, and changes nothing: a connection that may not write neither copies the write-ahead log
 * into the file nor removes it when it is closed.
 */
export function openToLook(file: string): Database {
  return new Driver(file, { readonly: true, timeout: 5000 });
}

/** A database that is thrown away if anything goes wrong: no journal, no sync. */
export function openScratchDatabase(file: string): Database {
  const db = new Driver(file);
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('cache_size = -32768');
  return db;
}

/**
 * The same for one that others are attached to: only this file goes without a journal. Told without `main`, the
 * pragmas would hold for the others, too, and lock out whoever serves from them.
 */
export function openDisposableDatabase(file: string): Database {
  const db = new Driver(file, { timeout: 5000 });
  db.pragma(`main.page_size = ${pageBytes}`);
  db.pragma('main.journal_mode = OFF');
  db.pragma('main.synchronous = OFF');
  db.pragma('main.cache_size = -65536');
  db.pragma('secure_delete = ON');
  db.pragma('trusted_schema = OFF');
  db.pragma('recursive_triggers = ON');
  return db;
}

/**
 * A file that only carries a lock; who holds it is waited for as long as `patienceMs`. It stays in SQLite's default journal mode,
 * without a write-ahead log; to set or ask for the mode is to read the file, which fails while it is locked.
 */
export function openLockFile(file: string, patienceMs = 0): Database {
  return new Driver(file, { timeout: patienceMs });
}

let isSafeSqlite = false;

/**
 * Older ones can damage a write-ahead log that two processes check-point (sqlite.org/wal.html#walresetbug). Asked of a
 * database in memory, because to open a file is to create it.
 */
function requireSafeSqlite(): void {
  if (isSafeSqlite) return;
  const db = new Driver(':memory:');
  const version = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '0';
  db.close();
  isSafeSqlite = isAtLeast(version, [3, 51, 3]);
  if (isSafeSqlite) return;
  throw new WrongSqlite(
    `SQLite ${version} can damage a log that two processes check-point: install better-sqlite3 with 3.51.3 or newer`,
  );
}

function isAtLeast(version: string, minimum: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  const different = minimum.findIndex((part, index) => (parts[index] ?? 0) !== part);
  return different === -1 || (parts[different] ?? 0) > (minimum[different] ?? 0);
}
