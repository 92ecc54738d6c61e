import { statSync } from 'node:fs';
import { WrongDatabase } from '../log/installation.js';
import { inodeOf } from '../log/read-only.js';
import { misfitOf, type WalFiles } from '../log/wal-fit.js';
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
  const found = misfitIn(walFiles, isServed);
  if (found === undefined) return;
  throw new WrongDatabase(
    `${wal} is not the log of the db.sqlite beside it (${found}): to use this db.sqlite, stop what serves here and move db.sqlite-wal and db.sqlite-shm away; otherwise put the db.sqlite back that they belong to`,
  );
}

/** An upgrade may give the name to another file between two looks, which then don't fit: they are taken again. */
function misfitIn(walFiles: WalFiles, isServed: () => boolean): string | undefined {
  for (;;) {
    const inode = inodeOf(walFiles.database);
    const misfit = misfitOf(walFiles, { isThorough: !isServed() });
    if (misfit === undefined || inodeOf(walFiles.database) === inode) return misfit;
  }
}
