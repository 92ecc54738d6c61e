import { blockId } from '../blocks.js';
import type { JsonValue, Spend } from '../json/json.js';
import { originalOf } from './known-blocks.js';
import { tokensOf, unknownItem } from './list-tokens.js';
import { knownOrigins } from './merge-lists.js';
import { keyOf, type At } from './merge-point.js';
import type { Sight } from './merge-sight.js';

/** The same list as the client saw it, as it sent it, and as readers here had it. */
export interface ThreeLists {
  readonly base: readonly JsonValue[];
  readonly mine: readonly JsonValue[];
  readonly other: readonly JsonValue[];
}

/** What an item of the client's is: indices in the two other lists, -1 where it has no partner there, and who it is. */
interface Partners {
  readonly base: number;
  readonly other: number;
  readonly token: number;
}

/** What has to be known of a save to tell which item is which. */
export interface ItemSight {
  readonly sight: Sight;
  readonly copies: ReadonlyMap<string, string>;
  readonly spend: Spend;
}

export interface PairedLists {
  /** One for each item of the client's. Of one with an `_id`, `base` is not looked for: it is known wherever it stands. */
  readonly items: readonly Partners[];
  /** Indices of what readers here have and the client could not see, ascending. */
  readonly hidden: readonly number[];
}

/** Pairs the items of three lists. @param isLed whether the client may see no more than the head of the list */
export function pairLists(
  at: At,
  { base, mine, other }: ThreeLists,
  isLed: boolean,
  known: ItemSight,
): PairedLists {
  const mineFrom = originsOf(at, base, mine, isLed, known.spend);
  const otherFrom = originsOf(at, base, other, isLed, known.spend);
  const [mineTokens, otherTokens] = [tokensOf(mine), tokensOf(other)];
  const otherAt = new Map(otherFrom.map((from, index) => [from, index]));
  const otherByToken = new Map(otherTokens?.map((token, index) => [token, index]));
  const otherById = placesOf(mine, other, known.copies);
  const taken = new Set<number>();
  const items = mine.map((item, index): Partners => {
    const id = blockId(item);
    if (id !== undefined) return { base: -1, other: otherById.get(id) ?? -1, token: unknownItem };
    const mineToken = mineTokens?.[index] ?? unknownItem;
    const from = mineFrom[index] ?? -1;
    const byToken = mineToken === unknownItem ? undefined : otherByToken.get(mineToken);
    const found = byToken ?? (from === -1 ? undefined : otherAt.get(from)) ?? -1;
    const partner = taken.has(found) ? -1 : found;
    if (partner !== -1) taken.add(partner);
    const token = mineToken === unknownItem ? (otherTokens?.[partner] ?? unknownItem) : mineToken;
    return { base: from, other: partner, token };
  });
  const hidden = other.flatMap((item, index) =>
    !taken.has(index) && isHidden(item, otherFrom[index] ?? -1, known.sight) ? [index] : [],
  );
  return { items, hidden };
}

/** What of a list the client could not see, which it sends nothing of. */
export function isHiddenIn(
  at: At,
  { base, other }: Pick<ThreeLists, 'base' | 'other'>,
  isLed: boolean,
  { sight, spend }: ItemSight,
): (item: JsonValue, index: number) => boolean {
  const origins = originsOf(at, base, other, isLed, spend);
  return (item, index) => isHidden(item, origins[index] ?? -1, sight);
}

/** Whether an item that readers here have is one that the client could not see. */
function isHidden(item: JsonValue, from: number, sight: Sight): boolean {
  const id = blockId(item);
  return id === undefined ? from === -1 : sight.hides(id);
}

/** Which item of what the client saw each item of a list is. Of a list that it sees the head of, that is the first. */
function originsOf(
  at: At,
  base: readonly JsonValue[],
  list: readonly JsonValue[],
  isLed: boolean,
  spend: Spend,
): readonly number[] {
  const isHead = isLed && base.length === 1 && blockId(base[0]) === undefined;
  return isHead ? list.map((_, index) => (index === 0 ? 0 : -1)) : knownOrigins(base, list, keyOf(at), spend);
}

/** For the ids in a list of the client's: where that item, or the one it is a copy of, stands in the other list. */
function placesOf(
  mine: readonly JsonValue[],
  other: readonly JsonValue[],
  copies: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const indices = new Map(other.map((item, index) => [blockId(item), index]));
  const places = new Map<string, number>();
  for (const pass of ['itself', 'copy'] as const) {
    for (const item of mine) {
      const id = blockId(item);
      const isThere = (one: string): boolean => indices.has(one);
      const source = id === undefined || pass === 'itself' ? id : originalOf(copies, id, isThere);
      const index = source === undefined ? undefined : indices.get(source);
      if (id === undefined || index === undefined || places.has(id)) continue;
      places.set(id, index);
      indices.delete(source); // taken: what stands behind it comes back once
    }
  }
  return places;
}
