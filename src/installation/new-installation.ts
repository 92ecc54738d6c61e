import { renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isNoRoom, openDatabase, type Database } from '../log/database.js';
import { createInstallation, WrongDatabase, type Signature } from '../log/installation.js';
import { applicationId, formatVersion } from '../log/log-tables.js';
import { projectionsOf } from '../projections/index.js';
import { discardScratch } from '../projections/replay/rebuild.js';
import { createProjections } from '../projections/replay/registry.js';
import type { Ladder } from '../schema/ladder.js';
import { syncDirectory } from './files.js';
import type { FirstStep, Reached } from './first-steps.js';
import type { DataDirectory } from './data-directory.js';
import { requireOwnDatabase } from './database-header.js';
import { OperatorError, exitCodes } from './operator-error.js';
import { beforeLeaving } from './leaving.js';

/**
 * Makes a database where there is none yet, or one that a first start has begun and nobody has ever been answered from.
 * It is whole when it gets its name, so that whoever dies here leaves none or all of it. The caller holds the owner's
 * lock. Answers whether it has made one.
 * @throws OperatorError 73 when there is no room for it
 * @throws OperatorError 65, WrongDatabase when what is there is somebody else's, or may hold something
 */
export function makeWhereNothingIs(
  directory: DataDirectory,
  signature: Signature,
  ladder: Ladder,
  reached: Reached<FirstStep>,
): boolean {
  if (!isNothing(directory)) return false;
  const file = join(directory.run, `first-${process.pid}.sqlite`);
  const discard = (): void => {
    discardScratch(file);
  };
  const keep = beforeLeaving(discard);
  try {
    reached('make');
    make(file, signature, ladder);
    reached('made');
    // They would be taken for those of the new file.
    for (const suffix of ['-journal', '-wal', '-shm']) rmSync(directory.database + suffix, { force: true });
    renameSync(file, directory.database);
    syncDirectory(directory.path);
    reached('named');
    return true;
  } catch (cause) {
    if (!isNoRoom(cause)) throw cause;
    throw new OperatorError(
      exitCodes.cannotCreate,
      `there is no room for a database in ${directory.path}: make room and start again`,
      { cause },
    );
  } finally {
    discard();
    keep();
  }
}

/** On the disk when it returns, without a write-ahead log beside it. */
function make(file: string, signature: Signature, ladder: Ladder): void {
  const db = openDatabase(file);
  try {
    db.transaction(() => {
      createInstallation(db, signature);
      createProjections(db, projectionsOf(ladder));
    })();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

/** A write-ahead log holds nothing up to its header (sqlite.org/fileformat2.html#walformat). */
const emptyLogBytes = 32;

/** @throws OperatorError 65, WrongDatabase */
function isNothing({ database }: DataDirectory): boolean {
  if (bytesOf(database) > 0) {
    requireOwnDatabase(database);
    const db = openDatabase(database, 'read');
    try {
      if (isHalfMade(db)) return true;
      const lost = needed.find((table) => !tablesOf(db).includes(table));
      if (lost === undefined || !isOurs(db)) return false;
      throw new OperatorError(
        exitCodes.badData,
        `${database} lost its table ${lost}: keep it, and restore a backup`,
      );
    } finally {
      db.close();
    }
  }
  if (bytesOf(`${database}-wal`) <= emptyLogBytes) return true;
  throw new WrongDatabase(
    `${database} is gone, and ${database}-wal holds what was written last: put it back, or restore a backup`,
  );
}

/** What every installation has had, of whichever release. */
const needed = ['installation', 'head', 'changesets', 'streams', 'events', 'rungs', 'ledger', 'projections'];
/** Tables that say something about the file, and hold nothing that anybody was answered. */
const aboutTheFile = new Set([
  'installation',
  'head',
  'projections',
  'handshake',
  'version_history',
  'finality',
]);

/** Whether a first start has begun a database and not finished it, and nothing was ever written in it. */
export function isHalfMade(db: Database): boolean {
  const tables = tablesOf(db);
  const isNobodys = tables.length === 0 && db.pragma('application_id', { simple: true }) === 0;
  if (!isNobodys && !isOurs(db)) return false;
  const hasRows = (table: string): boolean =>
    db.prepare(`SELECT 1 FROM "${table}" LIMIT 1`).get() !== undefined;
  const isThere = (table: string): boolean => tables.includes(table);
  if (needed.every(isThere) && hasRows('installation') && hasRows('head')) return false;
  if (tables.some((table) => !aboutTheFile.has(table) && hasRows(table))) return false;
  return !isThere('head') || !db.prepare('SELECT 1 FROM head WHERE position > 0').get();
}

/** Of the format that this program knows, or of one that it did not come to say. */
function isOurs(db: Database): boolean {
  const [id, format] = ['application_id', 'user_version'].map((name) => db.pragma(name, { simple: true }));
  return id === applicationId && (format === formatVersion || format === 0);
}

function tablesOf(db: Database): readonly string[] {
  return db
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all();
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
