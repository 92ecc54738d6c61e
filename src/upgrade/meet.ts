import type { DataDirectory } from '../installation/data-directory.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { openDatabase } from '../log/database.js';
import { readHandshakeSecret } from '../log/hand-over.js';
import type { Installation } from '../log/installation.js';
import { lockPatienceMs, tryOwnerLock, type OwnerLock } from '../log/owner-lock.js';
import { connectTo, handOverPath } from './connect.js';
import { undoLinks } from '../installation/files.js';
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

/** Step 2. @throws OperatorError 69, 75 */
export async function meet(options: SuccessorOptions, { pid }: Installation): Promise<Met> {
  const { directory, program, programFile } = options;
  const ownerLock = tryOwnerLock(directory.ownerLock, lockPatienceMs);
  if (ownerLock) {
    undoLinks(directory);
    return { peer: undefined, ownerLock };
  }
  const silent = (cause: unknown): OperatorError =>
    new OperatorError(
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
    throw new OperatorError(
      exitCodes.busy,
      `process ${pid ?? ''} can't be replaced now: ${connected.refusal}`,
    );
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
