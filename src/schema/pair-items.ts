import { sameJson, type JsonValue } from './json.js';

/** Lists with more pairs to compare than this are paired by position between their equal ends. */
const mostComparisons = 250_000;

/**
 * Which items of a list without ids are the same ones, changed or not, as those of another: a longest common
 * subsequence, and inside its gaps pairs by position; then those that are left and equal, which have changed places.
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
  const anchors = [...commonItems(from, head, fromEnd, to, head, toEnd), [fromEnd, toEnd] as const];
  let gapFrom = head;
  let gapTo = head;
  for (const [anchorFrom, anchorTo] of anchors) {
    while (gapFrom < anchorFrom && gapTo < anchorTo) origins[gapTo++] = gapFrom++;
    if (anchorTo < toEnd) origins[anchorTo] = anchorFrom;
    gapFrom = anchorFrom + 1;
    gapTo = anchorTo + 1;
  }
  return withMoved(origins, from, to);
}

/** Pairs up equal items that have none yet, first come first served. */
function withMoved(origins: number[], from: readonly JsonValue[], to: readonly JsonValue[]): number[] {
  const taken = new Set(origins);
  const left = from.flatMap((_, index) => (taken.has(index) ? [] : [index]));
  const fresh = origins.filter((origin) => origin === -1).length;
  if (left.length * fresh > mostComparisons) return origins;
  return origins.map((origin, index) => {
    if (origin !== -1) return origin;
    const found = left.findIndex((candidate) => same(from, candidate, to, index));
    return found === -1 ? -1 : (left.splice(found, 1)[0] ?? -1);
  });
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
