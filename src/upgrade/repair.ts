import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openDatabase } from '../log/database.js';
import { WrongDatabase, type Installation, type Signature } from '../log/installation.js';
import { readHead } from '../log/log.js';
import { lockPatienceMs, tryOwnerLock } from '../log/owner-lock.js';
import { isEntryOf, readFinality, readVersionHistory } from '../log/version-history.js';
import type { DataDirectory } from '../installation/data-directory.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { discardNext, putBack, removeSpentLog, undoLinks } from '../installation/files.js';
import { discardProgress } from './upgrade-lock.js';

/**
 * Clears up after an upgrade that was cut off, before the database is opened. Whichever file is called `db.sqlite` is
 * the truth; only a newer version's file that nothing was acknowledged in makes way for its predecessor.
 * The caller holds the owner's lock.
 * @throws OperatorError 75 when an upgrade is about to take charge
 */
export function repairUpgrade(directory: DataDirectory, program: Signature): void {
  const lock = tryOwnerLock(directory.upgradeLock, lockPatienceMs);
  if (!lock) {
    if (modeOf(directory) !== 'fenced') return; // The upgrade will notice that somebody else is in charge.
    throw new OperatorError(
      exitCodes.busy,
      `${directory.path} is being taken over by another version: try again`,
    );
  }
  try {
    undoLinks(directory);
    discardLeftNext(directory);
    removeSpentLog(directory);
    discardProgress(directory);
    const predecessor = untouchedSince(directory, program);
    if (predecessor !== undefined) putBack(directory, predecessor);
  } finally {
    lock.release();
  }
}

/** Somebody else's file of that name keeps nobody from serving; the next upgrade will say that it is in the way. */
function discardLeftNext(directory: DataDirectory): void {
  try {
    discardNext(directory);
  } catch (error) {
    if (!(error instanceof WrongDatabase)) throw error;
  }
}

/** Whether the database has been taken over by another version, which then acknowledged writes. */
export function isOvertaken(directory: DataDirectory, program: Signature): boolean {
  const db = openDatabase(directory.database, 'read');
  try {
    const last = readVersionHistory(db).at(-1);
    return (
      last !== undefined &&
      !isEntryOf(program, last) &&
      (last.predecessorVersion !== program.version || readHead(db).position > last.position)
    );
  } finally {
    db.close();
  }
}

/**
 * The database that a program of this version left when another took over, if nothing was appended since: both end at
 * the same position with the same hash.
 */
function untouchedSince(directory: DataDirectory, program: Signature): string | undefined {
  const db = openDatabase(directory.database, 'read');
  let head;
  let file;
  try {
    head = readHead(db);
    const last = readVersionHistory(db).at(-1);
    if (!last || last.predecessor === null || isEntryOf(program, last)) return undefined;
    if (last.predecessorVersion !== program.version || last.position !== head.position) return undefined;
    if ((readFinality(db)?.epoch ?? 0) >= last.epoch) return undefined;
    file = join(directory.path, basename(last.predecessor));
  } finally {
    db.close();
  }
  if (!existsSync(file)) return undefined;
  const old = openDatabase(file);
  try {
    const { position, hash } = readHead(old);
    if (position !== head.position || hash !== head.hash) return undefined;
  } finally {
    old.close();
  }
  // A reader that still has it open keeps its write-ahead log, which could not follow.
  return existsSync(`${file}-wal`) ? undefined : file;
}

function modeOf(directory: DataDirectory): Installation['mode'] | undefined {
  const db = openDatabase(directory.database, 'read');
  try {
    return db.prepare<[], Installation['mode']>('SELECT mode FROM installation').pluck().get();
  } finally {
    db.close();
  }
}
