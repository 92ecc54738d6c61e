import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileFacts } from '../events/file-facts.js';
import { faultOfFile } from '../files/check-file.js';
import { FileStore } from '../files/file-store.js';
import { receiveFile } from '../files/receive-file.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import type { Database } from '../log/database.js';
import { namedFileFinders } from '../projections/named-files.js';

/** Tells how far copying has come, in bytes. */
export type CopyProgress = (bytes: number) => void;

/** How many files there were, and what they came to. */
export interface CopiedFiles {
  readonly files: number;
  readonly bytes: number;
}

/** One line of it tells of one file: its hash, its size, its type, and what the versions that have it call it. */
const manifestName = 'manifest.jsonl';

/**
 * Copies the files of all assets into a directory, as they lie in `content/`, and then writes what they are into its
 * `manifest.jsonl`. What is there already is not copied again: called again after a break it goes on.
 * @throws OperatorError 65 for a file that is missing or damaged, 75 when it is stopped
 */
export async function exportFiles(
  db: Database,
  from: FileStore,
  directory: string,
  { position: upTo, signal }: { readonly position: number; readonly signal: AbortSignal },
  progress: CopyProgress,
): Promise<CopiedFiles> {
  const to = new FileStore(directory);
  await mkdir(directory, { recursive: true });
  const named = namedFileFinders(db);
  const manifest = join(directory, manifestName);
  const unfinished = await open(`${manifest}.${process.pid}`, 'w');
  let [files, bytes] = [0, 0];
  try {
    for (const facts of named.upTo(upTo)) {
      if (signal.aborted) throw new OperatorError(exitCodes.busy, 'stopped before the end: run it again');
      // What has its name there was whole when it got it.
      if (to.bytesOf(facts.sha256) !== facts.bytes) await copyFile(from, to, facts, content);
      const names = [...new Set(named.uses(facts.sha256, upTo).map(({ name }) => name))];
      const { sha256, type } = facts;
      await writeFile(unfinished, `${JSON.stringify({ sha256, bytes: facts.bytes, type, names })}\n`);
      files += 1;
      progress((bytes += facts.bytes));
    }
    await unfinished.sync();
    await rename(`${manifest}.${process.pid}`, manifest);
    return { files, bytes };
  } finally {
    await unfinished.close();
    await rm(`${manifest}.${process.pid}`, { force: true });
    await rm(to.incoming, { recursive: true, force: true });
  }
}

/**
 * Puts the files that the log speaks of into their place, from a directory that `exportFiles` wrote. One that is in its place is
 * read, and left there.
 * @param directory undefined: all have to be in their place
 * @throws OperatorError 65 that names the first file that is missing or damaged
 */
export async function importFiles(
  db: Database,
  to: FileStore,
  directory: string | undefined,
  upTo: number,
  progress: CopyProgress,
): Promise<CopiedFiles> {
  const from = directory === undefined ? undefined : new FileStore(directory);
  let [files, bytes] = [0, 0];
  let missing = 0;
  let firstMissing: string | undefined;
  for (const facts of namedFileFinders(db).upTo(upTo)) {
    const fault = await faultOfFile(to.pathOf(facts.sha256), facts);
    if (fault !== undefined && from) await copyFile(from, to, facts, outside);
    else if (fault !== undefined) {
      missing += 1;
      firstMissing ??= `${to.pathOf(facts.sha256)} ${fault}`;
    }
    files += 1;
    progress((bytes += facts.bytes));
  }
  if (firstMissing !== undefined) throw notBrought(missing, files, firstMissing);
  return { files, bytes };
}

/** Where a file comes from, and what there is to do about one that is not there. */
export const content = 'run `palimpsest verify`, and bring it back from a backup';
const outside = 'nothing was imported; bring the file, and import again';

/** Reads it once: what is copied is what was looked at. */
async function copyFile(from: FileStore, to: FileStore, facts: FileFacts, wayOut: string): Promise<void> {
  const path = from.pathOf(facts.sha256);
  requireSameLength(from, facts, (fault) => brokenFile(path, fault, wayOut));
  const arrived = await receiveFile(createReadStream(path), to, Infinity);
  if (arrived.sha256 !== facts.sha256 || arrived.bytes !== facts.bytes) {
    await to.discard(arrived.path);
    throw brokenFile(path, otherBytes, wayOut);
  }
  await to.keep(arrived.path, facts.sha256);
  to.settle(facts.sha256);
}

export const otherBytes = 'has other bytes than it had';

/** @throws what `broken` makes of a file that is missing, or not as long as it was */
export function requireSameLength(
  store: FileStore,
  { sha256, bytes }: FileFacts,
  broken: (fault: string) => OperatorError,
): void {
  const found = store.bytesOf(sha256);
  if (found === undefined) throw broken('is missing');
  if (found !== bytes) throw broken(`has ${found} bytes in place of ${bytes}`);
}

export function brokenFile(file: string, fault: string, wayOut: string): OperatorError {
  return new OperatorError(exitCodes.badData, `the file ${file} ${fault}: ${wayOut}`);
}

function notBrought(missing: number, files: number, first: string): OperatorError {
  return new OperatorError(
    exitCodes.badData,
    `${missing} of the ${files} files that the log's assets have are not here (${first}): name the directory that ` +
      '`export jsonl --assets` wrote with --assets, or import without files with --without-files; nothing was imported',
  );
}
