import fc from 'fast-check';
import { checkDocument } from '../../src/schema/json/check-document.js';
import type { JsonValue } from '../../src/schema/json/json.js';
import { readJson } from '../../src/schema/json/read-json.js';
import { anyJsonObject } from './any-json.js';
import { refusalOf } from './refusal-of.js';

const refused = (value: JsonValue, at?: string): unknown => {
  const { code, details } = refusalOf(() => {
    checkDocument(value, at);
  });
  return { code, ...details };
};

describe('checkDocument refuses', () => {
  it.each<JsonValue>([null, 1, 'x', []])('%j, which is no object', (value) => {
    expect(refused(value, '/content')).toMatchObject({
      code: 'content-invalid',
      errors: [{ pointer: '/content' }],
    });
  });

  it('a 65th level, in a value of any depth', () => {
    const deep = (levels: number): JsonValue =>
      JSON.parse('{"a":'.repeat(levels - 1) + '[]' + '}'.repeat(levels - 1)) as JsonValue;
    expect(() => {
      checkDocument(deep(64));
    }).not.toThrow();
    const errors = [
      {
        pointer: `/content${'/a'.repeat(64)}`,
        keyword: 'levels',
        params: { limit: 64 },
        message: 'nested deeper than 64 levels',
      },
    ];
    expect(refused(deep(65), '/content')).toEqual({ code: 'content-invalid', errors });
    expect(refused(deep(1_000_000), '/content')).toEqual({ code: 'content-invalid', errors });
  });

  it('an _id that two objects share', () => {
    const value = { a: [{ _id: 'x' }, { 'b/': { _id: 'x' } }] };
    expect(refused(value)).toEqual({ code: 'duplicate-block-id', pointer: '/a/1/b~1/_id', id: 'x' });
  });
});

it('checkDocument refuses the objects that readJson refuses as a body', () => {
  fc.assert(
    fc.property(anyJsonObject, (value) => {
      const { refusal } = readJson(Buffer.from(JSON.stringify(value)));
      if (refusal !== undefined) expect(refused(value)).toMatchObject({ code: refusal.code });
      else checkDocument(value);
    }),
  );
});
