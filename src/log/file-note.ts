import type { Database } from './database.js';

/**
 * In `head` stands what the file is known to say by itself, without its write-ahead log: epoch, position, and how often its
 * tables were changed. Each append writes the page that this is on, so each write-ahead log says which file it belongs
 * to (`wal-fit.ts`). What is noted may be out of date, and is never ahead of the file.
 */
const columns = ['file_epoch', 'file_position', 'file_schema'] as const;

/** Databases of earlier programs have none. */
export function addFileNote(db: Database): void {
  const there = db.prepare<[], string>(`SELECT name FROM pragma_table_info('head')`).pluck().all();
  for (const column of columns) {
    if (!there.includes(column)) db.exec(`ALTER TABLE head ADD COLUMN ${column} INTEGER NOT NULL DEFAULT 0`);
  }
}

/** Copies the write-ahead log into the file. Whether all of it: others who read may be in the way, and nobody waits for them. */
export function copyIntoFile(db: Database): boolean {
  const [copied] = db.pragma('wal_checkpoint(PASSIVE)') as readonly Checkpoint[];
  return copied?.log === copied?.checkpointed;
}

/** Whether the file is known to say this epoch. */
export function isNoted(db: Database, epoch: number): boolean {
  return db.prepare('SELECT file_epoch FROM head').pluck().get() === epoch;
}

/** Notes that the file says everything by itself. On the connection that appends, right after it was copied into it. */
export function noteFile(db: Database, epoch: number): void {
  db.prepare(
    `UPDATE head SET file_epoch = $epoch, file_position = position, file_schema = (SELECT schema_version FROM pragma_schema_version)
     WHERE EXISTS (SELECT 1 FROM installation WHERE epoch = $epoch AND mode = 'live')`,
  ).run({ epoch });
}

/** sqlite.org/pragma.html#pragma_wal_checkpoint: pages that are in the write-ahead log, and of them in the file. */
export interface Checkpoint {
  readonly log: number;
  readonly checkpointed: number;
}
