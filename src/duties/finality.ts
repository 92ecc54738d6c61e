import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { openDatabase, type Database } from '../log/database.js';
import { discardOlderViews } from '../log/older-views.js';
import { newestUsed } from '../log/rungs.js';
import { finalizeEntries, readFinality, readVersionHistory } from '../log/version-history.js';
import { ensureDirectories, type DataDirectory } from '../installation/data-directory.js';
import type { Ladder } from '../schema/ladder.js';
import { predecessors } from '../installation/files.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { isUpgrading, takeUpgradeLock } from '../upgrade/upgrade-lock.js';

/** After this long nobody is expected to go back. */
const daysUntilFinal = 7;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Notes that nobody goes back behind the version in charge, and removes what that would need. Answers the names of the
 * files that it removed.
 * @param epoch of the last entry of the version history when this was decided: nobody has decided about a later one
 * @throws OperatorError 75 during an upgrade, and after one that has come meanwhile
 */
export function finalize(
  directory: DataDirectory,
  { newest }: Pick<Ladder, 'newest'>,
  epoch: number | undefined,
): readonly string[] {
  ensureDirectories(directory);
  const lock = takeUpgradeLock(directory);
  try {
    const db = openDatabase(directory.database);
    try {
      if (lastEpoch(db) !== epoch) throw overtaken();
      finalizeEntries(db, { schemaVersion: newest, at: new Date().toISOString() });
      // A program that has been put back lives on them: it can't work them out.
      if (newestUsed(db) <= newest) discardOlderViews(db);
    } finally {
      db.close();
    }
    const files = predecessors(directory);
    for (const file of files)
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    return files.map((file) => basename(file));
  } finally {
    lock.release();
  }
}

/** Of the last entry of the version history. */
export function lastEpoch(db: Database): number | undefined {
  return readVersionHistory(db).at(-1)?.epoch;
}

function overtaken(): OperatorError {
  return new OperatorError(
    exitCodes.busy,
    'another version has taken charge meanwhile: nothing was changed, try again',
  );
}

/** The last upgrade is final by itself when it is long ago. What waited for that may be used from the next start on. */
export function finalizeInTime(directory: DataDirectory, ladder: Pick<Ladder, 'newest'>, now: Date): void {
  if (isUpgrading(directory)) return;
  const db = openDatabase(directory.database, 'read');
  let last;
  let finalEpoch;
  try {
    last = readVersionHistory(db).at(-1);
    finalEpoch = readFinality(db)?.epoch ?? 0;
  } finally {
    db.close();
  }
  if (!last || last.epoch <= finalEpoch) return;
  if (now.getTime() - Date.parse(last.at) > daysUntilFinal * dayMs) finalize(directory, ladder, last.epoch);
}
