import { blockId, blockType } from '../blocks.js';
import { isArray, isObject, setMember, type JsonObject, type JsonValue } from '../json/json.js';
import { childPointer } from '../json/pointer.js';

/** A block and where it stands; the page itself counts as one, under the empty name. */
export interface BlockPlace {
  readonly block: JsonObject;
  readonly pointer: string;
  /** `_id` of the block that it stands in, `''` for the page; `null` for the page itself. */
  readonly parent: string | null;
  /** The list that it stands in, the pointer to that from its parent, and its place there; no list: `null`. */
  readonly list: {
    readonly items: readonly JsonValue[];
    readonly slot: string;
    readonly index: number;
  } | null;
}

/** Blocks by `_id`; those without one are left out. */
export function blockPlaces(document: JsonObject): ReadonlyMap<string, BlockPlace> {
  const places = new Map<string, BlockPlace>([
    ['', { block: document, pointer: '', parent: null, list: null }],
  ]);
  collectInside(document, { id: '', pointer: '' }, '', places);
  return places;
}

interface Parent {
  readonly id: string;
  readonly pointer: string;
}

function collectInside(
  value: JsonValue,
  parent: Parent,
  slot: string,
  places: Map<string, BlockPlace>,
): void {
  if (!isArray(value) && !isObject(value)) return;
  for (const key of Object.keys(value)) {
    const child = (value as JsonObject)[key] as JsonValue;
    const childSlot = childPointer(slot, key);
    const id = blockId(child);
    if (!isObject(child) || id === undefined || blockType(child) === undefined) {
      collectInside(child, parent, childSlot, places);
      continue;
    }
    const pointer = parent.pointer + childSlot;
    const list = isArray(value) ? { items: value, slot, index: Number(key) } : null;
    places.set(id, { block: child, pointer, parent: parent.id, list });
    collectInside(child, { id, pointer }, '', places);
  }
}

/** A block without the blocks in it: what an edit of itself can change. */
export function ownPart(block: JsonObject): JsonObject {
  const own: Record<string, JsonValue> = {};
  for (const key of Object.keys(block)) {
    const value = block[key] as JsonValue;
    if (blockType(value) === undefined) setMember(own, key, withoutBlocks(value));
  }
  return own;
}

function withoutBlocks(value: JsonValue): JsonValue {
  if (isArray(value)) return value.filter((item) => blockType(item) === undefined).map(withoutBlocks);
  return isObject(value) ? ownPart(value) : value;
}
