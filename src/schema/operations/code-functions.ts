import type { JsonObject, JsonValue } from '../json/json.js';
import type { Lossy } from './foreign.js';
import { type Irreversible, noWayDown } from './irreversible.js';
import type { Draft } from './operation.js';

/** An author's function on fields: pure and synchronous; what it gets is frozen, what it returns is copied. */
export type FieldsFunction = (fields: JsonObject) => Readonly<Record<string, JsonValue>>;

export interface CodeFunctions {
  readonly up: FieldsFunction;
  readonly down: FieldsFunction | Irreversible;
  readonly lossy?: Lossy;
}

/** The two ways by an author's functions, of which the second may be no way at all. */
export function codeWays(
  { up, down }: CodeFunctions,
  wayUp: (up: FieldsFunction) => (object: Draft) => void,
  wayDown: (down: FieldsFunction) => (object: Draft) => void,
): { up: (object: Draft) => void; down: (object: Draft) => void; irreversible: string | null } {
  if (typeof down === 'function') return { up: wayUp(up), down: wayDown(down), irreversible: null };
  return { up: wayUp(up), down: noWayDown(down.reason), irreversible: down.reason };
}
