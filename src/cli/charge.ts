import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase, type Database } from '../events/database.js';
import { createInstallation, isEmptyDatabase, readInstallation, takeCharge } from '../events/installation.js';
import { readHead } from '../events/log.js';
import { tryOwnerLock, type OwnerLock } from '../events/owner-lock.js';
import { writeHandshakeSecret } from '../events/hand-over.js';
import { addReign, readVersionHistory } from '../events/version-history.js';
import { discardScratch, replayBeside, swapIn } from '../projections/rebuild.js';
import { createProjections, staleProjections } from '../projections/registry.js';
import { repairUpgrade } from '../upgrade/repair.js';
import { finalizeInTime } from './finalize.js';
import { requireKnownSchema } from '../upgrade/versions.js';
import { requireOwnDatabase } from './database-header.js';
import { ensureDirectories, hasDatabase, removeLeftovers, type DataDirectory } from './data-directory.js';
import { CliError, exitCodes } from './exit-code.js';
import { program } from './program.js';
import { progressOn } from './progress.js';

/** The right to append to a data directory, until released. */
export interface Charge {
  readonly db: Database;
  readonly epoch: number;
  release(): void;
}

/**
 * Takes charge of a data directory, which is created if need be, and brings its projections up to this program.
 * @throws CliError 75 when another process is in charge, 73 when the directory can't be created
 * @throws WrongDatabase
 */
export function takeChargeOf(directory: DataDirectory): Charge {
  const charge = tryTakeCharge(directory);
  if (!charge) {
    const pid = pidInCharge(directory) ?? 'unknown';
    throw new CliError(
      exitCodes.busy,
      `${directory.path} is served by process ${pid}: stop it first, or use another --data`,
    );
  }
  return charge;
}

/** As `takeChargeOf`, but nothing when another process is in charge. */
export function tryTakeCharge(directory: DataDirectory): Charge | undefined {
  try {
    ensureDirectories(directory);
  } catch (cause) {
    throw new CliError(
      exitCodes.cannotCreate,
      `can't create ${directory.path}: ${(cause as Error).message}`,
      { cause },
    );
  }
  const lock = tryOwnerLock(directory.ownerLock);
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
      repairUpgrade(directory, program.version);
      finalizeInTime(directory, new Date());
    }
    db = openDatabase(directory.database);
    setUp(db);
    bringUpToDate(db, directory);
    return { db, epoch: reign(db), release };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Takes charge of a database that this program has built, as its new owner: one transaction.
 * The caller holds the owner's lock, which the charge releases from now on.
 */
export function takeChargeOfBuilt(directory: DataDirectory, lock: OwnerLock): Charge {
  const db = openDatabase(directory.database);
  const release = (): void => {
    db.close();
    lock.release();
  };
  return { db, epoch: reign(db), release };
}

/** Takes charge, and notes it in the version history where another program was in charge before. */
function reign(db: Database): number {
  return db
    .transaction(() => {
      const before = readVersionHistory(db).at(-1);
      const epoch = takeCharge(db, program);
      writeHandshakeSecret(db, randomBytes(32).toString('hex'));
      if (before?.programVersion !== program.version) {
        addReign(db, {
          epoch,
          programVersion: program.version,
          schemaVersion: program.schemaVersion,
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

/** @throws WrongDatabase */
function setUp(db: Database): void {
  db.transaction(() => {
    if (!isEmptyDatabase(db)) return;
    createInstallation(db, program);
    createProjections(db);
  })();
  requireKnownSchema(program, readInstallation(db));
}

/** Projections of another make are rebuilt before anything is served from them. */
function bringUpToDate(db: Database, directory: DataDirectory): void {
  const { position } = readHead(db);
  const stale = staleProjections(db, position);
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
  if (!hasDatabase(directory)) return null;
  const db = openDatabase(directory.database, 'read');
  try {
    return readInstallation(db).pid;
  } finally {
    db.close();
  }
}
