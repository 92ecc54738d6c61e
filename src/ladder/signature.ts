import type { Signature } from '../log/installation.js';
import type { Ladder } from '../schema/ladder.js';

/** How a program of that version signs databases with that ladder. */
export function signatureOf(version: string, ladder: Ladder): Signature {
  return { version, schemaVersion: ladder.finalized, ladderHash: ladder.at(ladder.finalized).hash };
}
