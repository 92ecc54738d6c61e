import { compileCheck } from '../../src/schema/content-types.js';

const types = (schema: object) => ({
  pages: new Map([['page', schema as Readonly<Record<string, unknown>>]]),
  blocks: new Map([['text', { type: 'object', properties: { markdown: { type: 'string' } } }]]),
});

describe('the check of content', () => {
  it.each([
    ['enum', { properties: { x: { enum: [{ toString: 1 }] } } }],
    ['const', { properties: { x: { const: { valueOf: 1 } } } }],
    ['uniqueItems', { properties: { x: { type: 'array', uniqueItems: true } } }],
  ])('compares values as JSON, whatever their fields are called: %s', (_, schema) => {
    const check = compileCheck(types({ type: 'object', ...schema }));
    const hostile = [
      { toString: 1, valueOf: 2 },
      { valueOf: 2, toString: 1 },
    ];
    for (const x of [hostile, { toString: 2 }, { valueOf: 2 }]) {
      expect(check('page', { x })).not.toEqual([]);
    }
    for (const x of [[{ toString: 1 }, { toString: 2 }, 1, '1', [1], { a: [1] }]]) {
      if ('type' in schema.properties.x) expect(check('page', { x })).toEqual([]);
    }
  });

  it('does not take what an object inherits for a field', () => {
    const check = compileCheck(types({ type: 'object', required: ['toString'] }));
    expect(check('page', {})).toHaveLength(1);
  });

  it('finds a long list of different items in no time', () => {
    const check = compileCheck(
      types({ type: 'object', properties: { x: { type: 'array', uniqueItems: true } } }),
    );
    expect(check('page', { x: Array.from({ length: 300_000 }, (_, n) => n) })).toEqual([]);
  });

  it('looks at every block of a known type, wherever it stands, and at no other', () => {
    const check = compileCheck(types({ type: 'object' }));
    const bad = { _type: 'text', _id: 'a', markdown: 7 };
    expect(check('page', { any: { where: [bad] } })).toEqual([
      { pointer: '/any/where/0/markdown', message: 'must be string' },
    ]);
    expect(check('page', { any: [{ ...bad, _type: 'unknown' }] })).toEqual([]);
    expect(check('page', { any: [{ _type: 'text' }] })).toEqual([
      { pointer: '/any/0', message: "must have required property '_id'" },
    ]);
  });
});
