import { closeSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { codeOf } from '../log/database.js';
import type { FileWatch } from '../log/file-watch.js';
import type { WalFiles } from '../log/wal-fit.js';
import { refusalFacts, type Refusal } from '../refusal.js';
import type { ChangeSet, Outcome } from '../commands/change-set.js';
import type { Execute } from './execute.js';
import { lossRefusal, noRoom, storageRefusal } from '../log/storage-refusal.js';

/** The disk has failed in the middle of writing: nobody knows what is on it before somebody reads it anew. */
export class DiskFailed extends Error {
  override readonly name = 'DiskFailed';
}

/** What a batch is executed on. */
export interface Storage {
  readonly files: WalFiles;
  readonly watch: FileWatch;
  readonly execute: Execute;
}

/**
 * Executes a batch so that what goes wrong with the storage is an outcome. Before it, and again before anybody is told, the
 * files have to be those that their names lead to. What one change set finds damaged is not held against its neighbours.
 * @throws DiskFailed, and what is no matter of the storage: then the process has to end
 */
export function runBatch(storage: Storage, batch: readonly ChangeSet[]): readonly Outcome[] {
  const { watch, execute, files } = storage;
  const lost = watch.look();
  if (lost) return allRefused(batch, lossRefusal(lost));
  let outcomes;
  try {
    outcomes = execute(batch);
  } catch (error) {
    const refusal = refusalOfWrite(error, files);
    if (refusal?.code === 'storage-damaged' && batch.length > 1) {
      return batch.flatMap((changeSet) => runBatch(storage, [changeSet]));
    }
    if (refusal) return allRefused(batch, refusal);
    if (codeOf(error) === '') throw error;
    return batch.map(() => ({ kind: 'failed', cause: (error as Error).stack ?? String(error) }));
  }
  const lostMeanwhile = watch.look();
  // What is committed counts, unless it is known to be lost.
  if (lostMeanwhile && !lostMeanwhile.isUnsure) return allRefused(batch, lossRefusal(lostMeanwhile));
  watch.note();
  return outcomes;
}

/** @throws DiskFailed */
function refusalOfWrite(error: unknown, { database, alone }: WalFiles): Refusal | undefined {
  const refusal = storageRefusal(error);
  if (refusal || !codeOf(error).startsWith('SQLITE_IOERR')) return refusal;
  // SQLite has one name for quotas, limits of a file's size, and disks that fail.
  if (!hasRoom(alone, Math.max(bytesOf(`${database}-wal`), bytesOf(database)))) return noRoom();
  throw new DiskFailed((error as Error).message, { cause: error });
}

/** As much as a commit may want at once. */
const probe = Buffer.alloc(1024 * 1024);

/** Whether a file of that length may grow on this disk. */
function hasRoom(file: string, length: number): boolean {
  try {
    const descriptor = openSync(file, 'w');
    try {
      ftruncateSync(descriptor, length);
      return writeSync(descriptor, probe, 0, probe.length, length) === probe.length;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return !/^(?:ENOSPC|EDQUOT|EFBIG)$/.test(String((error as NodeJS.ErrnoException).code));
  } finally {
    rmSync(file, { force: true });
  }
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function allRefused(batch: readonly ChangeSet[], refusal: Refusal): readonly Outcome[] {
  return batch.map(() => ({ kind: 'refused', position: 0, index: 0, refusal: refusalFacts(refusal) }));
}
