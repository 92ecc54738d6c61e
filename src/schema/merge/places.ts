import { blockId } from '../blocks.js';
import { filterItems, mapItems } from './list-tokens.js';
import { isArray, isObject, setMember, type JsonObject, type JsonValue } from '../json/json.js';

/** Objects with an `_id`, wherever they stand: blocks keep their identity when they move from slot to slot. */
export type Places = ReadonlyMap<string, JsonObject>;

/** By `_id`, the value's own included; the first one where two share an id. */
export function placesIn(value: JsonValue): Places {
  const places = new Map<string, JsonObject>();
  collect(value, places);
  return places;
}

function collect(value: JsonValue, places: Map<string, JsonObject>): void {
  if (isArray(value)) {
    for (const item of value) collect(item, places);
  } else if (isObject(value)) {
    const id = blockId(value);
    if (id !== undefined && !places.has(id)) places.set(id, value);
    for (const key of Object.keys(value)) collect(value[key] as JsonValue, places);
  }
}

/** Those of the identified objects that have other ones in them. */
export function nestingIn(value: JsonValue): ReadonlySet<JsonValue> {
  const nesting = new Set<JsonValue>();
  holdsAny(value, nesting);
  return nesting;
}

function holdsAny(value: JsonValue, nesting: Set<JsonValue>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  let holds = false;
  if (isArray(value)) for (const item of value) holds = holdsAny(item, nesting) || holds;
  else for (const key of Object.keys(value)) holds = holdsAny(value[key] as JsonValue, nesting) || holds;
  if (blockId(value) === undefined) return holds;
  if (holds) nesting.add(value);
  return true;
}

/** A value without the identified objects that `isGone` names: taken out of the lists and fields that hold them. */
export function without(value: JsonValue, isGone: (id: string) => boolean): JsonValue {
  const stays = (child: JsonValue): boolean => {
    const id = blockId(child);
    return id === undefined || !isGone(id);
  };
  if (isArray(value)) return mapItems(filterItems(value, stays), (item) => without(item, isGone));
  if (!isObject(value)) return value;
  const kept: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) {
    const child = value[key] as JsonValue;
    if (stays(child)) setMember(kept, key, without(child, isGone));
  }
  return kept;
}

/** A value with other `_id`s. */
export function withIds(value: JsonValue, rename: (id: string) => string): JsonValue {
  if (isArray(value)) return mapItems(value, (item) => withIds(item, rename));
  if (!isObject(value)) return value;
  const renamed: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) setMember(renamed, key, withIds(value[key] as JsonValue, rename));
  const id = blockId(value);
  if (id !== undefined) renamed['_id'] = rename(id);
  return renamed;
}
