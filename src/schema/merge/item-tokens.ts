import { blockId, blockType } from '../blocks.js';
import { isArray, isObject, member, setMember, type JsonObject, type JsonValue } from '../json/json.js';
import { giveTokens, mapItems, tokensOf, unknownItem } from './list-tokens.js';

/** A deep copy in which every list still knows its items. */
export function copyWithTokens<T extends JsonValue>(value: T): T {
  return copied(value) as T; // a copy has the shape of what it was copied from
}

function copied(value: JsonValue): JsonValue {
  if (isArray(value)) return mapItems(value, copied);
  if (!isObject(value)) return value;
  const copy: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) setMember(copy, key, copied(value[key] as JsonValue));
  return copy;
}

/** Copies of one draft, one after the other, which share the lists of blocks in which nothing has changed in between. */
export class Snapshots {
  private readonly slots = new Map<JsonValue, JsonValue>();

  /** @param areBlocksAsBefore whether the blocks in the draft are those of the last copy, unchanged */
  take(draft: JsonObject, areBlocksAsBefore: boolean): JsonObject {
    if (!areBlocksAsBefore) this.slots.clear();
    const copy: Record<string, JsonValue> = {};
    for (const key of Object.keys(draft)) {
      const value = draft[key] as JsonValue;
      const isSlot =
        isArray(value) && value.length > 0 && value.every((item) => blockType(item) !== undefined);
      const shared = this.slots.get(value) ?? copied(value);
      if (isSlot) this.slots.set(value, shared);
      setMember(copy, key, shared);
    }
    return copy;
  }
}

/**
 * Tells the items of a document's lists apart by numbers, in the order of its text; those with an `_id` get none.
 * @param numbers what `printTokens` gave for a document of this text; without it they count up from 0
 */
export function numberItems<T extends JsonValue>(document: T, numbers?: readonly number[]): T {
  let next = 0;
  forEachList(document, (list) => {
    giveTokens(
      list,
      list.map((item) => {
        if (blockId(item) !== undefined) return unknownItem;
        const number = next++;
        return numbers ? (numbers[number] ?? unknownItem) : number;
      }),
    );
  });
  return document;
}

/** The numbers of all items without an `_id`, in the order of the document's text. */
export function printTokens(document: JsonValue): readonly number[] {
  const numbers: number[] = [];
  forEachList(document, (list) => {
    const known = tokensOf(list);
    for (const [index, item] of list.entries()) {
      if (blockId(item) === undefined) numbers.push(known?.[index] ?? unknownItem);
    }
  });
  return numbers;
}

/** Whether two values are the same, and so are the items of their lists: none is known in one of them only. */
export function sameItems(a: JsonValue, b: JsonValue, different?: Map<JsonValue, JsonValue>): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || a === null || different?.get(a) === b) return false;
  const isSame = isArray(a)
    ? isArray(b) && sameLists(a, b, different)
    : isObject(a) && isObject(b) && sameMembers(a, b, different);
  if (!isSame) different?.set(a, b);
  return isSame;
}

function sameLists(
  a: readonly JsonValue[],
  b: readonly JsonValue[],
  different: Map<JsonValue, JsonValue> | undefined,
): boolean {
  if (a.length !== b.length) return false;
  const [ours, theirs] = [tokensOf(a), tokensOf(b)];
  return a.every(
    (item, index) =>
      (ours?.[index] ?? unknownItem) === (theirs?.[index] ?? unknownItem) &&
      sameItems(item, b[index] as JsonValue, different),
  );
}

function sameMembers(
  a: JsonObject,
  b: JsonObject,
  different: Map<JsonValue, JsonValue> | undefined,
): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every(
      (key) => Object.hasOwn(b, key) && sameItems(a[key] as JsonValue, b[key] as JsonValue, different),
    )
  );
}

/**
 * The same, for values that are compared again with what is in them: where two differ deep inside, that is found once, and not at
 * each level. None of the values may change meanwhile.
 */
export class ItemComparison {
  private readonly different = new Map<JsonValue, JsonValue>();

  isSame(a: JsonValue, b: JsonValue): boolean {
    return sameItems(a, b, this.different);
  }
}

export function highestToken(document: JsonValue): number {
  let highest = unknownItem;
  for (const number of printTokens(document)) if (number > highest) highest = number;
  return highest;
}

function forEachList(value: JsonValue, visit: (list: readonly JsonValue[]) => void): void {
  if (isArray(value)) {
    if (value.some((item) => blockId(item) === undefined)) visit(value);
    for (const item of value) forEachList(item, visit);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) forEachList(value[key] as JsonValue, visit);
  }
}

/**
 * What an author's function has made of a value: in a list of which nothing is known, and that is as long as it was, each
 * item is the one that stood there.
 */
export function keepPlaces(before: JsonValue | undefined, after: JsonValue | undefined): void {
  if (isArray(before) && isArray(after)) {
    const known = tokensOf(before);
    if (known && !tokensOf(after) && before.length === after.length) giveTokens(after, known);
    const now = tokensOf(after);
    const places = new Map(known?.map((token, index) => [token, index]));
    for (const [index, item] of after.entries()) {
      const token = now?.[index] ?? unknownItem;
      keepPlaces(token === unknownItem ? undefined : before[places.get(token) ?? -1], item);
    }
  } else if (isObject(before) && isObject(after)) {
    for (const key of Object.keys(after)) keepPlaces(member(before, key), after[key]);
  }
}

/** The same for the fields that a function reads and writes; a list under another name is known where there is one. */
export function keepPlacesOfFields(before: JsonObject, after: JsonObject): void {
  keepPlaces(before, after);
  const left = listsIn(before, after);
  const made = listsIn(after, before);
  if (left.length === 1 && made.length === 1) keepPlaces(left[0], made[0]);
}

function listsIn(object: JsonObject, other: JsonObject): readonly JsonValue[] {
  return Object.keys(object)
    .filter((key) => !Object.hasOwn(other, key))
    .map((key) => object[key] as JsonValue)
    .filter(isArray);
}
