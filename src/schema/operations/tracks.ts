import type { BoundOperation, Path } from './operation.js';

/** The part of a bound operation that doesn't depend on the schema above. */
export type Ways = Omit<BoundOperation, 'after'>;

/** Tracks fields of the root by name: to another name, to `null` where they end; all others stay. */
export function byName(moves: ReadonlyMap<string, string | null>): (path: Path) => Path | null {
  return (path) => {
    const [name, ...rest] = path;
    const target = name === undefined ? undefined : moves.get(name);
    if (target === undefined) return path;
    return target === null ? null : [target, ...rest];
  };
}

/** Every field above that a field below has a part in. */
export function reachUp({ reach, track }: BoundOperation, path: Path): readonly Path[] {
  return reach ? reach.up(path) : one(track.up(path));
}

/** Every field below that a field above has a part in. */
export function reachDown({ reach, track }: BoundOperation, path: Path): readonly Path[] {
  return reach ? reach.down(path) : one(track.down(path));
}

function one(path: Path | null): readonly Path[] {
  return path === null ? [] : [path];
}

/** The same change made the other way round. */
export function flipped(ways: Ways): Ways {
  const { up, down, track, reach, hidden, together, heads, losses } = ways;
  return {
    ...ways,
    up: down,
    down: up,
    track: { up: track.down, down: track.up },
    ...(reach && { reach: { up: reach.down, down: reach.up } }),
    hidden: { below: hidden.above, above: hidden.below },
    together: { below: together.above, above: together.below },
    heads: { below: heads.above, above: heads.below },
    losses: { up: losses.down, down: losses.up },
  };
}
