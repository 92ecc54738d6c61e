import { keepPlaces } from '../merge/item-tokens.js';
import { copyJson, type JsonValue } from '../json/json.js';
import { frozenCopy } from './frozen-copy.js';
import { jsonFrom } from './foreign.js';

/** Values by what they were: keys match strings, numbers, booleans and null by how they are written. */
export type Table = Readonly<Record<string, JsonValue>>;

/** An author's function on a value. It must be pure; it may look at the value, which is frozen, but not change it. */
export type ValueFunction = (value: JsonValue) => JsonValue;

/** A table with its own keys only; its values are nobody else's. */
export type ReadTable = ReadonlyMap<string, JsonValue>;

/** @throws Error when a value in the table is no JSON */
export function readTable(table: Table, source: string): ReadTable {
  return new Map(
    Object.entries(table).map(([key, value]) => [key, jsonFrom(value, `${source} for "${key}"`)]),
  );
}

/** What the table makes of a value, `undefined` when it does not name it. */
function inTable(table: ReadTable, value: JsonValue): JsonValue | undefined {
  if (typeof value === 'object' && value !== null) return undefined;
  const found = table.get(String(value));
  return found === undefined ? undefined : copyJson(found);
}

/** The same with another value for what the table does not name. A table may say `null`, so `??` won't do. */
export function inTableOr(table: ReadTable, value: JsonValue, other: JsonValue): JsonValue {
  const found = inTable(table, value);
  return found === undefined ? other : found;
}

/** The change that a table or a function makes. @throws Error from functions that give no JSON, or throw */
export function valueChange(change: ReadTable | ValueFunction, source: string): ValueFunction {
  if (typeof change === 'function') {
    return (value) => {
      const changed = jsonFrom(change(frozenCopy(value)), source);
      keepPlaces(value, changed);
      return changed;
    };
  }
  return (value) => inTableOr(change, value, value);
}

/** Every value that a key may stand for: `1` for the string and the number, `true` for the string and the boolean. */
export function valuesWritten(key: string): JsonValue[] {
  const number = Number(key);
  const values: JsonValue[] = [key];
  if (Number.isFinite(number) && String(number) === key) values.push(number);
  if (key === 'true' || key === 'false') values.push(key === 'true');
  if (key === 'null') values.push(null);
  return values;
}
