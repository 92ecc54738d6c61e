import { isBusy, openLockFile, type Database } from './database.js';

/**
 * Exactly one process serves a data directory: the one that holds this lock, which the kernel frees when it dies.
 * A pid proves nothing. Nothing else in the process may open the file: closing any descriptor of it would drop the
 * lock (fcntl(2), "record locks").
 */
export interface OwnerLock {
  release(): void;
}

/** Longer than anybody needs who looks whether it is free. */
export const lockPatienceMs = 50;

/** Undefined when another process holds it, and goes on doing so. */
export function tryOwnerLock(file: string, patienceMs = 0): OwnerLock | undefined {
  const db: Database = openLockFile(file, patienceMs);
  try {
    // A lock has to be had on a full disk, too. To set the mode is to read the file, which waits for the lock as well.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return undefined;
    throw error;
  }
  return {
    release: () => {
      if (!db.open) return; // released already
      db.exec('ROLLBACK');
      db.close();
    },
  };
}

/** Whether another process holds it. Who looks is in the way of who takes it, for a moment, and of nobody who looks as well. */
export function isOwnerLockHeld(file: string): boolean {
  const db = openLockFile(file, 0);
  try {
    db.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    db.close();
  }
}
