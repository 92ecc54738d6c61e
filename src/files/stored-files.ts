import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './is-missing.js';
import type { FileStore } from './file-store.js';

/** Something that lies under `content/`. */
export interface StoredFile {
  readonly path: string;
  /** What its name says that the hash of its bytes is; null: it is arriving, or was cut off when it did. */
  readonly sha256: string | null;
}

/**
 * All that lies under `content/`, one directory after the other, so that never more of millions of names are in memory than those of
 * one. What has a name that no file is given is not ours, and left out.
 */
export async function* listStored({ directory, incoming }: FileStore): AsyncGenerator<readonly StoredFile[]> {
  yield (await namesIn(incoming, /^\d+-/)).map((name) => ({ path: join(incoming, name), sha256: null }));
  for (const first of await namesIn(directory, /^[0-9a-f]{2}$/)) {
    for (const second of await namesIn(join(directory, first), /^[0-9a-f]{2}$/)) {
      const names = await namesIn(join(directory, first, second), /^[0-9a-f]{60}$/);
      yield names.map((name) => ({
        path: join(directory, first, second, name),
        sha256: first + second + name,
      }));
    }
  }
}

async function namesIn(directory: string, pattern: RegExp): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => pattern.test(name)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
