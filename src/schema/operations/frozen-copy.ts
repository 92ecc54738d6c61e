import { copyJson, isArray, isObject, type JsonValue } from '../json.js';

/** A copy that nobody can change, at any depth. */
export function frozenCopy<T extends JsonValue>(value: T): T {
  const copy = copyJson(value);
  freeze(copy);
  return copy;
}

function freeze(value: JsonValue): void {
  if (isArray(value)) value.forEach(freeze);
  else if (isObject(value)) Object.values(value).forEach(freeze);
  Object.freeze(value);
}
