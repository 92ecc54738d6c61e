import { statSync } from 'node:fs';
import { WrongDatabase } from '../log/installation.js';
import { misfitOf } from '../log/wal-fit.js';
import { ensureDirectories, type DataDirectory } from './data-directory.js';

/**
 * Makes sure, before the database is opened, that the write-ahead log beside it is its own: to open both is to have SQLite
 * put them together. Nothing is changed. `isServed`: whether another process has them open, and keeps them apart if need be.
 * @throws WrongDatabase
 */
export function requireOwnWal(directory: DataDirectory, isServed: () => boolean): void {
  const { walFiles } = directory;
  const wal = `${walFiles.database}-wal`;
  if (!statSync(wal, { throwIfNoEntry: false })?.size) return;
  ensureDirectories(directory);
  const misfit = misfitOf(walFiles, { isThorough: !isServed() });
  if (misfit === undefined) return;
  throw new WrongDatabase(
    `${wal} is not the log of the db.sqlite beside it (${misfit}): to use this db.sqlite, stop what serves here and move db.sqlite-wal and db.sqlite-shm away; otherwise put the db.sqlite back that they belong to`,
  );
}
