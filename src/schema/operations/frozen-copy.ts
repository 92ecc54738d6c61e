import { blockId } from '../blocks.js';
import { isArray, isObject, setMember, type JsonValue } from '../json/json.js';
import { tokensOf, unknownItem } from '../merge/list-tokens.js';

/** Which item of its list an object is: it goes along where a function spreads the object into a new one. */
export const itemToken = Symbol('which item of its list this is');

/** A copy that nobody can change, at any depth. */
export function frozenCopy<T extends JsonValue>(value: T): T {
  return frozen(value) as T; // a copy has the shape of what it was copied from
}

function frozen(value: JsonValue): JsonValue {
  if (isArray(value)) {
    const tokens = tokensOf(value);
    return Object.freeze(value.map((item, index) => frozenItem(item, tokens?.[index])));
  }
  return isObject(value) ? Object.freeze(copyOf(value)) : value;
}

function frozenItem(item: JsonValue, token = unknownItem): JsonValue {
  if (token === unknownItem || !isObject(item) || blockId(item) !== undefined) return frozen(item);
  return Object.freeze(Object.assign(copyOf(item), { [itemToken]: token }));
}

function copyOf(value: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  const copy: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) setMember(copy, key, frozen(value[key] as JsonValue));
  return copy;
}
