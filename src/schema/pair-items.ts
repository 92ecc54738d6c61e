import { sameJson, type JsonValue } from './json.js';

/** Lists with more pairs to compare than this are paired by position between their equal ends. */
const mostComparisons = 250_000;

/**
 * Which items of a list without ids are the same ones, changed or not, as those of another: a longest common
 * subsequence; then equal items that have changed places; then, inside the gaps of the subsequence, pairs by position.
 * For each item of `to` the index in `from`, -1 for a new one.
 */
export function pairItems(from: readonly JsonValue[], to: readonly JsonValue[]): number[] {
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && same(from, head, to, head)) head++;
  let tail = 0;
  while (tail < shorter - head && same(from, from.length - 1 - tail, to, to.length - 1 - tail)) tail++;

  const origins = to.map((_, index) => {
    if (index < head) return index;
    return index >= to.length - tail ? index - to.length + from.length : -1;
  });
  const fromEnd = from.length - tail;
  const toEnd = to.length - tail;
  const anchors = commonItems(from, head, fromEnd, to, head, toEnd);
  for (const [anchorFrom, anchorTo] of anchors) origins[anchorTo] = anchorFrom;
  const free = new Set(range(head, fromEnd));
  for (const origin of origins) free.delete(origin);

  pairMoved(origins, free, from, to);
  let gapFrom = head;
  let gapTo = head;
  for (const [anchorFrom, anchorTo] of [...anchors, [fromEnd, toEnd] as const]) {
    const partners = range(gapFrom, anchorFrom).filter((index) => free.has(index));
    for (const index of range(gapTo, anchorTo)) {
      if (origins[index] === -1) origins[index] = partners.shift() ?? -1;
    }
    gapFrom = anchorFrom + 1;
    gapTo = anchorTo + 1;
  }
  return origins;
}

/** Pairs up equal items that have no partner yet, first come first served. */
function pairMoved(
  origins: number[],
  free: Set<number>,
  from: readonly JsonValue[],
  to: readonly JsonValue[],
): void {
  const fresh = range(0, to.length).filter((index) => origins[index] === -1);
  if (fresh.length * free.size > mostComparisons) return;
  for (const index of fresh) {
    const found = [...free].find((candidate) => same(from, candidate, to, index));
    if (found === undefined) continue;
    origins[index] = found;
    free.delete(found);
  }
}

/** From `start` to the one before `end`. */
function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}

function same(a: readonly JsonValue[], i: number, b: readonly JsonValue[], j: number): boolean {
  return sameJson(a[i] as JsonValue, b[j] as JsonValue);
}

/** Index pairs of a longest common subsequence of two stretches, ascending. */
function commonItems(
  from: readonly JsonValue[],
  fromStart: number,
  fromEnd: number,
  to: readonly JsonValue[],
  toStart: number,
  toEnd: number,
): (readonly [number, number])[] {
  const rows = fromEnd - fromStart;
  const columns = toEnd - toStart;
  if (rows * columns === 0 || rows * columns > mostComparisons) return [];
  /** lengths[i * width + j]: of the longest common subsequence of what comes from row i and column j on. */
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      lengths[i * width + j] = same(from, fromStart + i, to, toStart + j)
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < rows && j < columns;) {
    if (at(i, j) === at(i + 1, j + 1) + 1 && same(from, fromStart + i, to, toStart + j)) {
      pairs.push([fromStart + i++, toStart + j++]);
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}
