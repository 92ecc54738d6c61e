import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileStore } from './file-store.js';

/** A file that has arrived and is synced, and has no name yet. */
export interface ArrivedFile {
  readonly path: string;
  /** In hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** More bytes came than are allowed. */
export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
}

/** Pieces are written as they come: no more of a file than this is ever in memory. */
const pieceBytes = 256 * 1024;

/**
 * Writes a file as it comes, and hashes it on the way. What breaks leaves nothing behind, or (after a kill) a file that is cleared away.
 * @throws FileTooLarge; what the source or the file system throws
 */
export async function receiveFile(
  source: AsyncIterable<Buffer>,
  store: FileStore,
  limitBytes: number,
): Promise<ArrivedFile> {
  await mkdir(store.incoming, { recursive: true, mode: 0o700 });
  const path = join(store.incoming, `${process.pid}-${randomUUID()}`);
  const handle = await open(path, 'wx', 0o600);
  try {
    store.reached('upload-arrive');
    const { sha256, bytes } = await write(source, handle, limitBytes);
    store.reached('upload-sync');
    await handle.sync();
    await handle.close();
    return { path, sha256, bytes };
  } catch (error) {
    await handle.close();
    await store.discard(path);
    throw error;
  }
}

async function write(
  source: AsyncIterable<Buffer>,
  handle: FileHandle,
  limitBytes: number,
): Promise<Omit<ArrivedFile, 'path'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  let pieces: Buffer[] = [];
  let waiting = 0;
  const flush = async (): Promise<void> => {
    await handle.writev(pieces);
    pieces = [];
    waiting = 0;
  };
  for await (const piece of source) {
    bytes += piece.length;
    if (bytes > limitBytes) throw new FileTooLarge(`the file is larger than ${limitBytes} bytes`);
    hash.update(piece);
    pieces.push(piece);
    waiting += piece.length;
    if (waiting >= pieceBytes) await flush();
  }
  if (waiting > 0) await flush();
  return { sha256: hash.digest('hex'), bytes };
}
