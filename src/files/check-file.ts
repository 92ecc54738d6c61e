import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { isMissing } from './is-missing.js';

/** So much of a file is read at once. */
const pieceBytes = 1024 * 1024;

/** What the bytes of a file have to be. */
export interface ExpectedBytes {
  /** In hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Reads all of a file, and answers what is wrong with it, as in `is missing`; undefined where it is whole.
 * @param progress is told of bytes as they are read
 */
export async function faultOfFile(
  path: string,
  expected: ExpectedBytes,
  progress: (bytes: number) => void = () => undefined,
): Promise<string | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    return faultOf(error);
  }
  try {
    const { size } = await handle.stat();
    if (size !== expected.bytes) return `has ${size} bytes in place of ${expected.bytes}`;
    const sha256 = await hashOf(handle, progress);
    return sha256 === expected.sha256 ? undefined : 'has other bytes than it had';
  } catch (error) {
    return faultOf(error);
  } finally {
    await handle.close();
  }
}

async function hashOf(handle: FileHandle, progress: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(piece, 0, pieceBytes, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
    progress(bytesRead);
  }
}

function faultOf(error: unknown): string {
  return isMissing(error) ? 'is missing' : `can't be read (${(error as Error).message})`;
}
