import type { Database } from './database.js';
import { openLockFile } from './database.js';

/**
 * Exactly one process serves a data directory: the one that holds this lock, which the kernel frees when it dies.
 * A pid proves nothing. Nothing else in the process may open the file: closing any descriptor of it would drop the
 * lock (fcntl(2), "record locks").
 */
export interface OwnerLock {
  release(): void;
}

/** Longer than anybody needs who takes a lock only to see whether it is free. */
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
