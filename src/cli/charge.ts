import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase, type Database } from '../events/database.js';
import { addFileNote, copyIntoFile, noteFile } from '../events/file-note.js';
import {
  createInstallation,
  isEmptyDatabase,
  readInstallation,
  requireThisFormat,
  takeCharge,
  type Signature,
} from '../events/installation.js';
import { readHead } from '../events/log.js';
import { writeHandshakeSecret } from '../events/hand-over.js';
import { lockPatienceMs, tryOwnerLock, type OwnerLock } from '../events/owner-lock.js';
import { createOlderViews } from '../events/older-views.js';
import { addReign, isReignOf, readVersionHistory } from '../events/version-history.js';
import { fitLadder, usableLadder } from '../ladder/fit-ladder.js';
import { projectionsOf } from '../projections/index.js';
import { discardScratch, replayBeside, swapIn } from '../projections/rebuild.js';
import { createProjections, staleProjections } from '../projections/registry.js';
import type { Refusal } from '../refusal.js';
import type { Ladder } from '../schema/ladder.js';
import { finalizeInTime } from '../upgrade/finality.js';
import { repairUpgrade } from '../upgrade/repair.js';
import { compareVersions } from '../upgrade/versions.js';
import { requireFormatOf, requireOwnDatabase } from './database-header.js';
import { ensureDirectories, hasDatabase, removeLeftovers, type DataDirectory } from './data-directory.js';
import { CliError, exitCodes, isForbidden } from './exit-code.js';
import { requireOwnWal } from './own-wal.js';
import { program, signatureWith } from './program.js';
import { progressOn } from './progress.js';

/** The right to append to a data directory, until released. */
export interface Charge {
  readonly db: Database;
  readonly epoch: number;
  /** As much of the program's ladder as clients of this log may use. */
  readonly ladder: Ladder;
  /** Why nothing may be read or written: a newer program has. Only a server gets this far, to tell its clients. */
  readonly tooNew: Refusal | null;
  release(): void;
}

/**
 * Takes charge of a data directory, which is created if need be, and brings its projections up to this program.
 * @throws CliError 75 when another process is in charge, 73 when the directory can't be created
 * @throws WrongDatabase, WrongLadder, Refusal `log-too-new`
 */
export function takeChargeOf(directory: DataDirectory, ladder: Ladder): Charge {
  return tryTakeCharge(directory, ladder) ?? busy(directory);
}

/** As `takeChargeOf`, but nothing when another process is in charge. */
export function tryTakeCharge(directory: DataDirectory, ladder: Ladder): Charge | undefined {
  return takeIfFree(directory, ladder, 'refuse');
}

/** As `takeChargeOf`, but a log that is too new for this program is taken as it is. */
export function takeChargeToServe(directory: DataDirectory, ladder: Ladder): Charge {
  return takeIfFree(directory, ladder, 'take') ?? busy(directory);
}

function busy(directory: DataDirectory): never {
  const pid = pidInCharge(directory) ?? 'unknown';
  throw new CliError(
    exitCodes.busy,
    `${directory.path} is served by process ${pid}: stop it first, or use another --data`,
  );
}

function takeIfFree(
  directory: DataDirectory,
  ladder: Ladder,
  ifTooNew: 'refuse' | 'take',
): Charge | undefined {
  try {
    ensureDirectories(directory);
  } catch (cause) {
    if (cause instanceof CliError || isForbidden(cause)) throw cause;
    throw new CliError(
      exitCodes.cannotCreate,
      `can't create ${directory.path}: ${(cause as Error).message}`,
      { cause },
    );
  }
  const lock = tryOwnerLock(directory.ownerLock, lockPatienceMs);
  if (!lock) return undefined;
  let db: Database | undefined;
  const release = (): void => {
    db?.close();
    lock.release();
  };
  try {
    removeLeftovers(directory);
    if (hasDatabase(directory)) {
      requireOwnDatabase(directory.database);
      requireFormatOf(directory.database);
    }
    requireOwnWal(directory, () => false);
    if (hasDatabase(directory)) {
      repairUpgrade(directory, signatureWith(ladder));
      finalizeInTime(directory, ladder, new Date());
    }
    db = openDatabase(directory.database);
    setUp(db, signatureWith(ladder), ladder);
    const tooNew = fitLadder(db, ladder);
    if (tooNew) {
      if (ifTooNew === 'refuse') throw tooNew;
      // Who can't read the log does not reign: it only keeps others from writing.
      const { programVersion: version, schemaVersion, ladderHash } = readInstallation(db);
      const epoch = takeCharge(db, { version, schemaVersion, ladderHash });
      return { db, epoch, ladder, tooNew, release };
    }
    requireNoOlderProgram(db);
    const usable = usableLadder(db, ladder);
    bringUpToDate(db, directory, usable);
    const epoch = reign(db, usable);
    if (copyIntoFile(db)) noteFile(db, epoch);
    return { db, epoch, ladder: usable, tooNew, release };
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
  return { db, epoch: reign(db, ladder), ladder, tooNew: null, release };
}

/** Takes charge, and notes it in the version history where another program, or another ladder, was in charge before. */
function reign(db: Database, ladder: Ladder): number {
  const signature = signatureWith(ladder);
  return db
    .transaction(() => {
      addFileNote(db);
      createOlderViews(db); // databases of earlier programs have none
      const before = readVersionHistory(db).at(-1);
      const epoch = takeCharge(db, signature);
      writeHandshakeSecret(db, randomBytes(32).toString('hex'));
      if (!before || !isReignOf(signature, before)) {
        addReign(db, {
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
 * @throws CliError 78
 */
function requireNoOlderProgram(db: Database): void {
  const { programVersion } = readInstallation(db);
  if (compareVersions(program.version, programVersion) >= 0) return;
  throw new CliError(
    exitCodes.wrongVersion,
    `this is ${program.version}, the database belongs to ${programVersion}: to go back, run \`palimpsest revert\``,
  );
}

/** @throws WrongDatabase */
function setUp(db: Database, signature: Signature, ladder: Ladder): void {
  db.transaction(() => {
    if (!isEmptyDatabase(db)) return;
    createInstallation(db, signature);
    createProjections(db, projectionsOf(ladder));
  })();
  readInstallation(db);
  requireThisFormat(db);
}

/** Projections of another make are rebuilt before anything is served from them. */
function bringUpToDate(db: Database, directory: DataDirectory, ladder: Ladder): void {
  const { position } = readHead(db);
  const stale = staleProjections(db, projectionsOf(ladder), position);
  if (stale.length === 0) return;
  const file = scratchFile(directory, 'charge');
  const progress = progressOn(process.stderr, `rebuilding ${stale.map(({ name }) => name).join(', ')}`);
  const replay = replayBeside(file, db, stale, (done) => {
    progress.update(done, position);
  });
  swapIn(db, file, stale, replay.position);
  progress.finish();
  discardScratch(file);
}

/** Where projections are built beside the live ones: to take charge may mean to build some while others are waiting. */
export function scratchFile(directory: DataDirectory, purpose: 'charge' | 'rebuild' | 'verify'): string {
  return join(directory.run, `${purpose}-${process.pid}.sqlite`);
}

/** Who took charge last, as far as the database knows. */
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
