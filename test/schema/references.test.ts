import { compileCheck } from '../../src/schema/content-types.js';
import type { JsonSchema } from '../../src/schema/json-schema.js';
import type { JsonObject } from '../../src/schema/json/json.js';
import { compileReferences, targetLimit } from '../../src/schema/references.js';
import { idNumber } from '../support/ids.js';

const asset = { type: 'string', 'x-reference': 'asset' };
const page = { type: 'string', 'x-reference': 'page' };
const [one, two, three] = [idNumber(1), idNumber(2), idNumber(3)];

/** Pointer, kind and target of what is found; undefined where nothing is looked for. */
function found(
  properties: Readonly<Record<string, JsonSchema>>,
  document: JsonObject,
  more: { readonly blocks?: Readonly<Record<string, JsonSchema>>; readonly root?: JsonSchema } = {},
) {
  const { blocks = {}, root = {} } = more;
  const types = {
    pages: new Map([['page', { type: 'object', properties, ...root }]]),
    blocks: new Map(Object.entries(blocks)),
  };
  compileCheck(types); // these are types
  return compileReferences(types)('page')
    ?.referencesIn(document)
    .map(({ pointer, kind, target }) => [pointer, kind, target]);
}

describe('references are found', () => {
  it.each<[string, JsonSchema, JsonObject, readonly (readonly string[])[]]>([
    ['in a field', asset, { f: one }, [['/f', 'asset', one]]],
    ['in a field that may be null', { ...page, type: ['string', 'null'] }, { f: one }, [['/f', 'page', one]]],
    [
      'in the items of a list',
      { type: 'array', items: asset },
      { f: [one, 'x', two] },
      [
        ['/f/0', 'asset', one],
        ['/f/2', 'asset', two],
      ],
    ],
    [
      'in items by their place',
      { type: 'array', items: [{ type: 'string' }, page], additionalItems: asset },
      { f: [one, two, three] },
      [
        ['/f/1', 'page', two],
        ['/f/2', 'asset', three],
      ],
    ],
    [
      'in nested objects',
      { type: 'object', properties: { 'a/b': { type: 'object', properties: { c: page } } } },
      { f: { 'a/b': { c: one, d: two } } },
      [['/f/a~1b/c', 'page', one]],
    ],
    [
      'in the values of a dictionary',
      { type: 'object', properties: { known: { type: 'string' } }, additionalProperties: asset },
      { f: { known: one, other: two } },
      [['/f/other', 'asset', two]],
    ],
    [
      'in members whose names have a pattern',
      { type: 'object', patternProperties: { '^x': asset } },
      { f: { x1: one, y1: two } },
      [['/f/x1', 'asset', one]],
    ],
    ['in one of several forms', { anyOf: [{ type: 'null' }, asset] }, { f: one }, [['/f', 'asset', one]]],
    ['once where several forms say so', { allOf: [asset, asset] }, { f: one }, [['/f', 'asset', one]]],
  ])('%s', (_, field, document, expected) => {
    expect(found({ f: field }, document)).toEqual(expected);
  });

  it('where a schema refers to itself', () => {
    const node = { type: 'object', properties: { of: page, inner: { $ref: '#/$defs/node' } } };
    const document = { f: { of: one, inner: { inner: { of: two } } } };
    expect(found({ f: { $ref: '#/$defs/node' } }, document, { root: { $defs: { node } } })).toEqual([
      ['/f/of', 'page', one],
      ['/f/inner/inner/of', 'page', two],
    ]);
  });

  it('in time that does not double with each level where two forms lead to the same', () => {
    const node = {
      anyOf: [
        { type: 'object', properties: { inner: { $ref: '#/$defs/node' }, of: page } },
        { type: 'object', properties: { inner: { $ref: '#/$defs/node' }, as: page } },
      ],
    };
    let value: JsonObject = { of: one, as: two };
    for (let level = 0; level < 60; level++) value = { inner: value };
    expect(found({ f: { $ref: '#/$defs/node' } }, { f: value }, { root: { $defs: { node } } })).toHaveLength(
      2,
    );
  });

  it('in blocks, in blocks of blocks, and wherever else a block stands', () => {
    const blocks = {
      picture: { type: 'object', properties: { of: asset } },
      box: { type: 'object', properties: { inner: { $ref: 'blocks' } } },
    };
    const picture = (id: string, of: string) => ({ _type: 'picture', _id: id, of });
    const document = {
      body: [picture('a', one), { _type: 'box', _id: 'b', inner: [picture('c', two)] }],
      undeclared: { deep: picture('d', three) },
      of: one,
    };
    expect(found({ body: { $ref: 'blocks' } }, document, { blocks })).toEqual([
      ['/body/0/of', 'asset', one],
      ['/body/1/inner/0/of', 'asset', two],
      ['/undeclared/deep/of', 'asset', three],
    ]);
  });

  it.each([
    ['empty', ''],
    ['no UUID', 'home'],
    ['a UUID in capitals', idNumber(10).toUpperCase()],
    ['more than a UUID', `${one} `],
    ['no string', 7],
    ['null', null],
  ])('in no field that is %s', (_, value) => {
    expect(found({ f: asset }, { f: value })).toEqual([]);
  });
});

describe('nothing is looked for', () => {
  it.each<[string, Readonly<Record<string, JsonSchema>>]>([
    [
      'in a type without references',
      { f: { type: 'string' }, g: { type: 'array', items: { type: 'string' } } },
    ],
    ['in a type without slots, whatever its blocks refer to', { f: { type: 'object' } }],
    ['where a schema leads out of its type', { f: { $ref: 'http://json-schema.org/draft-07/schema#' } }],
  ])('%s', (_, properties) => {
    const blocks = { picture: { type: 'object', properties: { of: asset } } };
    expect(found(properties, { f: one }, { blocks })).toBeUndefined();
  });

  it('in slots whose blocks have none', () => {
    expect(found({ f: { $ref: 'blocks' } }, {}, { blocks: { text: { type: 'object' } } })).toBeUndefined();
  });
});

test('Each target counts once, and of very many the first', () => {
  const types = {
    pages: new Map([['page', { type: 'object', properties: { f: { type: 'array', items: asset } } }]]),
    blocks: new Map<string, JsonSchema>(),
  };
  const finder = compileReferences(types)('page');
  expect([...(finder?.targetsIn({ f: [two, one, two] }) ?? [])]).toEqual([two, one]);
  const many = Array.from({ length: targetLimit + 5 }, (_, number) => idNumber(number));
  expect([...(finder?.targetsIn({ f: many }) ?? [])]).toEqual(many.slice(0, targetLimit));
});

describe('an x-reference is refused', () => {
  const mistake = (field: JsonSchema): string => {
    const pages = new Map([['page', { type: 'object', properties: { f: field } }]]);
    try {
      compileCheck({ pages, blocks: new Map() });
    } catch (error) {
      return (error as Error).message;
    }
    return 'none';
  };

  it.each<[unknown, JsonSchema]>([
    ['picture', { type: 'string', 'x-reference': 'picture' }],
    [true, { 'x-reference': true }],
    [['asset'], { type: 'string', 'x-reference': ['asset'] }],
  ])('that says %j', (value, field) => {
    expect(mistake(field)).toBe(
      `type "page": the x-reference at #/properties/f is ${JSON.stringify(value)}: it has to be one of "asset", "page", "markdown"`,
    );
  });

  it.each<[JsonSchema]>([
    [{ type: 'array', items: { type: 'string' }, 'x-reference': 'asset' }],
    [{ type: ['object', 'null'], 'x-reference': 'page' }],
  ])('on what is no string: %j', (field) => {
    expect(mistake(field)).toBe(
      'type "page": the x-reference at #/properties/f is of no string: put it where the id or the text itself is, in a list at its "items"',
    );
  });

  it('nowhere where an id may be', () => {
    expect(mistake({ type: ['string', 'null'], 'x-reference': 'page' })).toBe('none');
    expect(mistake({ 'x-reference': 'asset' })).toBe('none');
  });
});
