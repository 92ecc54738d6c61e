import { type Alignment, movedItems } from '../json/align-arrays.js';

/** Where an item comes from: a new one, or one that stands at `from` when the step is taken. */
export interface ArrangeStep {
  /** Index in the wanted array. */
  readonly item: number;
  /** Index in the array as it is at this step; `undefined` for a new item. */
  readonly from?: number;
  /** Index in the array as it is at this step, the moved item taken out (RFC 6902 §4.4). */
  readonly at: number;
}

/**
 * The fewest moves, and the additions, that bring the items of an array of `length` into the wanted order,
 * once its removed items are gone. O(n log n).
 *
 * Items that stay never move, the others go right behind the item that precedes them in the wanted order. So
 * each of the old array's places holds what has not left it, followed by what was put behind it.
 */
export function arrangeItems(length: number, { origins, removed }: Alignment): ArrangeStep[] {
  const moved = movedItems(origins);
  if (moved.size === 0 && origins.every((origin) => origin >= 0)) return [];
  const gone = new Set(removed);
  // Place 0 is the beginning of the array; old item i has place i + 1.
  const counts = countsOf(
    Array.from({ length: length + 1 }, (_, place) => (place > 0 && !gone.has(place - 1) ? 1 : 0)),
  );
  const steps: ArrangeStep[] = [];
  let behind = 0;
  for (const [item, origin] of origins.entries()) {
    if (origin >= 0 && !moved.has(item)) {
      behind = origin + 1;
      continue;
    }
    if (origin < 0) {
      steps.push({ item, at: counts.through(behind) });
    } else {
      const from = counts.through(origin);
      counts.add(origin + 1, -1);
      steps.push({ item, from, at: counts.through(behind) });
    }
    counts.add(behind, 1);
  }
  return steps;
}

interface Counts {
  add(place: number, amount: number): void;
  /** The sum of the counts of this place and all before it. */
  through(place: number): number;
}

/** A Fenwick tree (Fenwick 1994): changing a count and summing up to one take O(log n). */
function countsOf(initial: readonly number[]): Counts {
  const sums = new Int32Array(initial.length + 1);
  const counts: Counts = {
    add(place, amount) {
      for (let i = place + 1; i < sums.length; i += i & -i) sums[i] = (sums[i] ?? 0) + amount;
    },
    through(place) {
      let sum = 0;
      for (let i = place + 1; i > 0; i -= i & -i) sum += sums[i] ?? 0;
      return sum;
    },
  };
  for (const [place, count] of initial.entries()) counts.add(place, count);
  return counts;
}
