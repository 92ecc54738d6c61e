import { rmSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { listStored, type StoredFile } from '../files/stored-files.js';
import { predecessors } from '../installation/files.js';
import { lastUpgrade } from '../log/version-history.js';
import { namedFileFinders } from '../projections/named-files.js';
import { isUpgrading } from '../upgrade/upgrade-lock.js';
import type { Ground } from './duty.js';

/** So long a file waits for an event that speaks of it: an import in another process puts files first, too. */
const hoursOfAFile = 24;

/** What of a ground is needed. */
export type Cleared = Pick<Ground, 'directory' | 'settings' | 'db' | 'files' | 'isInCharge'>;

/**
 * Removes uploads that were cut off, and files that no event speaks of, which were written a day before `now` or earlier. Nothing
 * while somebody may go back to another log, which may speak of others. Answers how many went.
 */
export async function removeLeftoverFiles(cleared: Cleared, now: Date): Promise<number> {
  const { db, files, isInCharge } = cleared;
  if (!isInCharge() || isOpenToReturn(cleared)) return 0;
  const { isNamed } = namedFileFinders(db);
  const beforeMs = now.getTime() - hoursOfAFile * cleared.settings.hourMs;
  const isNobodys = ({ sha256 }: StoredFile): boolean =>
    sha256 === null || !(files.isAwaited(sha256) || isNamed(sha256));
  let removed = 0;
  for await (const stored of listStored(files)) {
    if (!isInCharge()) return removed;
    for (const file of stored.filter(isNobodys)) {
      const found = await stat(file.path).catch(() => undefined);
      if (!found || found.mtimeMs > beforeMs) continue;
      if (!isInCharge()) return removed;
      if (removeIf(file, () => isNobodys(file) && modifiedMs(file) <= beforeMs)) removed += 1;
    }
  }
  return removed;
}

/**
 * Looks again and removes in one turn of the event loop: in between nobody can come to need the file, for an upload says so here
 * (`isAwaited`) before it has its file take the place of one that is there.
 */
function removeIf({ path }: StoredFile, isStillNobodys: () => boolean): boolean {
  if (!isStillNobodys()) return false;
  rmSync(path, { force: true });
  return true;
}

function modifiedMs({ path }: StoredFile): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
}

function isOpenToReturn({ directory, db }: Cleared): boolean {
  if (isUpgrading(directory) || predecessors(directory).length > 0) return true;
  return lastUpgrade(db)?.finalizedAt === null;
}
