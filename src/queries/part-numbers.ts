import type { Database } from '../log/database.js';
import { Memory } from '../memory.js';
import { beneathAnchors } from './page-choice.js';

/** The pages beneath some anchors, and not beneath others, by the numbers of their streams, in order; `json`: the same as a list. */
export interface PartNumbers {
  readonly numbers: readonly number[];
  readonly json: string;
}

/** Bytes, of numbers and their text. */
const rememberedLimitBytes = 32 * 1024 * 1024;

/**
 * Finds what is beneath anchors, which takes as long as there are pages: it is remembered until a page is made, moved, deleted or
 * brought back.
 */
export function partNumbersFinder(
  db: Database,
): (anchors: readonly string[], without?: readonly string[]) => PartNumbers {
  const find = db.prepare<[{ anchors: string }], number>(`${beneathAnchors} ORDER BY 1`).pluck();
  const last = db.prepare<[], { readonly page: number | null; readonly placed: number | null }>(
    'SELECT (SELECT max(number) FROM pages) AS page, (SELECT max(position) FROM appearances) AS placed',
  );
  const remembered = new Memory<string, PartNumbers>(
    rememberedLimitBytes,
    ({ json }) => 3 * json.length + 100,
  );
  let asOf = '';
  return (anchors, without = []) => {
    const { page, placed } = last.get() ?? { page: null, placed: null };
    const now = `${page ?? 0} ${placed ?? 0}`;
    if (now !== asOf) remembered.clear();
    asOf = now;
    const key = JSON.stringify([anchors, without]);
    const known = remembered.get(key);
    if (known) return known;
    const others = new Set(without.length === 0 ? [] : find.all({ anchors: JSON.stringify(without) }));
    const numbers = find.all({ anchors: JSON.stringify(anchors) }).filter((number) => !others.has(number));
    const found = { numbers, json: JSON.stringify(numbers) };
    remembered.set(key, found);
    return found;
  };
}

/** Where in a sorted list the first number is that is greater than this one. */
export function firstAfter(numbers: readonly number[], number: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
