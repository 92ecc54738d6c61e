/** What JSON can say (RFC 8259). Keys are own properties only; `__proto__` is a key like any other. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own member, `undefined` when it has none: `toString` and `__proto__` are never inherited. */
export function member(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own member of an object that the caller is still building. */
export function setMember(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  // Plain assignment to `__proto__` would change the prototype instead.
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/** Is told of work before it is done, in values that are looked at; throws where that is more than may be done. */
export type Spend = (values: number) => void;

/** Of work that is done in any case. */
export const unbounded: Spend = () => undefined;

/**
 * Whether two values are the same JSON value: key order aside, numbers by value (0 equals -0), strings by
 * code unit. It recurses as deep as both go together, so one of them has to be of bounded depth.
 */
export function sameJson(a: JsonValue, b: JsonValue, spend?: Spend): boolean {
  spend?.(1 + commonLength(a, b) / charactersAValue);
  if (a === b) return true;
  if (isArray(a)) {
    if (!isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameJson(item, b[i] as JsonValue, spend));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) => Object.hasOwn(b, key) && sameJson(a[key] as JsonValue, b[key] as JsonValue, spend),
  );
}

/** So many characters are compared in the time that a value takes. */
const charactersAValue = 100;

/** Characters that have to be compared: texts of different lengths are different. */
function commonLength(a: JsonValue, b: JsonValue): number {
  return typeof a === 'string' && typeof b === 'string' && a.length === b.length ? a.length : 0;
}

/** A deep copy that shares nothing with the original. */
export function copyJson<T extends JsonValue>(value: T): T {
  return copied(value) as T; // a copy has the shape of what it was copied from
}

function copied(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(copied);
  if (!isObject(value)) return value;
  const copy: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) setMember(copy, key, copied(value[key] as JsonValue));
  return copy;
}
