import type { DataDirectory } from '../cli/data-directory.js';
import { CliError, exitCodes } from '../cli/exit-code.js';
import { openDatabase } from '../events/database.js';
import { readHandshakeSecret } from '../events/hand-over.js';
import type { Installation } from '../events/installation.js';
import { lockPatienceMs, tryOwnerLock, type OwnerLock } from '../events/owner-lock.js';
import { connectTo, handOverPath } from './connect.js';
import { undoLinks } from './files.js';
import { peerOn, type FromNew, type FromOld, type Peer } from './peer.js';
import type { SuccessorOptions } from './successor-options.js';

export type OldVersion = Peer<FromNew, FromOld>;

/** A running version that says nothing for so long is not worth waiting for. */
export const answerMs = 5_000;

/** Either the running version, or its lock where none is running. */
export interface Met {
  peer: OldVersion | undefined;
  ownerLock: OwnerLock | undefined;
}

/** Step 2. @throws CliError 69, 75 */
export async function meet(options: SuccessorOptions, { pid }: Installation): Promise<Met> {
  const { directory, program, programFile } = options;
  const ownerLock = tryOwnerLock(directory.ownerLock, lockPatienceMs);
  if (ownerLock) {
    undoLinks(directory);
    return { peer: undefined, ownerLock };
  }
  const silent = (cause: unknown): CliError =>
    new CliError(
      exitCodes.unavailable,
      `process ${pid ?? 'unknown'}, which serves ${directory.path}, does not answer: ${(cause as Error).message}`,
      { cause },
    );
  const secret = secretOf(directory);
  const connected = await connectTo(directory.controlSocket(pid ?? 0), handOverPath, secret, answerMs).catch(
    (cause: unknown) => {
      throw silent(cause);
    },
  );
  if ('refusal' in connected) {
    throw new CliError(exitCodes.busy, `process ${pid ?? ''} can't be replaced now: ${connected.refusal}`);
  }
  const peer = peerOn<FromNew, FromOld>(connected.socket, connected.head);
  peer.send({ kind: 'hello', pid: process.pid, version: program.version, program: programFile });
  try {
    await peer.next(answerMs);
  } catch (cause) {
    throw silent(cause);
  }
  return { peer, ownerLock: undefined };
}

function secretOf({ database }: DataDirectory): string {
  const db = openDatabase(database, 'read');
  try {
    return readHandshakeSecret(db);
  } finally {
    db.close();
  }
}
