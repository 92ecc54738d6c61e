import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isNoRoom, isUnwritable, openDatabase, openSnapshot, type Database } from './database.js';

/** Of a file that is read into memory as a whole. */
const sizeLimitBytes = 1024 ** 3;

/**
 * Opens a database for reading, also where nothing can be written beside it, which SQLite does even to read: on a full
 * disk, on a read-only one, in somebody else's directory. What is read there is the database as it was a moment ago: in
 * memory, or a copy among the system's temporary files where a write-ahead log belongs to it.
 * No other connection of this process may be open on the file.
 */
export function openToRead(file: string): Database {
  for (;;) {
    const inode = inodeOf(file);
    const db = openOnce(file);
    if (inodeOf(file) === inode) return db;
    // An upgrade has given the name to another file: the log beside it is not that of the one that is open.
    db.close();
  }
}

export function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

function openOnce(file: string): Database {
  let db: Database | undefined;
  try {
    db = openDatabase(file, 'read');
    db.prepare('SELECT 1 FROM sqlite_schema').get();
    return db;
  } catch (error) {
    db?.close();
    if (!isNoRoom(error) && !isUnwritable(error)) throw error;
    return copyOf(file, error);
  }
}

function copyOf(file: string, why: unknown): Database {
  if (bytesOf(`${file}-wal`) > 0 || bytesOf(file) > sizeLimitBytes) return copyInFiles(file);
  const snapshot = openSnapshot(readFileSync(file));
  // Somebody has begun to write meanwhile.
  if (bytesOf(`${file}-wal`) > 0) throw why;
  return snapshot;
}

/** The names are gone when it is open, so that nothing is left behind whatever happens. */
function copyInFiles(file: string): Database {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-'));
  try {
    const copy = join(directory, basename(file));
    for (const suffix of ['', '-wal'])
      if (bytesOf(file + suffix) > 0) copyFileSync(file + suffix, copy + suffix);
    const db = openDatabase(copy, 'read');
    db.prepare('SELECT 1 FROM sqlite_schema').get();
    return db;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
