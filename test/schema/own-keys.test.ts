import { Ajv } from 'ajv';
import { compileCheck } from '../../src/schema/content-types.js';
import type { JsonSchema } from '../../src/schema/json-schema.js';
import type { JsonObject } from '../../src/schema/json/json.js';
import { declare } from '../../src/schema/migration.js';
import { publishedSchemas } from '../../src/schema/published-schema.js';
import { ladderOf } from './ladder-of.js';

const properties = { words: { type: 'string' } };

/** Ways to say that a block has no fields but `words`. */
const closed: readonly (readonly [how: string, schema: JsonSchema])[] = [
  ['additionalProperties: false', { type: 'object', additionalProperties: false, properties }],
  [
    'additionalProperties of a type',
    { type: 'object', additionalProperties: { type: 'integer' }, properties },
  ],
  ['propertyNames', { type: 'object', propertyNames: { enum: ['words'] }, properties }],
  ['patternProperties', { type: 'object', patternProperties: { '^(?!words).': false }, properties }],
  ['maxProperties', { type: 'object', maxProperties: 1, properties }],
  ['oneOf', { type: 'object', oneOf: [{ additionalProperties: false, properties }, { required: ['y'] }] }],
  [
    'a condition',
    {
      type: 'object',
      if: { required: ['words'] },
      then: { additionalProperties: false, properties: { words: {} } },
      properties,
    },
  ],
  [
    'a reference',
    { $ref: '#/definitions/words', definitions: { words: { additionalProperties: false, properties } } },
  ],
];

describe.each(closed)('a block type that is closed by %s', (_how, note) => {
  const page = { type: 'object', properties: { blocks: { $ref: 'blocks' } } };
  const ladder = ladderOf(declare({ title: 'Notes', types: { page }, blocks: { note } }));
  const check = compileCheck(ladder.at(1).types);
  const published = publishedSchemas(ladder.at(1)).blocks['note'] as object;
  const validate = new Ajv({ strict: false }).compile(published);
  const fits = (block: JsonObject): readonly boolean[] => [
    check('page', { blocks: [{ ...block, _type: 'note', _id: 'a' }] }).found.length === 0,
    validate({ ...block, _type: 'note', _id: 'a' }),
  ];

  test('has _id and _type all the same, to the server and in what clients are shown', () => {
    expect(fits({ words: 'hello' })).toEqual([true, true]);
  });

  test('has no other field', () => {
    expect(fits({ words: 'hello', x: 'more' })).toEqual([false, false]);
  });
});

test('an object inside of a block is closed as its author closed it', () => {
  const box = { type: 'object', additionalProperties: false, properties };
  const check = compileCheck({
    pages: new Map([['page', {}]]),
    blocks: new Map([['note', { type: 'object', additionalProperties: false, properties: { box } }]]),
  });
  const block = { _type: 'note', _id: 'a', box: { words: 'hello', _id: 'b' } };
  expect(check('page', { blocks: [block] }).found).toMatchObject([
    { pointer: '/blocks/0/box/_id', keyword: 'additionalProperties' },
  ]);
});
