import { isObject, type JsonValue, member, sameJson, type Spend } from './json.js';

/** Which items of an array are the same ones, changed or not, as those of another. */
export interface Alignment {
  /** For each item of `to`: the index in `from` of the item it was, -1 for a new one. */
  readonly origins: readonly number[];
  /** Indices in `from` of the items that are gone, ascending. */
  readonly removed: readonly number[];
}

/**
 * Blocks (items that are all objects with a string `_id` of their own) are the same when their `_id` is.
 * Other arrays keep their equal beginning and end; between them, items are paired by position. Linear.
 * @param spend is told of the values that are compared
 */
export function alignArrays(from: readonly JsonValue[], to: readonly JsonValue[], spend?: Spend): Alignment {
  const fromIds = blockIds(from);
  const toIds = blockIds(to);
  return fromIds && toIds ? alignBlocks(fromIds, toIds) : alignByPosition(from, to, spend);
}

/** The index of each `_id`, in order; `undefined` when the items are not all blocks. */
function blockIds(items: readonly JsonValue[]): ReadonlyMap<string, number> | undefined {
  const ids = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const id = isObject(item) ? member(item, '_id') : undefined;
    if (typeof id !== 'string' || ids.has(id)) return undefined;
    ids.set(id, index);
  }
  return ids;
}

function alignBlocks(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): Alignment {
  return {
    origins: Array.from(to.keys(), (id) => from.get(id) ?? -1),
    removed: Array.from(from.keys()).flatMap((id, index) => (to.has(id) ? [] : [index])),
  };
}

function alignByPosition(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  spend: Spend | undefined,
): Alignment {
  const isSame = (left: number, right: number): boolean =>
    sameJson(from.at(left) as JsonValue, to.at(right) as JsonValue, spend);
  const shorter = Math.min(from.length, to.length);
  const growth = to.length - from.length;
  let head = 0;
  while (head < shorter && isSame(head, head)) head++;
  let tail = 0;
  while (tail < shorter - head && isSame(-1 - tail, -1 - tail)) tail++;
  const paired = shorter - tail;
  return {
    origins: to.map((_, index) => {
      if (index < paired) return index;
      return index < to.length - tail ? -1 : index - growth;
    }),
    removed: Array.from({ length: Math.max(0, -growth) }, (_, i) => paired + i),
  };
}

/**
 * The items of `to` that have to move, the fewest that will do: all that are not in a longest ascending
 * subsequence of the origins. Sorted by index in `to`. O(n log n).
 */
export function movedItems(origins: readonly number[]): ReadonlySet<number> {
  /** tails[n]: the index in `to` where the best ascending run of n + 1 items ends. */
  const tails: number[] = [];
  const before: number[] = [];
  for (const [index, origin] of origins.entries()) {
    if (origin < 0) continue;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((origins[tails[middle] as number] as number) < origin) low = middle + 1;
      else high = middle;
    }
    before[index] = tails[low - 1] ?? -1;
    tails[low] = index;
  }
  const staying = new Set<number>();
  for (let index = tails.at(-1) ?? -1; index >= 0; index = before[index] as number) staying.add(index);
  return new Set(origins.flatMap((origin, index) => (origin < 0 || staying.has(index) ? [] : [index])));
}
