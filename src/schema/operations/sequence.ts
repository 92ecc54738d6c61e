import type { JsonSchema } from '../json-schema.js';
import { allOrNothing } from './all-or-nothing.js';
import { noWayDown } from './irreversible.js';
import type { BoundOperation, Draft, Operation, Path } from './operation.js';
import { reachDown, reachUp } from './tracks.js';

/**
 * Several operations as one: `up` in order, `down` in exactly the reverse order. What they say of fields between them
 * is said of the fields below all, or above all. When somebody else's function throws, the object is as it was
 * before the first one.
 */
export function inSequence(operations: readonly Operation[]): Operation {
  return {
    summary: operations.map(({ summary }) => summary).join(', '),
    bind: (before) => composed(before, bindAll(operations, before)),
  };
}

function bindAll(operations: readonly Operation[], before: JsonSchema): BoundOperation[] {
  const bound: BoundOperation[] = [];
  for (const operation of operations) bound.push(operation.bind(bound.at(-1)?.after ?? before));
  return bound;
}

function composed(before: JsonSchema, steps: readonly BoundOperation[]): BoundOperation {
  const back = steps.toReversed();
  const isOpaque = steps.some((step) => step.isOpaque);
  // A single operation that throws has done nothing yet.
  const isProtected = isOpaque && steps.length > 1;
  const irreversible = sentences(steps.map((step) => step.irreversible));
  const up = allOf(steps.map((step) => step.up));
  const down = allOf(back.map((step) => step.down));
  return {
    after: steps.at(-1)?.after ?? before,
    up: isProtected ? allOrNothing(up) : up,
    down: irreversible === null ? (isProtected ? allOrNothing(down) : down) : noWayDown(irreversible),
    isIdle: { up: steps.every(({ isIdle }) => isIdle.up), down: steps.every(({ isIdle }) => isIdle.down) },
    track: {
      up: (path) =>
        followed(
          path,
          steps.map((step) => step.track.up),
        ),
      down: (path) =>
        followed(
          path,
          back.map((step) => step.track.down),
        ),
    },
    reach: {
      up: (path) => reached([path], steps, reachUp),
      down: (path) => reached([path], back, reachDown),
    },
    ...seenFromOutside(steps),
    isOpaque,
    irreversible,
    losses: {
      up: sentences(steps.map((step) => step.losses.up)),
      down: sentences(steps.map((step) => step.losses.down)),
    },
  };
}

/** What each step says of its own sides, carried through the steps between it and the outside. */
function seenFromOutside(
  steps: readonly BoundOperation[],
): Pick<BoundOperation, 'hidden' | 'together' | 'heads'> {
  const sides = steps.map((step, index) => {
    const later = steps.slice(index + 1);
    const earlier = steps.slice(0, index).reverse();
    const above = (paths: readonly Path[]): readonly Path[] => reached(paths, later, reachUp);
    const below = (paths: readonly Path[]): readonly Path[] => reached(paths, earlier, reachDown);
    const laterTracks = later.map(({ track }) => track.up);
    const earlierTracks = earlier.map(({ track }) => track.down);
    return {
      hidden: { below: below(step.hidden.below), above: above(step.hidden.above) },
      together: {
        below: step.together.below.map(below).filter((group) => group.length > 0),
        above: step.together.above.map(above).filter((group) => group.length > 0),
      },
      heads: {
        below: step.heads.below.flatMap((head) => stillHead(head, earlierTracks)),
        above: step.heads.above.flatMap((head) => stillHead(head, laterTracks)),
      },
    };
  });
  return {
    hidden: { below: sides.flatMap((s) => s.hidden.below), above: sides.flatMap((s) => s.hidden.above) },
    together: {
      below: sides.flatMap((s) => s.together.below),
      above: sides.flatMap((s) => s.together.above),
    },
    heads: { below: sides.flatMap((s) => s.heads.below), above: sides.flatMap((s) => s.heads.above) },
  };
}

type Head = BoundOperation['heads']['above'][number];
type Track = (path: Path) => Path | null;

/** Follows the items, not the list: where they are items no more, it is a list no more. */
function stillHead(head: Head, tracks: readonly Track[]): Head[] {
  const items = followed([...head.path, '*'], tracks);
  return items?.at(-1) === '*' ? [{ ...head, path: items.slice(0, -1) }] : [];
}

function followed(path: Path, tracks: readonly Track[]): Path | null {
  let place: Path | null = path;
  for (const track of tracks) place = place && track(place);
  return place;
}

function reached(
  paths: readonly Path[],
  steps: readonly BoundOperation[],
  reach: typeof reachUp,
): readonly Path[] {
  return steps.reduce((places, step) => places.flatMap((path) => reach(step, path)), paths);
}

function allOf(ways: readonly ((object: Draft) => void)[]): (object: Draft) => void {
  const [only] = ways;
  if (only && ways.length === 1) return only;
  return (object) => {
    for (const way of ways) way(object);
  };
}

function sentences(reasons: readonly (string | null)[]): string | null {
  const said = reasons.filter((reason) => reason !== null);
  return said.length === 0 ? null : said.join('; ');
}
