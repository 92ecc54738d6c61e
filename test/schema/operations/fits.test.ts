import type { JsonSchema } from '../../../src/schema/json-schema.js';
import type { JsonValue } from '../../../src/schema/json/json.js';
import { fitting, orNull } from '../../../src/schema/operations/fits.js';

describe('A value that has fields called like methods', () => {
  it.each<JsonValue>([{ toString: 1 }, { valueOf: null }, { constructor: [] }])(
    'is compared as JSON: %j',
    (odd) => {
      const twin = structuredClone(odd);
      expect([fitting({ enum: [{}] })(odd), fitting({ enum: [1, twin] })(odd)]).toEqual([false, true]);
      expect([fitting({ const: {} })(odd), fitting({ const: twin })(odd)]).toEqual([false, true]);
      const unique = fitting({ uniqueItems: true });
      expect([unique([odd, twin]), unique([odd, {}]), unique([1, '1'])]).toEqual([false, true, true]);
      expect(fitting({ uniqueItems: false })([odd, twin])).toBe(true);
    },
  );

  it('has only the fields that are its own', () => {
    expect(fitting({ required: ['toString'] })({})).toBe(false);
    expect(fitting({ properties: { toString: { type: 'string' } } })({})).toBe(true);
  });
});

it('A slot for blocks takes any list', () => {
  expect([fitting({ $ref: 'blocks' })([1]), fitting({ $ref: 'blocks' })(null)]).toEqual([true, false]);
});

it.each<[JsonSchema, JsonSchema]>([
  [{}, {}],
  [{ type: ['string', 'null'] }, { type: ['string', 'null'] }],
  [
    { type: 'string', maxLength: 3 },
    { type: ['string', 'null'], maxLength: 3 },
  ],
  [{ type: 'string', enum: ['a'] }, { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] }],
  [{ $ref: 'blocks' }, { anyOf: [{ $ref: 'blocks' }, { type: 'null' }] }],
])('%j or null is %j', (schema, nullable) => {
  expect(orNull(schema)).toEqual(nullable);
  expect(fitting(nullable)(null)).toBe(true);
});
