import type { ContentTypes } from '../content-types.js';
import type { Ladder } from '../ladder.js';
import type { BoundOperation, Path } from '../operations/operation.js';
import { reachDown, reachUp } from '../operations/tracks.js';
import { knownPaths } from './known-paths.js';

/** What clients at another schema version can't see of a type, or not as finely. */
interface Hidden {
  readonly paths: readonly Path[];
  /** Fields that mean nothing here and something there: what stands under such a name is not taken for it. */
  readonly strangers: readonly Path[];
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
    const step = steps.get(name);
    const ownPaths = (step?.hides ?? []).flatMap((path) => {
      const fields = isUp ? rung.fields.get(name) : undefined;
      return fields ? reachDown(fields, path) : [path];
    });
    const paths = [...ownPaths, ...parts.flatMap((part) => part.paths)];
    const known = new Set(pathsOf(types, name).map((path) => JSON.stringify(path)));
    const strangers = [
      ...becomes.flatMap((there) => pathsOf(ladder.at(isUp ? from + 1 : from - 1).types, there)),
      ...parts.flatMap((part) => part.strangers),
    ].filter((path) => !known.has(JSON.stringify(path)));
    const isGone = becomes.length === 0 || parts.some((part) => part.isGone);
    const isOpaque = step?.isOpaque === true || parts.some((part) => part.isOpaque);
    if (paths.length + strangers.length > 0 || isGone || isOpaque)
      hidden.set(name, { paths, strangers, isGone, isOpaque });
  }
  return hidden;
}

/** What one rung hides of a type, and what of the rest of the way is hidden on this side of it. */
function seenThrough(fields: BoundOperation | undefined, rest: Hidden = nothing, isUp: boolean): Hidden {
  if (!fields) return rest;
  const back = isUp ? reachDown : reachUp;
  const own = isUp ? fields.hidden.below : fields.hidden.above;
  const carried = (paths: readonly Path[]): readonly Path[] => paths.flatMap((path) => back(fields, path));
  return { ...rest, paths: [...own, ...carried(rest.paths)], strangers: carried(rest.strangers) };
}

const nothing: Hidden = { paths: [], strangers: [], isGone: false, isOpaque: false };

function pathsOf({ pages, blocks }: ContentTypes, type: string): readonly Path[] {
  const schema = pages.get(type) ?? blocks.get(type);
  return schema ? knownPaths(schema) : [];
}
