import type { BoundOperation, Path, Sides } from './operation.js';
import { reachDown, reachUp } from './tracks.js';

/** What the inner operation says of its fields, said of the same fields from the root. */
export function carried(bound: BoundOperation, at: Path): Omit<BoundOperation, 'after' | 'up' | 'down'> {
  const [name] = at;
  const out = (path: Path): Path => [...at, ...path];
  const isInside = (path: Path): boolean => path[0] === name && path.length >= at.length;
  // The keys of a dictionary stay what they are: the start of the path is taken over, not `at`.
  const track =
    (inner: (path: Path) => Path | null) =>
    (path: Path): Path | null => {
      if (!isInside(path)) return path;
      const found = inner(path.slice(at.length));
      return found && [...path.slice(0, at.length), ...found];
    };
  const reach =
    (inner: typeof reachUp) =>
    (path: Path): readonly Path[] => {
      if (!isInside(path)) return [path];
      const found = inner(bound, path.slice(at.length));
      return found.map((place) => [...path.slice(0, at.length), ...place]);
    };
  const { isIdle, hidden, together, heads, isOpaque, irreversible, losses } = bound;
  return {
    isIdle,
    track: { up: track(bound.track.up), down: track(bound.track.down) },
    reach: { up: reach(reachUp), down: reach(reachDown) },
    hidden: bothSides(hidden, out),
    together: bothSides(together, (group) => group.map(out)),
    heads: bothSides(heads, (head) => ({ ...head, path: out(head.path) })),
    isOpaque,
    irreversible,
    losses,
  };
}

function bothSides<T>(sides: Sides<readonly T[]>, out: (one: T) => T): Sides<readonly T[]> {
  return { below: sides.below.map(out), above: sides.above.map(out) };
}
