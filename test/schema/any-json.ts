import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/schema/json/json.js';
import { anyCharacter } from '../../src/schema/laws/any-character.js';

/** Keys that break careless code, and few others, so that two documents often share some. */
const keys = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    '',
    '~',
    '/',
    '~1',
    '-',
    '0',
    '01',
    '_id',
    '__proto__',
    'constructor',
    'toString',
  ),
  fc.string({ unit: anyCharacter, maxLength: 3 }),
);

const scalars = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, false, 0, 1, '', 'a'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: anyCharacter, maxLength: 5 }),
);

/** Own keys only, as `JSON.parse` makes them. */
function objectsOf(values: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  return fc
    .uniqueArray(fc.tuple(keys, values), { selector: ([key]) => key, maxLength: 5 })
    .map((members) => Object.fromEntries(members));
}

function blocksOf(values: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  return fc.uniqueArray(
    fc
      .tuple(objectsOf(values), fc.constantFrom('p', 'q', 'r', 's', 't', 'u'))
      .map(([block, id]): JsonObject => {
        return { ...block, _id: id };
      }),
    { selector: (block) => block['_id'], maxLength: 6 },
  );
}

const { value: anyValue, object } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => {
  const value = tie('value');
  return {
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalars,
      tie('object'),
      fc.array(value, { maxLength: 6 }),
      blocksOf(value),
    ),
    object: objectsOf(value),
  };
});

/** Any JSON value, a few levels deep; often arrays of blocks with an `_id`, unique among their siblings only. */
export const anyJson: fc.Arbitrary<JsonValue> = anyValue;

export const anyJsonObject: fc.Arbitrary<JsonObject> = object;
