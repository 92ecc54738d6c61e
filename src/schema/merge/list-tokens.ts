import type { JsonValue } from '../json/json.js';

/**
 * Which item of a list is which. JSON has no place for it, so it stands under a symbol, which no JSON is printed with: one
 * number an item, the same for that item in all views of a page; {@link unknownItem} where nobody knows. Items with an
 * `_id` need none.
 */
const tokens = Symbol('which item is which');

interface Known {
  [tokens]?: readonly number[];
}

export const unknownItem = -1;

/** One for each item; nothing for a list of which nothing is known. */
export function tokensOf(list: readonly JsonValue[]): readonly number[] | undefined {
  const known = (list as Known)[tokens];
  return known?.length === list.length ? known : undefined;
}

/** Says which item is which; `undefined`: nothing is known. */
export function giveTokens<T extends readonly JsonValue[]>(
  list: T,
  numbers: readonly number[] | undefined,
): T {
  if (numbers !== undefined) (list as Known)[tokens] = numbers;
  return list;
}

/** A list without some of its items. */
export function filterItems(
  list: readonly JsonValue[],
  stays: (item: JsonValue, index: number) => boolean,
): JsonValue[] {
  const known = tokensOf(list);
  if (!known) return list.filter(stays);
  const kept = list.map(stays);
  return giveTokens(
    list.filter((_, index) => kept[index]),
    known.filter((_, index) => kept[index]),
  );
}

/** The same items, each changed. */
export function mapItems(
  list: readonly JsonValue[],
  change: (item: JsonValue, index: number) => JsonValue,
): JsonValue[] {
  return giveTokens(list.map(change), tokensOf(list));
}
