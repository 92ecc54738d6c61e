import { compileCheck as compile } from '../../src/schema/content-types.js';
import type { JsonValue } from '../../src/schema/json/json.js';

/** A check whose faults are told as refusals tell them. */
function compileCheck(schema: object) {
  const check = compile(types(schema));
  return (content: JsonValue) => check('page', content).found;
}

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
    const check = compileCheck({ type: 'object', ...schema });
    const hostile = [
      { toString: 1, valueOf: 2 },
      { valueOf: 2, toString: 1 },
    ];
    for (const x of [hostile, { toString: 2 }, { valueOf: 2 }]) {
      expect(check({ x })).not.toEqual([]);
    }
    for (const x of [[{ toString: 1 }, { toString: 2 }, 1, '1', [1], { a: [1] }]]) {
      if ('type' in schema.properties.x) expect(check({ x })).toEqual([]);
    }
  });

  it('does not take what an object inherits for a field', () => {
    const check = compileCheck({ type: 'object', required: ['toString'] });
    expect(check({})).toHaveLength(1);
  });

  it('finds a long list of different items in no time', () => {
    const check = compileCheck({ type: 'object', properties: { x: { type: 'array', uniqueItems: true } } });
    expect(check({ x: Array.from({ length: 300_000 }, (_, n) => n) })).toEqual([]);
  });

  it('looks at every block of a known type, wherever it stands, and at no other', () => {
    const check = compileCheck({ type: 'object' });
    const bad = { _type: 'text', _id: 'a', markdown: 7 };
    expect(check({ any: { where: [bad] } })).toEqual([
      {
        pointer: '/any/where/0/markdown',
        keyword: 'type',
        params: { type: 'string' },
        message: 'must be string',
      },
    ]);
    expect(check({ any: [{ ...bad, _type: 'unknown' }] })).toEqual([]);
    expect(check({ any: [{ _type: 'text' }] })).toEqual([
      {
        pointer: '/any/0/_id',
        keyword: 'required',
        params: { missingProperty: '_id' },
        message: "must have required property '_id'",
      },
    ]);
    expect(check({ any: [{ _type: 'text', _id: 7 }] })).toMatchObject([
      { pointer: '/any/0/_id', keyword: 'type' },
    ]);
  });

  it('tells each fault at the field itself, with what its keyword asks for', () => {
    const check = compileCheck({
      type: 'object',
      required: ['title', 'a/b~c'],
      additionalProperties: false,
      dependencies: { from: ['to'] },
      properties: {
        title: { type: 'string', minLength: 1 },
        from: {},
        kind: { enum: ['a', 'b'] },
        one: { const: 1 },
        list: { type: 'array', maxItems: 1, items: { required: ['name'] } },
        names: { propertyNames: { pattern: '^[a-z]+$' } },
        blocks: { $ref: 'blocks' },
      },
    });
    const faults = check({
      from: 1,
      kind: 'c',
      one: 2,
      list: [{}, { name: 1 }],
      names: { A: 1 },
      'extra/field': 1,
      blocks: [{ _type: 'text', markdown: 7 }, { _type: 'other', _id: '' }, {}, 7],
    });
    expect(faults.map(({ pointer, keyword, params }) => [pointer, keyword, params])).toEqual(
      expect.arrayContaining([
        ['/title', 'required', { missingProperty: 'title' }],
        ['/a~1b~0c', 'required', { missingProperty: 'a/b~c' }],
        ['/extra~1field', 'additionalProperties', { additionalProperty: 'extra/field' }],
        ['/to', 'dependencies', expect.objectContaining({ property: 'from', missingProperty: 'to' })],
        ['/kind', 'enum', { allowedValues: ['a', 'b'] }],
        ['/one', 'const', { allowedValue: 1 }],
        ['/list', 'maxItems', { limit: 1 }],
        ['/list/0/name', 'required', { missingProperty: 'name' }],
        ['/names/A', 'pattern', { pattern: '^[a-z]+$' }],
        ['/blocks/0/_id', 'required', { missingProperty: '_id' }],
        ['/blocks/0/markdown', 'type', { type: 'string' }],
        ['/blocks/1/_type', 'enum', { allowedValues: ['text', 'placeholder', 'broken'] }],
        ['/blocks/1/_id', 'minLength', { limit: 1 }],
        ['/blocks/2/_type', 'required', { missingProperty: '_type' }],
        ['/blocks/2/_id', 'required', { missingProperty: '_id' }],
        ['/blocks/3', 'type', { type: 'object' }],
      ]),
    );
    const keys = faults.map(({ pointer, keyword }) => `${pointer} ${keyword}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { message } of faults) expect(message).toMatch(/must /);
  });

  it('tells a hundred faults, and that there are more, whatever the size of the document', () => {
    const check = compile(types({ type: 'object', properties: { blocks: { $ref: 'blocks' } } }));
    const wrong = (count: number) => check('page', { blocks: Array.from({ length: count }, () => ({})) });
    expect([wrong(50).found.length, wrong(50).more]).toEqual([100, false]);
    expect([wrong(51).found.length, wrong(51).more]).toEqual([100, true]);
    // Millions of faults would not fit into memory.
    const { found, more } = wrong(1_000_000);
    expect([found[0]?.pointer, more]).toEqual(['/blocks/0/_type', true]);
  });

  it('does not fall over a string that is too long for a pattern', () => {
    const check = compileCheck({ type: 'object', properties: { x: { pattern: '^(?:a|bc)*$' } } });
    expect(check({ x: 'a'.repeat(10_000_000) })).toMatchObject([{ pointer: '', keyword: 'pattern' }]);
    expect(check({ x: 'abc' })).toEqual([]);
  });

  it('lets notes for programs through wherever a schema may stand, and nothing else that it does not know', () => {
    const notes = { 'x-note': { $ref: 'nowhere', typo: 1 }, 'x-with.dots and spaces': 1 };
    const schema = {
      type: 'object',
      ...notes,
      properties: {
        'x-field': { type: 'string', ...notes },
        list: { items: { anyOf: [{ type: 'string', ...notes }] }, default: { typo: 1 } },
      },
    };
    const check = compileCheck(schema);
    expect(check({ 'x-field': 7 })).toMatchObject([{ pointer: '/x-field' }]);
    for (const keyword of ['typo', 'X-note', 'xnote', 'formatMinimum']) {
      expect(() => compileCheck({ type: 'object', properties: { a: { [keyword]: 1 } } })).toThrow(
        `type "page": strict mode: unknown keyword: "${keyword}"`,
      );
    }
  });
});
