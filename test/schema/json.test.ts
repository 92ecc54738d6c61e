import fc from 'fast-check';
import { type JsonValue, sameJson } from '../../src/schema/json/json.js';
import { anyJson } from './any-json.js';

const reordered = (value: JsonValue): JsonValue =>
  JSON.parse(JSON.stringify(value), (_key, part: JsonValue) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).reverse())
      : part,
  ) as JsonValue;

describe('sameJson', () => {
  it.each<[JsonValue, JsonValue]>([
    [null, {}],
    [0, ''],
    [1, '1'],
    [[], {}],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      { a: 1, b: 2 },
      { a: 1, c: 2 },
    ],
    [{ toString: 1 }, {}],
    [JSON.parse('{"__proto__":{}}') as JsonValue, {}],
    [JSON.parse('{"__proto__":1}') as JsonValue, { a: 1 }],
    ['é', 'e\u0301'],
  ])('tells %j from %j, both ways', (a, b) => {
    expect([sameJson(a, b), sameJson(b, a)]).toEqual([false, false]);
  });

  it('takes 0 and -0 for the same number', () => {
    expect(sameJson([0], [-0])).toBe(true);
  });

  it('stops at the first difference, however deep one side is', () => {
    const deep = JSON.parse('['.repeat(1_000_000) + ']'.repeat(1_000_000)) as JsonValue;
    expect(sameJson(deep, [[1]])).toBe(false);
  });

  it('is reflexive and ignores the order of keys', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(sameJson(value, reordered(value))).toBe(true);
      }),
    );
  });

  it('is symmetric, and agrees with canonical text', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (a, b) => {
        const same = canonical(a) === canonical(b);
        expect([sameJson(a, b), sameJson(b, a)]).toEqual([same, same]);
      }),
    );
  });
});

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value as Record<string, JsonValue>).map(
    ([key, child]) => `${JSON.stringify(key)}:${canonical(child)}`,
  );
  return `{${members.sort().join(',')}}`;
}
