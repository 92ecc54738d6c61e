import fc from 'fast-check';
import { isArray, isObject, setMember, type JsonObject, type JsonValue } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { withIds } from '../merge/places.js';
import { fieldNames, foreignNames } from './field-names.js';
import { SchemaValues } from './schema-values.js';
import { noTexts, type Texts } from './texts.js';

/** Names of fields that no schema knows, some of which break careless code. */
const harmless = ['__proto__', 'constructor', 'toString', 'x-note', ''];

/**
 * Documents of a page type as clients at a schema version may send them, or nearly: who uses one asks the ladder
 * whether it fits. Unknown fields bear names that other versions know. Blocks are called `a0`, `a1` …
 * @throws Error that says which schema nothing can be made for
 */
export function documentsOf(
  ladder: Ladder,
  type: string,
  schemaVersion: number,
  texts: Texts = noTexts,
): fc.Arbitrary<JsonObject> {
  const { types } = ladder.at(schemaVersion);
  return new SchemaValues(types, [...harmless, ...foreignNames(ladder, schemaVersion)], texts)
    .page(type)
    .map((document) => withFreshIds(document, 'a'));
}

/** The same with new `_id`s, which begin with the prefix. */
export function withFreshIds<T extends JsonValue>(value: T, prefix: string): T {
  let count = 0;
  return withIds(value, () => `${prefix}${count++}`) as T; // other names, the same kind of value
}

/** JSON objects of any shape, in which much that the ladder knows occurs, but not where it belongs. */
export function anythingOf(
  ladder: Ladder,
  type: string,
  schemaVersion: number,
  texts: Texts = noTexts,
): fc.Arbitrary<JsonObject> {
  const { types } = ladder.at(schemaVersion);
  const names = [...fieldNames(ladder), ...harmless, '_type', '_id'];
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<JsonValue>(null, true, 0, -1.5, '', 'alpha beta', ...types.blocks.keys()),
      fc.array(tie('value'), { maxLength: 3 }),
      entriesOf(names, tie('value')),
    ),
  }));
  const damages = fc.array(fc.tuple(fc.nat(), value), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    fc
      .tuple(documentsOf(ladder, type, schemaVersion, texts), damages)
      .map(([document, list]) => list.reduce((damaged, [at, by]) => damage(damaged, at, by), document)),
    entriesOf(names, value),
  );
}

function entriesOf(names: readonly string[], values: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  const entries = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), values), {
    selector: ([name]) => name,
    maxLength: 5,
  });
  return entries.map((list) => {
    const object: Record<string, JsonValue> = {};
    for (const [name, value] of list) setMember(object, name, value);
    return object;
  });
}

/** Puts another value in one place of a document, of which `at` counts out one. */
function damage(document: JsonObject, at: number, by: JsonValue): JsonObject {
  const total = countPlaces(document);
  let left = total === 0 ? -1 : at % total;
  const rebuilt = (value: JsonValue): JsonValue => {
    if (isArray(value)) return value.map((item) => (left-- === 0 ? by : rebuilt(item)));
    if (!isObject(value)) return value;
    const object: Record<string, JsonValue> = {};
    for (const key of Object.keys(value)) {
      setMember(object, key, left-- === 0 ? by : rebuilt(value[key] as JsonValue));
    }
    return object;
  };
  return rebuilt(document) as JsonObject; // an object's rebuilding is one
}

function countPlaces(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, child) => sum + 1 + countPlaces(child), 0);
}
