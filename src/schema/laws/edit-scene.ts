import { blockType, isStandIn } from '../blocks.js';
import { copyJson, isArray, isObject, member, type JsonObject, type JsonValue } from '../json/json.js';
import type { Draft } from '../operations/operation.js';
import { withIds } from '../merge/places.js';

/** A document under edit: the client's own copy, which edits change in place. */
export interface Scene {
  readonly draft: Draft;
  /** Another document of the same type, from which new values and blocks are taken. */
  readonly donor: JsonObject;
  /** Two numbers that choose what is edited and how: any number chooses something. */
  readonly at: number;
  readonly to: number;
  readonly freshId: () => string;
  /** Tells which block a copy is of; nothing where the client doesn't say. */
  readonly noteCopy?: (copy: string, original: string) => void;
}

/** The one that a number counts out; nothing of none. */
export function chosen<T>(from: readonly T[], number: number): T | undefined {
  return from[number % from.length];
}

/** Every object of a document, the document itself first. Stand-ins are no client's business. */
export function objectsIn(value: JsonValue): readonly Draft[] {
  if (isArray(value)) return value.flatMap(objectsIn);
  if (!isObject(value) || isStandIn(value)) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)]; // part of a draft, or only looked at
}

export function listsIn(value: JsonValue): readonly JsonValue[][] {
  if (isArray(value)) return [value as JsonValue[], ...value.flatMap(listsIn)]; // part of a draft
  return isObject(value) && !isStandIn(value) ? Object.values(value).flatMap(listsIn) : [];
}

/** Lists that hold blocks, and empty ones, which might. */
export function slotsIn(value: JsonValue): readonly JsonValue[][] {
  return listsIn(value).filter((list) => list.every((item) => blockType(item) !== undefined));
}

/** Objects of the donor that are of the same kind: the whole document, blocks of one type, objects with like fields. */
export function likeIn({ draft, donor }: Scene, object: JsonObject): readonly JsonObject[] {
  if (object === draft) return [donor];
  const type = blockType(object);
  const others = objectsIn(donor).slice(1);
  if (type !== undefined) return others.filter((other) => blockType(other) === type);
  const names = Object.keys(object);
  return others.filter(
    (other) => blockType(other) === undefined && names.some((name) => Object.hasOwn(other, name)),
  );
}

/** A copy of a value whose `_id`s nobody has yet. */
export function fresh(value: JsonValue, { freshId }: Scene): JsonValue {
  return withIds(copyJson(value), freshId);
}

/** Names of fields that a client may edit. */
export function editableFields(object: JsonObject): readonly string[] {
  return Object.keys(object).filter((name) => name !== '_id' && name !== '_type');
}

/** Whether one value stands somewhere in another. */
export function contains(value: JsonValue, wanted: JsonValue): boolean {
  if (value === wanted) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).some((key) => contains(member(value as JsonObject, key) ?? null, wanted));
}
