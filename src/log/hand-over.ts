import type { Database } from './database.js';
import { readHead } from './log.js';

/** The end of a log that takes no more events: whoever has read up to here has everything that was acknowledged. */
export interface Seal {
  readonly position: number;
  /** Of the last event, in hex. */
  readonly hash: string;
  readonly epoch: number;
}

/**
 * Read-only mode: no append succeeds after this, until `resume`. On the connection that appends, between two commits.
 * @throws when this process is no longer in charge
 */
export function seal(db: Database, epoch: number): Seal {
  return db
    .transaction(() => {
      const { changes } = db
        .prepare(`UPDATE installation SET mode = 'read-only' WHERE mode = 'live' AND epoch = ?`)
        .run(epoch);
      if (changes !== 1) throw new Error(`epoch ${epoch} is over: another process is in charge of this log`);
      return sealNow(db, epoch);
    })
    .immediate();
}

/** Where a log stands that nobody else can append to. */
export function sealNow(db: Database, epoch: number): Seal {
  const { position, hash } = readHead(db);
  return { position, hash, epoch };
}

/**
 * Ends read-only mode under a new epoch, so that nobody can rely on the seal any longer.
 * Undefined when another process has done so already, and this process is fenced.
 */
export function resume(db: Database, epoch: number): number | undefined {
  return db
    .prepare<[number], number>(
      `UPDATE installation SET mode = 'live', epoch = epoch + 1 WHERE mode = 'read-only' AND epoch = ? RETURNING epoch`,
    )
    .pluck()
    .get(epoch);
}

/** Shuts out whoever sealed the log, if the seal still holds. One transaction, so that either this wins or `resume`. */
export function fence(db: Database, { position, hash, epoch }: Seal): boolean {
  const { changes } = db
    .prepare(
      `UPDATE installation SET mode = 'fenced' WHERE mode = 'read-only' AND epoch = ?
         AND EXISTS (SELECT 1 FROM head WHERE position = ? AND hash = ?)`,
    )
    .run(epoch, position, Buffer.from(hash, 'hex'));
  return changes === 1;
}

/** Takes `fence` back: the log is sealed, as before, and whoever sealed it may resume. */
export function unfence(db: Database, { epoch }: Seal): void {
  db.prepare(`UPDATE installation SET mode = 'read-only' WHERE mode = 'fenced' AND epoch = ?`).run(epoch);
}

/** Writes what two processes have to know to talk about this very database; each one in charge makes its own. */
export function writeHandshakeSecret(db: Database, secret: string): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS handshake (one INTEGER PRIMARY KEY CHECK (one = 1), secret TEXT NOT NULL) STRICT`,
  );
  db.prepare('INSERT OR REPLACE INTO handshake (one, secret) VALUES (1, ?)').run(secret);
}

/** Empty where nobody was ever in charge. */
export function readHandshakeSecret(db: Database): string {
  const exists = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'handshake'`).get();
  if (!exists) return '';
  return db.prepare<[], string>('SELECT secret FROM handshake').pluck().get() ?? '';
}
