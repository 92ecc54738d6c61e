import { blockId } from '../../../src/schema/blocks.js';
import { isArray, isObject, type JsonObject, type JsonValue } from '../../../src/schema/json/json.js';
import { giveTokens, tokensOf } from '../../../src/schema/merge/list-tokens.js';

/** Every object with an `_id`, the value itself included; the first where two share one. */
export function blocksById(value: JsonValue | undefined): ReadonlyMap<string, JsonObject> {
  const found = objectsIn(value).flatMap((object): [string, JsonObject][] => {
    const id = blockId(object);
    return id === undefined ? [] : [[id, object]];
  });
  return new Map(found.reverse());
}

export function idsIn(value: JsonValue | undefined): ReadonlySet<string> {
  return new Set(blocksById(value).keys());
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  if (isArray(value)) return value.flatMap(objectsIn);
  return isObject(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}

/** `undefined` where the value itself is such a block. */
export function withoutBlocks(value: JsonValue, isGone: (id: string) => boolean): JsonValue | undefined {
  const id = blockId(value);
  if (id !== undefined && isGone(id)) return undefined;
  if (isArray(value)) {
    const tokens = tokensOf(value);
    const kept = value.flatMap((item, index) => {
      const left = withoutBlocks(item, isGone);
      return left === undefined ? [] : [{ left, token: tokens?.[index] ?? -1 }];
    });
    return giveTokens(
      kept.map(({ left }) => left),
      tokens && kept.map(({ token }) => token),
    );
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const left = withoutBlocks(member, isGone);
    return left === undefined ? [] : [[name, left] as const];
  });
  return Object.fromEntries(members);
}

/** The same with other `_id`s. */
export function withNames(value: JsonValue, rename: (id: string) => string): JsonValue {
  if (isArray(value))
    return giveTokens(
      value.map((item) => withNames(item, rename)),
      tokensOf(value),
    );
  if (!isObject(value)) return value;
  const id = blockId(value);
  const members = Object.entries(value).map(([name, member]) => [name, withNames(member, rename)] as const);
  return { ...Object.fromEntries(members), ...(id !== undefined && { _id: rename(id) }) };
}
