import { Ladder } from '../../src/schema/ladder.js';
import type { Rung } from '../../src/schema/migration.js';

/** A ladder of rungs that lie in no directory; their hashes say where they stand and nothing more. */
export function ladderOf(...rungs: readonly Rung[]): Ladder {
  return new Ladder(
    rungs.map((rung, index) => ({ name: `rung ${index + 1}`, hash: `hash-${index + 1}`, rung })),
  );
}
