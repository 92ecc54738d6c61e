import { blockId } from './blocks.js';
import { isObject, member, type JsonValue } from './json.js';
import { pairItems } from './pair-items.js';

/**
 * Which items of a list are the same ones as those of another: by `_id`, else by the declared key (in their order,
 * where several have the same one), else by longest common subsequence among those that have neither. For each item
 * of `to` the index in `from`, -1 for none.
 */
export function itemOrigins(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  key: string | undefined,
): number[] {
  const names = new Map<string, number[]>();
  const nameless: number[] = [];
  for (const [index, item] of from.entries()) {
    const name = nameOf(item, key);
    const namesakes = name === undefined ? nameless : (names.get(name) ?? []);
    namesakes.push(index);
    if (name !== undefined) names.set(name, namesakes);
  }
  const origins = to.map((item) => {
    const name = nameOf(item, key);
    return name === undefined ? undefined : (names.get(name)?.shift() ?? -1);
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
 * @param isLed whether the client's first item is the head of the list, before which nothing comes
 */
export function withHidden(
  items: readonly ItemOrigin[],
  hidden: readonly number[],
  isLed: boolean,
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
  const placed = items.map(({ value, other }) => (other === -1 ? [value] : [value, ...followersOf(other)]));
  const head = isLed ? placed.splice(0, 1) : [];
  return [...head, followersOf(-1), ...placed].flat().filter((value) => value !== undefined);
}
