import { randomBytes } from 'node:crypto';
import { isNoRoom, isUnwritable, openDatabase, type Database } from '../log/database.js';
import { addFileNote, copyIntoFile, noteFile } from '../log/file-note.js';
import { readInstallation, requireThisFormat, takeCharge } from '../log/installation.js';
import { readHead } from '../log/log.js';
import { writeHandshakeSecret } from '../log/hand-over.js';
import { lockPatienceMs, tryOwnerLock, type OwnerLock } from '../log/owner-lock.js';
import { createOlderViews } from '../log/older-views.js';
import { openToRead } from '../log/read-only.js';
import { addInChargeEntry, isEntryOf, readVersionHistory } from '../log/version-history.js';
import { fitLadder, usableLadder } from '../ladder/fit-ladder.js';
import type { Refusal } from '../refusal.js';
import { bringUpToDate, requireUpToDate } from './bring-up-to-date.js';
import type { Ladder } from '../schema/ladder.js';
import { finalizeInTime } from '../duties/finality.js';
import { repairUpgrade } from '../upgrade/repair.js';
import type { FirstStep, Reached } from '../installation/first-steps.js';
import { compareVersions } from '../upgrade/versions.js';
import { requireFormatOf, requireOwnDatabase } from '../installation/database-header.js';
import {
  ensureDirectories,
  hasDatabase,
  isServed,
  removeLeftovers,
  requireSameUser,
  type DataDirectory,
} from '../installation/data-directory.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { makeWhereNothingIs } from '../installation/new-installation.js';
import { requireOwnWal } from '../installation/own-wal.js';
import { program, signatureWith } from '../installation/program.js';

/** The right to append to a data directory, until released. */
export interface Charge {
  readonly db: Database;
  readonly epoch: number;
  /** As much of the program's ladder as clients of this log may use. */
  readonly ladder: Ladder;
  /** Why nothing may be read or written: a newer program has. Only a server gets this far, to tell its clients. */
  readonly tooNew: Refusal | null;
  /**
   * On a disk that had no room to take charge: `db` can be read, and nothing be written until this has answered what takes
   * the place of this charge. It answers undefined while there is no room. Null where everything is as it should be.
   */
  readonly tryAgain: (() => Promise<Charge | undefined>) | null;
  release(): void;
}

/**
 * Takes charge of a data directory, which is created if need be, and brings its projections up to this program.
 * @throws OperatorError 75 when another process is in charge, 73 when the directory can't be created
 * @throws WrongDatabase, WrongLadder, Refusal `log-too-new`
 */
export async function takeChargeOf(directory: DataDirectory, ladder: Ladder): Promise<Charge> {
  return (await tryTakeCharge(directory, ladder)) ?? busy(directory);
}

/** As `takeChargeOf`, but undefined when another process is in charge. */
export function tryTakeCharge(directory: DataDirectory, ladder: Ladder): Promise<Charge | undefined> {
  return takeIfFree(directory, ladder, 'refuse', () => undefined);
}

/**
 * As `takeChargeOf`, but a log that is too new for this program is taken as it is, and one that there is no room to write to
 * is read.
 */
export async function takeChargeToServe(
  directory: DataDirectory,
  ladder: Ladder,
  reached: Reached<FirstStep>,
): Promise<Charge> {
  return (await takeIfFree(directory, ladder, 'take', reached)) ?? busy(directory);
}

function busy(directory: DataDirectory): never {
  const pid = pidInCharge(directory) ?? 'unknown';
  throw new OperatorError(
    exitCodes.busy,
    `${directory.path} is served by process ${pid}: stop it first, or use another --data`,
  );
}

async function takeIfFree(
  directory: DataDirectory,
  ladder: Ladder,
  ifTooNew: 'refuse' | 'take',
  reached: Reached<FirstStep>,
): Promise<Charge | undefined> {
  if (hasDatabase(directory)) {
    requireOwnDatabase(directory.database);
    requireFormatOf(directory.database);
    if (!isServed(directory)) requireSameUser(directory);
  }
  try {
    ensureDirectories(directory);
  } catch (cause) {
    if (cause instanceof OperatorError || isUnwritable(cause)) throw cause;
    throw new OperatorError(
      exitCodes.cannotCreate,
      `can't create ${directory.path}: ${(cause as Error).message}`,
      { cause },
    );
  }
  const lock = tryOwnerLock(directory.ownerLock, lockPatienceMs);
  if (!lock) return undefined;
  const take = (): Promise<Charge> => takeUnder(lock, directory, ladder, ifTooNew, reached);
  try {
    return await take();
  } catch (error) {
    if (ifTooNew === 'take' && isNoRoom(error) && hasDatabase(directory)) {
      return readUnder(lock, directory, ladder, take);
    }
    lock.release();
    throw error;
  }
}

/** Leaves the lock to the caller where it throws. */
async function takeUnder(
  lock: OwnerLock,
  directory: DataDirectory,
  ladder: Ladder,
  ifTooNew: 'refuse' | 'take',
  reached: Reached<FirstStep>,
): Promise<Charge> {
  let db: Database | undefined;
  const release = (): void => {
    db?.close();
    lock.release();
  };
  try {
    removeLeftovers(directory);
    requireOwnWal(directory, () => false);
    if (!makeWhereNothingIs(directory, signatureWith(ladder), ladder, reached)) {
      repairUpgrade(directory, signatureWith(ladder));
      finalizeInTime(directory, ladder, new Date());
    }
    reached('charge');
    db = openDatabase(directory.database);
    readInstallation(db);
    requireThisFormat(db);
    const tooNew = fitLadder(db, ladder);
    if (tooNew) {
      if (ifTooNew === 'refuse') throw tooNew;
      // A program that can't read the log is not in charge of it: it only keeps others from writing.
      const { programVersion: version, schemaVersion, ladderHash } = readInstallation(db);
      const epoch = takeCharge(db, { version, schemaVersion, ladderHash });
      return { db, epoch, ladder, tooNew, tryAgain: null, release };
    }
    requireNoOlderProgram(db);
    const usable = usableLadder(db, ladder);
    await bringUpToDate(db, directory, usable);
    const epoch = takeChargeAndNote(db, usable);
    if (copyIntoFile(db)) noteFile(db, epoch);
    return { db, epoch, ladder: usable, tooNew, tryAgain: null, release };
  } catch (error) {
    db?.close();
    throw error;
  }
}

/** @throws what a start with room would be refused for, and when there is no room to build what is to be read */
function readUnder(
  lock: OwnerLock,
  directory: DataDirectory,
  ladder: Ladder,
  take: () => Promise<Charge>,
): Charge {
  let db: Database | undefined;
  const release = (): void => {
    db?.close();
    lock.release();
  };
  const tryAgain = async (): Promise<Charge | undefined> => {
    try {
      return await take();
    } catch (error) {
      if (isNoRoom(error)) return undefined;
      throw error;
    }
  };
  try {
    db = openToRead(directory.database);
    const { epoch } = readInstallation(db);
    const tooNew = fitLadder(db, ladder);
    if (!tooNew) requireNoOlderProgram(db);
    const usable = tooNew ? ladder : usableLadder(db, ladder);
    if (!tooNew) requireUpToDate(db, usable);
    return { db, epoch, ladder: usable, tooNew, tryAgain, release };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Takes charge of a database that this program has built, as its new owner: one transaction.
 * The caller holds the owner's lock, which the charge releases from now on.
 */
export function takeChargeOfBuilt(directory: DataDirectory, ladder: Ladder, lock: OwnerLock): Charge {
  const db = openDatabase(directory.database);
  const release = (): void => {
    db.close();
    lock.release();
  };
  return { db, epoch: takeChargeAndNote(db, ladder), ladder, tooNew: null, tryAgain: null, release };
}

/** Takes charge, and notes it in the version history where another program, or another ladder, was in charge before. */
function takeChargeAndNote(db: Database, ladder: Ladder): number {
  const signature = signatureWith(ladder);
  return db
    .transaction(() => {
      addFileNote(db);
      createOlderViews(db); // databases of earlier programs have none
      const before = readVersionHistory(db).at(-1);
      const epoch = takeCharge(db, signature);
      writeHandshakeSecret(db, randomBytes(32).toString('hex'));
      if (!before || !isEntryOf(signature, before)) {
        addInChargeEntry(db, {
          epoch,
          programVersion: signature.version,
          schemaVersion: signature.schemaVersion,
          ladderHash: signature.ladderHash,
          at: new Date().toISOString(),
          position: readHead(db).position,
          predecessor: null,
          predecessorVersion: null,
        });
      }
      return epoch;
    })
    .immediate();
}

/**
 * A program that is older than the one in charge may read the log, and takes it over in one way only: so that the newer
 * one's file is kept.
 * @throws OperatorError 78
 */
function requireNoOlderProgram(db: Database): void {
  const { programVersion } = readInstallation(db);
  if (compareVersions(program.version, programVersion) >= 0) return;
  throw new OperatorError(
    exitCodes.wrongVersion,
    `this is ${program.version}, the database belongs to ${programVersion}: to go back, run \`palimpsest revert\``,
  );
}

/** The process that took charge last, as far as the database knows. */
export function pidInCharge(directory: DataDirectory): number | null {
  requireOwnWal(directory, () => true);
  if (!hasDatabase(directory)) return null;
  const db = openDatabase(directory.database, 'read');
  try {
    return readInstallation(db).pid;
  } finally {
    db.close();
  }
}
