import { movedItems } from '../json/align-arrays.js';
import { isArray, isObject, sameJson, unbounded, type JsonValue, type Spend } from '../json/json.js';

/**
 * So many pairs of items are compared for a longest common subsequence, in one stretch and in all of a list: whoever
 * has more of items that are not the only ones of their kind gets them paired in order.
 */
const comparisonsLimit = 250_000;
/** So many take as long as looking at a value. */
const comparisonsAStep = 8;
/** And so many items are looked at for those that are the only ones of their kind, in ever shorter stretches. */
const looksLimit = 2_000_000;

/** Two stretches, ends excluded: of the list that there was, and of the one that there is. */
interface Stretch {
  readonly from: number;
  readonly fromEnd: number;
  readonly to: number;
  readonly toEnd: number;
}

type Pair = readonly [from: number, to: number];

/**
 * Which items of a list without ids are the same ones, changed or not, as those of another, where nobody knows. Equal
 * items that are the only ones of their kind come first (patience diff); between them, equal ones in order; then
 * equal ones that have changed places; then, inside the gaps, pairs by position. For each item of `to` the index in
 * `from`, -1 for a new one. O(n log n), but for a bounded number of comparisons.
 */
export function pairItems(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  spend: Spend = unbounded,
): number[] {
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && same(from, head, to, head)) head++;
  let tail = 0;
  while (tail < shorter - head && same(from, from.length - 1 - tail, to, to.length - 1 - tail)) tail++;

  const origins = to.map((_, index) => {
    if (index < head) return index;
    return index >= to.length - tail ? index - to.length + from.length : -1;
  });
  const middle = { from: head, fromEnd: from.length - tail, to: head, toEnd: to.length - tail };
  if (middle.from === middle.fromEnd || middle.to === middle.toEnd) return origins;

  const kinds = new Map<string, number>();
  const anchors = new Anchors(
    kindsOf(from, middle.from, middle.fromEnd, kinds),
    kindsOf(to, middle.to, middle.toEnd, kinds),
    spend,
  );
  const pairs = anchors.between(middle);
  for (const [anchorFrom, anchorTo] of pairs) origins[anchorTo] = anchorFrom;
  const free = new Set(range(middle.from, middle.fromEnd));
  for (const origin of origins) free.delete(origin);
  pairMoved(origins, free, middle, anchors);

  let gapFrom = middle.from;
  let gapTo = middle.to;
  for (const [anchorFrom, anchorTo] of [...pairs, [middle.fromEnd, middle.toEnd] as const]) {
    const partners = range(gapFrom, anchorFrom)
      .filter((index) => free.has(index))
      .values();
    for (const index of range(gapTo, anchorTo)) {
      if (origins[index] === -1) origins[index] = partners.next().value ?? -1;
    }
    gapFrom = anchorFrom + 1;
    gapTo = anchorTo + 1;
  }
  return origins;
}

/** Equal items have one number, by their text with sorted keys. */
function kindsOf(
  list: readonly JsonValue[],
  start: number,
  end: number,
  kinds: Map<string, number>,
): readonly number[] {
  return list.map((item, index) => {
    if (index < start || index >= end) return -1;
    const text = sortedText(item);
    const kind = kinds.get(text) ?? kinds.size;
    kinds.set(text, kind);
    return kind;
  });
}

function sortedText(value: JsonValue): string {
  if (isArray(value)) return `[${value.map(sortedText).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${sortedText(value[key] as JsonValue)}`);
  return `{${members.join()}}`;
}

/** Pairs of equal items, in the order of both lists. */
class Anchors {
  private comparisons = 0;
  private looks = 0;

  constructor(
    readonly from: readonly number[],
    readonly to: readonly number[],
    private readonly spend: Spend,
  ) {}

  between(stretch: Stretch): readonly Pair[] {
    const found: Pair[] = [];
    const open: (Stretch | Pair)[] = [stretch];
    for (let next = open.pop(); next; next = open.pop()) {
      if ('fromEnd' in next) open.push(...this.within(next).toReversed());
      else found.push(next);
    }
    return found;
  }

  /** What is sure of a stretch, and the stretches that are left between, which are shorter. */
  private within({ from, fromEnd, to, toEnd }: Stretch): (Stretch | Pair)[] {
    const first: Pair[] = [];
    const last: Pair[] = [];
    while (from < fromEnd && to < toEnd && this.from[from] === this.to[to]) first.push([from++, to++]);
    while (from < fromEnd && to < toEnd && this.from[fromEnd - 1] === this.to[toEnd - 1])
      last.unshift([--fromEnd, --toEnd]);
    if (from === fromEnd || to === toEnd) return [...first, ...last];
    const left = { from, fromEnd, to, toEnd };
    this.looks += fromEnd - from + toEnd - to;
    this.spend(fromEnd - from + toEnd - to);
    const unique = this.looks > looksLimit ? [] : this.unique(left);
    if (unique.length === 0) return [...first, ...this.common(left), ...last];
    const parts: (Stretch | Pair)[] = [];
    for (const [anchorFrom, anchorTo] of [...unique, [fromEnd, toEnd] as const]) {
      parts.push({ from, fromEnd: anchorFrom, to, toEnd: anchorTo });
      if (anchorFrom < fromEnd) parts.push([anchorFrom, anchorTo]);
      from = anchorFrom + 1;
      to = anchorTo + 1;
    }
    return [...first, ...parts, ...last];
  }

  /** Equal items that are the only ones of their kind on both sides, the most of them that are in one order. */
  private unique({ from, fromEnd, to, toEnd }: Stretch): readonly Pair[] {
    const places = onlyPlaces(this.from, from, fromEnd);
    const found: Pair[] = [];
    for (const [kind, place] of onlyPlaces(this.to, to, toEnd)) {
      const partner = places.get(kind) ?? -1;
      if (place !== -1 && partner !== -1) found.push([partner, place]);
    }
    found.sort(([, a], [, b]) => a - b);
    const moved = movedItems(found.map(([partner]) => partner));
    return found.filter((_, index) => !moved.has(index));
  }

  /** A longest common subsequence of two stretches; where they are long, equal items as they come. */
  private common({ from, fromEnd, to, toEnd }: Stretch): readonly Pair[] {
    const rows = fromEnd - from;
    const columns = toEnd - to;
    if (this.comparisons + rows * columns > comparisonsLimit)
      return this.inOrder({ from, fromEnd, to, toEnd });
    this.comparisons += rows * columns;
    this.spend((rows * columns) / comparisonsAStep);
    /** lengths[i * width + j]: of the longest common subsequence of what comes from row i and column j on. */
    const width = columns + 1;
    const lengths = new Uint32Array((rows + 1) * width);
    const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
    const isSame = (i: number, j: number): boolean => this.from[from + i] === this.to[to + j];
    for (let i = rows - 1; i >= 0; i--) {
      for (let j = columns - 1; j >= 0; j--) {
        lengths[i * width + j] = isSame(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
      }
    }
    const pairs: Pair[] = [];
    for (let i = 0, j = 0; i < rows && j < columns;) {
      if (at(i, j) === at(i + 1, j + 1) + 1 && isSame(i, j)) pairs.push([from + i++, to + j++]);
      else if (at(i + 1, j) >= at(i, j + 1)) i++;
      else j++;
    }
    return pairs;
  }

  private inOrder({ from, fromEnd, to, toEnd }: Stretch): readonly Pair[] {
    const queues = placesByKind(this.from, range(from, fromEnd));
    const pairs: Pair[] = [];
    for (const index of range(to, toEnd)) {
      const queue = queues.get(this.to[index] ?? -1);
      const partner: number | undefined = queue?.next().value;
      if (partner !== undefined) pairs.push([partner, index]);
    }
    const moved = movedItems(pairs.map(([partner]) => partner));
    return pairs.filter((_, index) => !moved.has(index));
  }
}

/** By kind; -1 where there are several. */
function onlyPlaces(kinds: readonly number[], start: number, end: number): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  for (const index of range(start, end)) {
    const kind = kinds[index] ?? -1;
    places.set(kind, places.has(kind) ? -1 : index);
  }
  return places;
}

function placesByKind(
  kinds: readonly number[],
  indices: Iterable<number>,
): ReadonlyMap<number, Iterator<number, undefined>> {
  const places = new Map<number, number[]>();
  for (const index of indices) {
    const kind = kinds[index] ?? -1;
    const known = places.get(kind);
    if (known) known.push(index);
    else places.set(kind, [index]);
  }
  return new Map(Array.from(places, ([kind, list]) => [kind, list.values()]));
}

/** Pairs up equal items that have no partner yet, first come first served. */
function pairMoved(
  origins: number[],
  free: Set<number>,
  { to, toEnd }: Stretch,
  { from: kindsFrom, to: kindsTo }: Anchors,
): void {
  const queues = placesByKind(kindsFrom, free);
  for (const index of range(to, toEnd)) {
    if (origins[index] !== -1) continue;
    const found: number | undefined = queues.get(kindsTo[index] ?? -1)?.next().value;
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
