import { blockId } from '../blocks.js';
import { isObject, member, unbounded, type JsonValue, type Spend } from '../json/json.js';
import { giveTokens, tokensOf, unknownItem } from './list-tokens.js';
import { pairItems } from './pair-items.js';

/**
 * Which items of a list are the same ones as those of another, where nobody knows: by `_id`, else by the declared key,
 * else as `pairItems` finds them. For each item of `to` the index in `from`, -1 for none.
 * @param isSure whether two items with different keys are two items: not where a conversion may have changed the key
 */
export function itemOrigins(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  key: string | undefined,
  isSure: boolean,
  spend: Spend = unbounded,
): number[] {
  const names = new Map<string, number[]>();
  const wanted = new Set(to.map((item) => nameOf(item, key)));
  const nameless: number[] = [];
  for (const [index, item] of from.entries()) {
    const name = nameOf(item, key);
    const isNamed = name !== undefined && (isSure || blockId(item) !== undefined || wanted.has(name));
    const namesakes = isNamed ? (names.get(name) ?? []) : nameless;
    namesakes.push(index);
    if (isNamed) names.set(name, namesakes);
  }
  const groups = new Map<string | undefined, number[]>();
  for (const [index, item] of to.entries()) {
    const name = nameOf(item, key);
    const isNamed = name !== undefined && (isSure || blockId(item) !== undefined || names.has(name));
    const group = isNamed ? name : undefined;
    const members = groups.get(group);
    if (members) members.push(index);
    else groups.set(group, [index]);
  }
  const origins = to.map(() => -1);
  for (const [group, members] of groups) {
    const partners = group === undefined ? nameless : (names.get(group) ?? []);
    const pairs = pairAmong({ list: from, indices: partners }, { list: to, indices: members }, spend);
    for (const [at, index] of members.entries()) origins[index] = partners[pairs[at] ?? -1] ?? -1;
  }
  return origins;
}

/** Some items of a list. */
interface Some {
  readonly list: readonly JsonValue[];
  readonly indices: readonly number[];
}

/** As `pairItems`, among some items of two lists. */
function pairAmong(from: Some, to: Some, spend: Spend): readonly number[] {
  if (from.indices.length === 0) return [];
  if (from.indices.length === 1 && to.indices.length === 1) return [0];
  const [ours, theirs] = [from, to].map(({ list, indices }) =>
    indices.map((index) => list[index] as JsonValue),
  );
  return pairItems(ours ?? [], theirs ?? [], spend);
}

function nameOf(item: JsonValue, key: string | undefined): string | undefined {
  const id = blockId(item);
  if (id !== undefined) return `_id ${id}`;
  const value = key !== undefined && isObject(item) ? member(item, key) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? `${typeof value} ${value}` : undefined;
}

/**
 * The same for two lists that have come from one page: items that are known are who they are, and only the others are
 * looked for among each other.
 */
export function knownOrigins(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  key: string | undefined,
  spend: Spend,
): number[] {
  const tokensFrom = tokensOf(from);
  const tokensTo = tokensOf(to);
  const places = new Map<number | string, number>();
  for (const [index, item] of from.entries()) {
    const name = blockId(item) ?? tokensFrom?.[index] ?? unknownItem;
    if (name !== unknownItem && !places.has(name)) places.set(name, index);
  }
  const taken = new Set<number>();
  const origins = to.map((item, index) => {
    const name = blockId(item) ?? tokensTo?.[index] ?? unknownItem;
    const origin = name === unknownItem ? -1 : (places.get(name) ?? -1);
    if (origin === -1 || taken.has(origin)) return -1;
    taken.add(origin);
    return origin;
  });
  const isUnknown = (tokens: readonly number[] | undefined, index: number): boolean =>
    (tokens?.[index] ?? unknownItem) === unknownItem;
  const freeFrom = indicesOf(from, (item, index) => blockId(item) === undefined && !taken.has(index));
  const freeTo = indicesOf(to, (item, index) => blockId(item) === undefined && origins[index] === -1);
  // A known item that the other list doesn't have can only be one of those that nobody knows there.
  const isOpenFrom = freeTo.some((index) => isUnknown(tokensTo, index));
  const isOpenTo = freeFrom.some((index) => isUnknown(tokensFrom, index));
  const partners = isOpenFrom ? freeFrom : freeFrom.filter((index) => isUnknown(tokensFrom, index));
  const members = isOpenTo ? freeTo : freeTo.filter((index) => isUnknown(tokensTo, index));
  const guessed = itemOrigins(
    partners.map((index) => from[index] as JsonValue),
    members.map((index) => to[index] as JsonValue),
    key,
    false,
    spend,
  );
  for (const [at, index] of members.entries()) origins[index] = partners[guessed[at] ?? -1] ?? -1;
  return origins;
}

function indicesOf(
  list: readonly JsonValue[],
  counts: (item: JsonValue, index: number) => boolean,
): readonly number[] {
  return list.flatMap((item, index) => (counts(item, index) ? [index] : []));
}

/** An item of a merged list (`undefined`: it fell away), who it is, and its index in the list that readers had, or -1. */
export interface ItemOrigin {
  readonly value: JsonValue | undefined;
  readonly token: number;
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
  hiddenItem: (index: number) => ItemOrigin,
): JsonValue[] {
  const survivors = new Set(items.map(({ other }) => other));
  const isHidden = new Set(hidden);
  const behind = new Map<number, number[]>([[-1, []]]);
  let anchor = -1;
  for (let index = 0; index <= (hidden.at(-1) ?? -1); index++) {
    if (isHidden.has(index)) behind.get(anchor)?.push(index);
    else if (survivors.has(index)) behind.set((anchor = index), []);
  }
  const followersOf = (index: number): ItemOrigin[] => (behind.get(index) ?? []).map(hiddenItem);
  const placed = items.map((item) => (item.other === -1 ? [item] : [item, ...followersOf(item.other)]));
  const head = isLed ? placed.splice(0, 1) : [];
  const all = [...head, followersOf(-1), ...placed].flat().filter(({ value }) => value !== undefined);
  return giveTokens(
    all.map(({ value }) => value as JsonValue),
    all.map(({ token }) => token),
  );
}
