import type { Ladder } from '../ladder.js';
import type { BoundOperation, Path } from '../operations/operation.js';
import { reachDown, reachUp } from '../operations/tracks.js';

/** What clients at another schema version can't see of a type, or not as finely. */
interface Hidden {
  readonly paths: readonly Path[];
  /** Whether they may see no block of that type, or only one that stands for it. */
  readonly isGone: boolean;
  /** Whether functions of an author have a hand in what they see of it. */
  readonly isOpaque: boolean;
}

/** By the type's name at `from`; a type that is seen as it is has no entry. */
export type HiddenByType = ReadonlyMap<string, Hidden>;

/**
 * What a document at `from` may lose on the way to `to` and back, as the rungs between them declare it. Worked out
 * from what they say of themselves, not from what they do.
 */
export function hiddenOnTheWay(ladder: Ladder, from: number, to: number): HiddenByType {
  if (from === to) return new Map();
  const isUp = to > from;
  const { rung } = ladder.at(isUp ? from + 1 : from);
  const rest = hiddenOnTheWay(ladder, isUp ? from + 1 : from - 1, to);
  const steps = isUp ? rung.up : rung.down;
  const { types } = ladder.at(from);
  const hidden = new Map<string, Hidden>();
  for (const name of [...types.pages.keys(), ...types.blocks.keys()]) {
    const becomes = steps.get(name)?.becomes ?? [name];
    const parts = becomes.map((there) =>
      seenThrough(rung.fields.get(isUp ? name : there), rest.get(there), isUp),
    );
    const paths = parts.flatMap((part) => part.paths);
    const isGone = becomes.length === 0 || parts.some((part) => part.isGone);
    const isOpaque = steps.get(name)?.isOpaque === true || parts.some((part) => part.isOpaque);
    if (paths.length > 0 || isGone || isOpaque) hidden.set(name, { paths, isGone, isOpaque });
  }
  return hidden;
}

/** What one rung hides of a type, and what of the rest of the way is hidden on this side of it. */
function seenThrough(fields: BoundOperation | undefined, rest: Hidden = nothing, isUp: boolean): Hidden {
  if (!fields) return rest;
  const back = isUp ? reachDown : reachUp;
  const own = isUp ? fields.hidden.below : fields.hidden.above;
  return { ...rest, paths: [...own, ...rest.paths.flatMap((path) => back(fields, path))] };
}

const nothing: Hidden = { paths: [], isGone: false, isOpaque: false };
