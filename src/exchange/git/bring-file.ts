import { readFile } from 'node:fs/promises';
import type { FileFacts } from '../../events/file-facts.js';
import type { FileStore } from '../../files/file-store.js';
import { mediaTypeOf } from '../../files/media-type.js';
import { receiveFile } from '../../files/receive-file.js';
import { LargeObject, type BlobReader } from './blob-reader.js';
import { lacking } from './moves-among.js';

/** Where the files of assets go, and how large one may be. */
export interface FileTarget {
  readonly store: FileStore;
  readonly limitBytes: number;
}

/** A file of a commit. */
export interface CommittedFile {
  readonly commit: string;
  readonly path: string;
  /** Git's id of its bytes. */
  readonly blob: string;
  /** Its name as people read it. */
  readonly name: string;
}

/** Why a file can be no page. `pointer`: it is what Git LFS keeps in the place of the bytes. */
export type Unfit = 'too large' | 'pointer';

/**
 * Puts the bytes of a file into their place, where they wait for the change set of its commit; or answers why it is none for an asset.
 * What waits in vain goes like every file that no event speaks of, a day after it was written.
 * @throws BadHistory when the file is not in the repository
 */
export async function bringFile(
  { commit, path, blob, name }: CommittedFile,
  blobs: BlobReader,
  { store, limitBytes }: FileTarget,
): Promise<FileFacts | Unfit> {
  try {
    const arrived = await blobs.pass(blob, limitBytes, (pieces) => receiveFile(pieces, store, limitBytes));
    if (arrived.bytes <= pointerLimitBytes && isPointer(await readFile(arrived.path))) {
      await store.discard(arrived.path);
      return 'pointer';
    }
    const type = await mediaTypeOf(arrived.path);
    await store.keep(arrived.path, arrived.sha256);
    store.settle(arrived.sha256);
    return {
      sha256: arrived.sha256,
      bytes: arrived.bytes,
      type,
      name: name.replace(turning, '') || 'unnamed',
    };
  } catch (error) {
    if (error instanceof LargeObject) return 'too large';
    throw lacking(error, blob, path, commit);
  }
}

/** As git-lfs writes them (its specification, "The Pointer"). */
const pointerLimitBytes = 1024;

function isPointer(bytes: Buffer): boolean {
  return bytes.toString('latin1').startsWith('version https://git-lfs.github.com/spec/');
}

/** Marks that turn the direction of a text: a name has none. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Git's ids of a file without bytes: such a file is none for an asset. */
export const emptyBlobs: ReadonlySet<string> = new Set([
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
]);
