import type { Database } from './database.js';

/**
 * `head.file_epoch` is an epoch that the file is known to say by itself, without its write-ahead log. Each append writes
 * the page that it is on, so each write-ahead log says which file it can't do with less than (`wal-fit.ts`).
 */
export function addFileEpoch(db: Database): void {
  const has = db.prepare(`SELECT 1 FROM pragma_table_info('head') WHERE name = 'file_epoch'`).get();
  // Databases of earlier programs have none.
  if (!has) db.exec('ALTER TABLE head ADD COLUMN file_epoch INTEGER NOT NULL DEFAULT 0');
}

/**
 * Copies the write-ahead log into the file, and notes under which epoch that was. Whether it could: others who read may
 * be in the way, and then nothing is noted. On the connection that appends, between two commits.
 */
export function settleFileEpoch(db: Database, epoch: number): boolean {
  if (readFileEpoch(db) === epoch) return true;
  const [copied] = db.pragma('wal_checkpoint(PASSIVE)') as readonly Checkpoint[];
  if (copied?.log !== copied?.checkpointed) return false;
  const { changes } = db
    .prepare(
      `UPDATE head SET file_epoch = $epoch
       WHERE EXISTS (SELECT 1 FROM installation WHERE epoch = $epoch AND mode = 'live')`,
    )
    .run({ epoch });
  return changes === 1;
}

function readFileEpoch(db: Database): number {
  return db.prepare<[], number>('SELECT file_epoch FROM head').pluck().get() ?? 0;
}

/** sqlite.org/pragma.html#pragma_wal_checkpoint: pages that are in the write-ahead log, and of them in the file. */
interface Checkpoint {
  readonly log: number;
  readonly checkpointed: number;
}
