import { closeSync, createReadStream, openSync, readSync, statSync, type ReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../refusal.js';
import type { UploadStep } from './upload-steps.js';

/** Bytes from `start` to `end`, both inclusive, from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The files of assets in `content/`, each under the hash of its bytes: `ab/cd/REST`. What is there is whole and on disk: files arrive
 * elsewhere in the same file system, and are given their name when all of them is written.
 */
export class FileStore {
  /** Where files arrive. Nothing in it counts. */
  readonly incoming: string;
  /** How many uploads have yet to hear whether their file is needed, by its hash. */
  private readonly awaited = new Map<string, number>();

  /** @param reached is told of the steps of uploads */
  constructor(
    readonly directory: string,
    readonly reached: (step: UploadStep) => void = () => undefined,
  ) {
    this.incoming = join(directory, 'incoming');
  }

  pathOf(sha256: string): string {
    return join(this.directory, sha256.slice(0, 2), sha256.slice(2, 4), sha256.slice(4));
  }

  /** Bytes of a file; undefined where there is none. */
  bytesOf(sha256: string): number | undefined {
    return statSync(this.pathOf(sha256), { throwIfNoEntry: false })?.size;
  }

  /** @throws Refusal `storage-damaged` for a file that is missing, or not as long as it was */
  requireWhole({ sha256, bytes }: { readonly sha256: string; readonly bytes: number }): void {
    const found = this.bytesOf(sha256);
    if (found !== bytes) throw damaged(sha256, bytes, found);
  }

  /**
   * All of a small file, at once, as a page of the database is read: to open a stream costs more than that.
   * @throws Refusal `storage-damaged`
   */
  readSmall({ sha256, bytes }: { readonly sha256: string; readonly bytes: number }): Buffer {
    const found = smallFileAt(this.pathOf(sha256), bytes);
    if (found?.length === bytes) return found;
    throw damaged(sha256, bytes, this.bytesOf(sha256));
  }

  read(sha256: string, range?: ByteRange): ReadStream {
    return createReadStream(this.pathOf(sha256), range);
  }

  /**
   * Gives a file that has arrived, and is synced, its name. One of the same bytes is replaced: should it have been damaged, it is whole again.
   * It is kept from being cleared away until `settle`.
   */
  async keep(arrived: string, sha256: string): Promise<void> {
    this.awaited.set(sha256, (this.awaited.get(sha256) ?? 0) + 1);
    const [first, second] = [join(this.directory, sha256.slice(0, 2)), join(this.pathOf(sha256), '..')];
    await makeDirectory(first, this.directory);
    await makeDirectory(second, first);
    this.reached('upload-rename');
    await rename(arrived, this.pathOf(sha256));
    this.reached('upload-name');
    await syncDirectory(second);
    this.reached('upload-event');
  }

  /** It is known whether the log speaks of a file that was kept. */
  settle(sha256: string): void {
    const left = (this.awaited.get(sha256) ?? 1) - 1;
    if (left === 0) this.awaited.delete(sha256);
    else this.awaited.set(sha256, left);
  }

  isAwaited(sha256: string): boolean {
    return this.awaited.has(sha256);
  }

  /** What has arrived is of no use. */
  async discard(arrived: string): Promise<void> {
    await rm(arrived, { force: true });
  }
}

function damaged(sha256: string, bytes: number, found: number | undefined): Refusal {
  const fault = found === undefined ? 'is missing' : `has ${found} bytes in place of ${bytes}`;
  return new Refusal('storage-damaged', `the file ${sha256} ${fault}: bring it back from a backup`);
}

/** One byte more than there should be, where there are more. */
function smallFileAt(path: string, bytes: number): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const buffer = Buffer.allocUnsafe(bytes + 1);
    return buffer.subarray(0, readSync(file, buffer, 0, bytes + 1, 0));
  } finally {
    closeSync(file);
  }
}

async function makeDirectory(path: string, above: string): Promise<void> {
  const made = await mkdir(path, { recursive: true });
  if (made !== undefined) await syncDirectory(above);
}

/** The names in it survive the power. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
