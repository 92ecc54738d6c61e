import { blockId } from './blocks.js';
import { isObject, member, type JsonValue } from './json.js';
import { pairItems } from './pair-items.js';

/**
 * Which items of a list are the same ones as those of another: by `_id`, else by the declared key, else by longest
 * common subsequence among those that have neither. For each item of `to` the index in `from`, -1 for none.
 */
export function itemOrigins(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  key: string | undefined,
): number[] {
  const names = new Map<string, number>();
  const nameless: number[] = [];
  for (const [index, item] of from.entries()) {
    const name = nameOf(item, key);
    if (name === undefined) nameless.push(index);
    else if (!names.has(name)) names.set(name, index);
  }
  const origins = to.map((item) => {
    const name = nameOf(item, key);
    return name === undefined ? undefined : (names.get(name) ?? -1);
  });
  const rest = to.filter((_, index) => origins[index] === undefined);
  const pairs = pairItems(
    nameless.map((index) => from[index] as JsonValue),
    rest,
  ).values();
  return origins.map((origin) => {
    if (origin !== undefined) return origin;
    const pair = pairs.next().value ?? -1;
    return pair === -1 ? -1 : (nameless[pair] ?? -1);
  });
}

function nameOf(item: JsonValue, key: string | undefined): string | undefined {
  const id = blockId(item);
  if (id !== undefined) return `_id ${id}`;
  const value = key !== undefined && isObject(item) ? member(item, key) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? `${typeof value} ${value}` : undefined;
}

/** An item of a merged list (`undefined`: it fell away), and its index in the list that readers had, or -1. */
export interface ItemOrigin {
  readonly value: JsonValue | undefined;
  readonly other: number;
}

/**
 * Items in the client's order, and behind each those that the client could not see: a hidden item follows its nearest
 * predecessor that is still in the list, or stands at the beginning if none is.
 * @param hidden indices in the list that readers had, ascending
 */
export function withHidden(
  items: readonly ItemOrigin[],
  hidden: readonly number[],
  hiddenItem: (index: number) => JsonValue | undefined,
): JsonValue[] {
  const survivors = new Set(items.map(({ other }) => other));
  const isHidden = new Set(hidden);
  const behind = new Map<number, number[]>([[-1, []]]);
  let anchor = -1;
  for (let index = 0; index <= (hidden.at(-1) ?? -1); index++) {
    if (isHidden.has(index)) behind.get(anchor)?.push(index);
    else if (survivors.has(index)) behind.set((anchor = index), []);
  }
  const followersOf = (index: number): (JsonValue | undefined)[] => (behind.get(index) ?? []).map(hiddenItem);
  return [
    ...followersOf(-1),
    ...items.flatMap(({ value, other }) => (other === -1 ? [value] : [value, ...followersOf(other)])),
  ].filter((value) => value !== undefined);
}
