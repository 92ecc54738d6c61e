import { readdirSync, rmSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../is-missing.js';

/** What a file is called while it is written. */
export const partSuffix = '.part';

/** What was written for so long is written by nobody any more. */
const writtenForMs = 60 * 60 * 1000;

/** So that not each new variant has all of them looked at. */
const shareLeft = 0.9;

/** What the smallest file takes of most disks. */
const blockBytes = 4096;

/**
 * Removes what killed processes left behind, and, where there is more than `limitBytes`, what was used longest ago. It waits for the
 * disk and for nobody else: only in a process of its own.
 * @returns the bytes of what is left, in whole blocks
 */
export function sweep(directory: string, limitBytes: number, now: Date): number {
  const kept: { readonly path: string; readonly usedMs: number; readonly bytes: number }[] = [];
  let bytes = 0;
  for (const path of filesIn(directory)) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile()) continue;
    if (path.endsWith(partSuffix)) {
      if (now.getTime() - stat.mtimeMs > writtenForMs) rmSync(path, { force: true });
      continue;
    }
    bytes += diskBytes(stat);
    kept.push({ path, usedMs: stat.mtimeMs, bytes: diskBytes(stat) });
  }
  if (bytes <= limitBytes) return bytes;
  kept.sort((one, other) => one.usedMs - other.usedMs);
  for (const { path, bytes: freed } of kept) {
    if (bytes <= limitBytes * shareLeft) break;
    rmSync(path, { force: true });
    bytes -= freed;
  }
  return bytes;
}

export function inBlocks(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}

function diskBytes({ size }: Stats): number {
  return inBlocks(size);
}

/** Two levels deep. Whoever removes the directory meanwhile has swept, too. */
function filesIn(directory: string): readonly string[] {
  return namesIn(directory).flatMap((name) => {
    const beneath = join(directory, name);
    return namesIn(beneath).map((file) => join(beneath, file));
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
