import fc from 'fast-check';
import type { JsonSchema } from '../../../src/schema/json-schema.js';
import {
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
  sameJson,
  setMember,
} from '../../../src/schema/json/json.js';
import type { BoundOperation, Draft, Path } from '../../../src/schema/operations/operation.js';
import { reachDown, reachUp } from '../../../src/schema/operations/tracks.js';
import { anyJson } from '../any-json.js';
import { draftOf } from './bound.js';

interface Worlds {
  /** Values that are likelier than others under the names of fields. */
  readonly values?: readonly JsonValue[];
  /** Documents that the law is about, where it isn't about all. */
  readonly below?: (document: JsonObject) => boolean;
  readonly above?: (document: JsonObject) => boolean;
}

/**
 * What every operation without an author's functions promises, for any JSON object under any of the names.
 * There and back: a field that reaches nothing on the other side and is not said to be hidden is a shadow, some other
 * field under a name that is taken there. From a document without shadows, there and back changes nothing but what
 * is hidden. What says that it is idle leaves every document as it is.
 */
export function expectLaws(bound: BoundOperation, before: JsonSchema, worlds: Worlds = {}): void {
  const names = [...new Set([...namesIn(before), ...namesIn(bound.after)])];
  const documents = documentsWith(names, worlds.values ?? []);
  const below = documents.filter(worlds.below ?? (() => true));
  const above = documents.filter(worlds.above ?? (() => true));
  const { hidden } = bound;
  fc.assert(
    fc.property(below, (document) => {
      const ends = (path: Path): boolean => reachUp(bound, path).length === 0;
      expectThereAndBack(document, hidden.below, ends, bound.up, bound.down);
    }),
  );
  fc.assert(
    fc.property(above, (document) => {
      const ends = (path: Path): boolean => reachDown(bound, path).length === 0;
      expectThereAndBack(document, hidden.above, ends, bound.down, bound.up);
    }),
  );
  fc.assert(
    fc.property(documents, fc.constantFrom(bound.up, bound.down), (document, way) => {
      expectNothingShared(document, way);
    }),
  );
  for (const way of ['up', 'down'] as const) {
    if (!bound.isIdle[way]) continue;
    fc.assert(
      fc.property(documents, (document) => {
        const draft = draftOf(document);
        bound[way](draft);
        if (JSON.stringify(draft) !== JSON.stringify(document))
          throw new Error(`it is not idle on the way ${way}`);
      }),
    );
  }
}

function expectThereAndBack(
  document: JsonObject,
  hidden: readonly Path[],
  ends: (path: Path) => boolean,
  there: (object: Draft) => void,
  back: (object: Draft) => void,
): void {
  const isHidden = (path: Path): boolean => hidden.some((one) => covers(one, path));
  const start = without(document, (path) => !isHidden(path) && ends(path));
  const end = draftOf(start);
  there(end);
  const between = JSON.stringify(end);
  back(end);
  const [was, is] = [without(start, isHidden), without(end, isHidden)];
  if (sameJson(was, is)) return;
  throw new Error(`${JSON.stringify(start)} → ${between} → ${JSON.stringify(end)}`);
}

/** Two runs on equal documents have no object in common, and nothing is written to prototypes. */
function expectNothingShared(document: JsonObject, way: (object: Draft) => void): void {
  const [one, other] = [draftOf(document), draftOf(document)];
  way(one);
  way(other);
  const ones = new Set(objectsIn(one));
  if (objectsIn(other).some((object) => ones.has(object))) throw new Error('two runs share an object');
  if (!objectsIn(one).every((object) => isArray(object) || hasPlainPrototype(object)) || 'x' in {}) {
    throw new Error('a prototype was changed');
  }
}

function hasPlainPrototype(object: JsonValue): boolean {
  return Object.getPrototypeOf(object) === Object.prototype;
}

function objectsIn(value: JsonValue): JsonValue[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap((child) => objectsIn(child))];
}

function covers(hidden: Path, path: Path): boolean {
  return hidden.length === path.length && hidden.every((name, i) => name === '*' || name === path[i]);
}

function without(document: JsonObject, isGone: (path: Path) => boolean): JsonObject {
  return isGone([]) ? {} : (stripped(document, [], isGone) as JsonObject); // an object stays one
}

function stripped(value: JsonValue, at: Path, isGone: (path: Path) => boolean): JsonValue {
  if (isArray(value))
    return isGone([...at, '*']) ? [] : value.map((item) => stripped(item, [...at, '*'], isGone));
  if (!isObject(value)) return value;
  const rest: Draft = {};
  for (const [name, child] of Object.entries(value)) {
    if (!isGone([...at, name])) setMember(rest, name, stripped(child, [...at, name], isGone));
  }
  return rest;
}

/** Any objects in which the names are likely, at the root and one or two levels down. */
function documentsWith(names: readonly string[], likely: readonly JsonValue[]): fc.Arbitrary<JsonObject> {
  const few = fc.constantFrom<JsonValue>(null, '', ' ', 'a b', 7, [], {}, ['a', null], ...likely);
  const values = fc.oneof({ arbitrary: few, weight: 9 }, { arbitrary: anyJson, weight: 1 });
  const inner = objectsWith(names, few, fc.constant({}));
  const nested = objectsWith(names, fc.oneof(few, inner), fc.constant({ other: 1 }));
  const lists = fc.array(fc.oneof(few, inner), { maxLength: 2 });
  return objectsWith(names, fc.oneof(values, nested, lists), unnamed);
}

/** Fields that no type declares, among them those that break careless code. */
const unnamed = fc.constantFrom<JsonObject>(
  {},
  { other: { '': [{}] }, constructor: 1, toString: null },
  draftOf('{"__proto__":{"x":1}}'),
);

function objectsWith(
  names: readonly string[],
  values: fc.Arbitrary<JsonValue>,
  others: fc.Arbitrary<JsonObject>,
): fc.Arbitrary<JsonObject> {
  const named = names.map((name) =>
    fc.option(
      values.map((value) => [name, value] as const),
      { nil: undefined },
    ),
  );
  return fc
    .tuple(others, ...named)
    .map(([other, ...members]) =>
      Object.fromEntries([...Object.entries(other), ...members.filter((one) => one !== undefined)]),
    );
}

function namesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]: [string, unknown]) => [
    ...(keyword === 'properties' ? Object.keys(value as object) : []),
    ...namesIn(value),
  ]);
}
