import { stat } from 'node:fs/promises';
import { faultOfFile } from '../files/check-file.js';
import type { FileStore } from '../files/file-store.js';
import { listStored } from '../files/stored-files.js';
import { progressOn } from '../installation/progress.js';
import { stopSignal } from '../installation/reading.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import type { Database } from '../log/database.js';
import { namedFileFinders } from '../projections/named-files.js';

/** A file that is not what the log says, once for each version of an asset that has it. */
export interface FileFault {
  readonly asset: string;
  readonly version: number;
  readonly sha256: string;
  readonly path: string;
  /** As in `is missing`. */
  readonly fault: string;
}

/** What was found under `content/`. `leftovers`: what no event speaks of, which is no fault. */
export interface FileFindings {
  readonly files: number;
  readonly bytes: number;
  readonly faults: readonly FileFault[];
  readonly leftovers: { readonly files: number; readonly bytes: number };
}

/** Reads every file that the log speaks of up to a position, whichever version of whichever asset has it. */
export async function checkFiles(db: Database, store: FileStore, position: number): Promise<FileFindings> {
  const named = namedFileFinders(db);
  const signal = stopSignal();
  const total = Math.ceil(bytesOf(named.upTo(position)) / mib);
  const progress = progressOn(process.stderr, 'reading files of assets, MiB');
  const faults: FileFault[] = [];
  let [files, bytes] = [0, 0];
  for (const facts of named.upTo(position)) {
    const path = store.pathOf(facts.sha256);
    const fault = await faultOfFile(path, facts, (read) => {
      if (signal.aborted) throw stopped();
      progress.update(Math.floor((bytes += read) / mib), total);
    });
    if (signal.aborted) throw stopped();
    files += 1;
    if (fault === undefined) continue;
    for (const { asset, version } of named.uses(facts.sha256, position))
      faults.push({ asset, version, sha256: facts.sha256, path, fault });
  }
  progress.finish();
  return { files, bytes, faults, leftovers: await countLeftovers(store, named.isNamed) };
}

const mib = 1024 * 1024;

function bytesOf(files: Iterable<{ readonly bytes: number }>): number {
  let sum = 0;
  for (const { bytes } of files) sum += bytes;
  return sum;
}

async function countLeftovers(
  store: FileStore,
  isNamed: (sha256: string) => boolean,
): Promise<FileFindings['leftovers']> {
  let [files, bytes] = [0, 0];
  for await (const stored of listStored(store)) {
    for (const { path, sha256 } of stored) {
      if (sha256 !== null && isNamed(sha256)) continue;
      const found = await stat(path).catch(() => undefined); // it may be gone, or have arrived
      if (!found) continue;
      files += 1;
      bytes += found.size;
    }
  }
  return { files, bytes };
}

function stopped(): OperatorError {
  return new OperatorError(exitCodes.busy, 'stopped before the end: not all files were read');
}
