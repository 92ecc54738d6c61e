import { Ajv } from 'ajv';
import type { JsonSchema } from '../../src/schema/json-schema.js';
import { declare } from '../../src/schema/migration.js';
import { publishedSchemas } from '../../src/schema/published-schema.js';
import { ladderOf } from './ladder-of.js';

const page: JsonSchema = {
  type: 'object',
  properties: { size: { $ref: '#/definitions/size' }, blocks: { $ref: 'blocks' } },
  definitions: { size: { type: 'integer' } },
};
const text: JsonSchema = { type: 'object', required: ['body'], properties: { body: { type: 'string' } } };
const picture: JsonSchema = {
  title: 'A picture',
  type: 'object',
  properties: { size: { $ref: '#/definitions/size' }, notes: { $ref: 'blocks' } },
  definitions: { size: { enum: ['small', 'large'] } },
};
const ladder = ladderOf(
  declare({
    title: 'First',
    types: { page },
    blocks: { text, 'pic/ture': picture, again: { $ref: '#/definitions/a', definitions: { a: text } } },
  }),
);
const { types, blocks } = publishedSchemas(ladder.at(1));
const ajv = new Ajv({ strict: false });
const fitsPage = ajv.compile(types['page'] as object);

test.each([
  ['nothing', {}, true],
  [
    'a block of each type',
    {
      blocks: [
        { _id: 'a', _type: 'text', body: 'x' },
        { _id: 'b', _type: 'pic/ture' },
      ],
    },
    true,
  ],
  ['a block without what its type requires', { blocks: [{ _id: 'a', _type: 'text' }] }, false],
  ['a block of no type that there is', { blocks: [{ _id: 'a', _type: 'other' }] }, false],
  ['a block without an _id', { blocks: [{ _type: 'pic/ture' }] }, false],
  ['a stand-in', { blocks: [{ _id: 'a', _type: 'placeholder', title: 'x' }] }, true],
  [
    'a block in a block',
    { blocks: [{ _id: 'a', _type: 'pic/ture', notes: [{ _id: 'b', _type: 'text' }] }] },
    false,
  ],
  ['a type that is a reference', { blocks: [{ _id: 'a', _type: 'again', body: 'x' }] }, true],
  ['a reference that does not fit', { blocks: [{ _id: 'a', _type: 'again', body: 1 }] }, false],
  ["the page's own definition", { size: 1 }, true],
  [
    "a block's own definition of that name",
    { blocks: [{ _id: 'a', _type: 'pic/ture', size: 'small' }] },
    true,
  ],
  ["the page's definition in a block", { blocks: [{ _id: 'a', _type: 'pic/ture', size: 1 }] }, false],
])('%s', (_what, document, fits) => {
  expect(fitsPage(document)).toBe(fits);
});

test('a block type by itself has its name as _type', () => {
  const fits = ajv.compile(blocks['text'] as object);
  expect(
    [
      { _id: 'a', _type: 'text', body: 'x' },
      { _id: 'a', _type: 'picture', body: 'x' },
    ].map((block) => fits(block)),
  ).toEqual([true, false]);
});

test('blocks are one of their types, each with a title and its name', () => {
  const definitions = types['page']?.['definitions'] as Record<string, JsonSchema>;
  expect(definitions['block']).toEqual({
    oneOf: ['text', 'pic~1ture', 'again', 'placeholder', 'broken'].map((name) => ({
      $ref: `#/definitions/${encodeURIComponent(`block:${name}`)}`,
    })),
  });
  expect(definitions['block:text']).toMatchObject({
    title: 'text',
    properties: { _type: { const: 'text' } },
  });
  expect(definitions['block:pic/ture']).toMatchObject({ title: 'A picture' });
  expect(types['page']).toMatchObject({ title: 'page' });
});
