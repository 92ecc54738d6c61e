import { type JsonValue, member, setMember } from '../json/json.js';
import type { Draft } from './operation.js';

/** Removes an own field, if it is there. */
export function drop(object: Draft, name: string): void {
  // A look costs less than a deletion of nothing.
  if (Object.hasOwn(object, name)) Reflect.deleteProperty(object, name);
}

/** Gives a field this value; `undefined` leaves it absent, whatever stood there. */
export function place(object: Draft, name: string, value: JsonValue | undefined): void {
  if (value === undefined) drop(object, name);
  else setMember(object, name, value);
}

/** Removes a field and says what it was; `undefined` when it was absent. */
export function take(object: Draft, name: string): JsonValue | undefined {
  const value = member(object, name);
  if (value !== undefined) Reflect.deleteProperty(object, name);
  return value;
}
