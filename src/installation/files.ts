import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rm,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { DataDirectory } from './data-directory.js';
import { requireOwnDatabase } from './database-header.js';

/**
 * The files of an upgrade under their names. Nobody in this process may have any of them open: closing a descriptor
 * would drop SQLite's locks, and renaming an open database would give its write-ahead log to another.
 */

/**
 * Gives the new file the name of the database and the old one that of a predecessor; at no moment is there no
 * database. A write-ahead log that a foreign reader kept alive goes with the file it belongs to.
 */
export function takePlace(directory: DataDirectory, predecessor: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(predecessor + suffix, { force: true });
  linkSync(directory.database, predecessor);
  syncDirectory(directory.path);
  if (existsSync(`${directory.database}-wal`)) renameSync(`${directory.database}-wal`, `${predecessor}-wal`);
  rmSync(`${directory.database}-shm`, { force: true });
  renameSync(directory.nextDatabase, directory.database);
  syncDirectory(directory.path);
}

/** Undoes the first half of `takePlace`, where it was cut off. */
export function undoLinks(directory: DataDirectory): void {
  for (const file of predecessors(directory)) {
    if (statSync(file).ino !== statSync(directory.database).ino) continue;
    if (existsSync(`${file}-wal`)) {
      renameSync(`${file}-wal`, `${directory.database}-wal`);
      rmSync(`${directory.database}-shm`, { force: true });
    }
    rmSync(file);
    syncDirectory(directory.path);
  }
}

/** Puts a predecessor back in its place; what stood there is gone. */
export function putBack(directory: DataDirectory, predecessor: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(directory.database + suffix, { force: true });
  renameSync(predecessor, directory.database);
  syncDirectory(directory.path);
}

/** Databases that were replaced, oldest name first. */
export function predecessors({ path, nextDatabase }: DataDirectory): readonly string[] {
  return readdirSync(path)
    .filter((name) => /^db_.+\.sqlite$/.test(name) && name !== basename(nextDatabase))
    .sort()
    .map((name) => join(path, name));
}

/** Removes a file that was being built. @throws WrongDatabase when it is somebody else's */
export function discardNext({ nextDatabase }: DataDirectory): void {
  if (existsSync(nextDatabase)) requireOwnDatabase(nextDatabase);
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(nextDatabase + suffix, { force: true });
}

/**
 * Gives the old write-ahead log one more name, so that SQLite frees no disk when it deletes it: that takes longer than all
 * else (15 ms for 30 MB), and clients would wait for it. `discardSpentLog` follows when nobody does.
 */
export function keepSpentLog(directory: DataDirectory): void {
  const log = `${directory.database}-wal`;
  if (!existsSync(log)) return;
  removeSpentLog(directory); // of an upgrade that was killed
  linkSync(log, spentLog(directory));
}

/** Not on this thread, which has requests to answer. What is left behind is removed by the repair at a start. */
export function discardSpentLog(directory: DataDirectory): void {
  rm(spentLog(directory), { force: true }, () => undefined);
}

/** The same at once. */
export function removeSpentLog(directory: DataDirectory): void {
  rmSync(spentLog(directory), { force: true });
}

/** One name for all: there is never more than one upgrade. */
function spentLog({ run }: DataDirectory): string {
  return join(run, 'spent.sqlite-wal');
}

/** What is in the file survives the power. */
export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The names in it survive the power. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
