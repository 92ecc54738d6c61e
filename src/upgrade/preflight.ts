import { closeSync, existsSync, linkSync, openSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  ensureDirectories,
  hasDatabase,
  requireSameUser,
  type DataDirectory,
} from '../installation/data-directory.js';
import { requireOwnDatabase } from '../installation/database-header.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { pageBytes } from '../log/database.js';

/** What the file system says before anything is changed. */
export interface Disk {
  readonly databaseBytes: number;
  readonly freeBytes: number;
}

/** Left free for the running version to go on writing while the new file grows. */
const reserveBytes = 64 * 1024 * 1024;

/**
 * Looks whether this user may replace anything here; before the first file is touched.
 * @throws OperatorError 77
 */
export function requireRights(directory: DataDirectory): void {
  if (!hasDatabase(directory)) return;
  requireSameUser(directory);
  requireWritable(directory);
}

/**
 * Looks whether there is room for a new database, in names and in bytes.
 * @throws OperatorError 73
 */
export function requireRoom(directory: DataDirectory, predecessor: string): Disk {
  for (const file of [directory.nextDatabase, predecessor]) {
    if (!existsSync(file)) continue;
    try {
      requireOwnDatabase(file);
    } catch (cause) {
      throw new OperatorError(
        exitCodes.cannotCreate,
        `${file} is in the way and not a database of ours: move it elsewhere`,
        { cause },
      );
    }
  }
  const { bavail, bsize } = statfsSync(directory.path);
  const disk = { databaseBytes: databaseBytes(directory), freeBytes: bavail * bsize };
  const neededBytes = disk.databaseBytes + reserveBytes;
  if (disk.freeBytes < neededBytes) {
    throw new OperatorError(
      exitCodes.cannotCreate,
      `${directory.path} has ${mebibytes(disk.freeBytes)} free, an upgrade needs ${mebibytes(neededBytes)}: make room`,
    );
  }
  return disk;
}

/** How large the new file may grow, in pages, so that the running version never meets a full disk. */
export function mostPages({ freeBytes }: Disk): number {
  return Math.floor((freeBytes - reserveBytes / 2) / pageBytes);
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function databaseBytes({ database }: DataDirectory): number {
  return [database, `${database}-wal`]
    .filter((file) => existsSync(file))
    .reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Tries what the moment of taking over needs: a new file and a second name for it. */
function requireWritable(directory: DataDirectory): void {
  const { path, run } = directory;
  const probe = join(path, `.upgrade-${process.pid}`);
  try {
    ensureDirectories(directory);
    closeSync(openSync(probe, 'w'));
    linkSync(probe, `${probe}.link`);
    linkSync(probe, join(run, `upgrade-${process.pid}`));
  } catch (cause) {
    throw new OperatorError(
      exitCodes.notPermitted,
      `can't create files and links in ${path}: ${(cause as Error).message}`,
      { cause },
    );
  } finally {
    for (const file of [probe, `${probe}.link`, join(run, `upgrade-${process.pid}`)])
      rmSync(file, { force: true });
  }
}
