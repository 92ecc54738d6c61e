import fc from 'fast-check';
import { Refusal } from '../../src/refusal.js';
import { type JsonObject, type JsonValue, sameJson } from '../../src/schema/json/json.js';
import { readJson } from '../../src/schema/json/read-json.js';
import type { DocumentPlace } from '../../src/schema/json/scan-json.js';
import { anyJson } from './any-json.js';
import { refusalOf } from './refusal-of.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function found(text: string, place?: DocumentPlace): unknown {
  const { refusal } = readJson(bytes(text), place);
  return refusal && { code: refusal.code, ...refusal.details };
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const tooDeep = (pointer: string): unknown => ({
  code: 'content-invalid',
  errors: [{ pointer, keyword: 'levels', params: { limit: 64 }, message: 'nested deeper than 64 levels' }],
});

describe('readJson throws at once', () => {
  it.each<[string, number[], number]>([
    ['a lone continuation byte', [0x22, 0x80, 0x22], 1],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22], 1],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    ['a code point above U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], 1],
    ['Latin-1', [0x22, 0x61, 0xe9, 0x22], 2],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00], 0],
    ['a character cut off', [0x22, 0xc3], 1],
  ])('for %s, saying where', (_what, invalid, offset) => {
    const refusal = refusalOf(() => readJson(Uint8Array.from(invalid)));
    expect(refusal.code).toBe('malformed-request');
    expect(refusal.message).toBe(`the body is not UTF-8: see byte ${offset}`);
  });

  it('for a byte order mark', () => {
    expect(refusalOf(() => readJson(bytes('\ufeff{}'))).message).toContain('byte order mark');
  });

  it.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    '[1,]',
    '01',
    '1.',
    '+1',
    'NaN',
    "'a'",
    '"\t"',
    '"\\x"',
    '{} {}',
    '\u00a0{}',
  ])('for %j, which is not JSON', (text) => {
    expect(refusalOf(() => readJson(bytes(text))).code).toBe('malformed-request');
  });

  it('for five million opening brackets', () => {
    expect(refusalOf(() => readJson(bytes('['.repeat(5_000_000)))).code).toBe('malformed-request');
    expect(refusalOf(() => readJson(bytes('{"a":'.repeat(1_000_000)))).code).toBe('malformed-request');
  });
});

describe('readJson finds', () => {
  it.each<[string, string]>([
    ['{"a":1,"a":1}', '/a'],
    ['{"a":1,"\\u0061":2}', '/a'],
    ['{"\\u0061":1,"b":2,"a":2}', '/a'],
    ['{"x/y":[0,{"~":1,"~":2}]}', '/x~1y/1/~0'],
    ['{"__proto__":1,"__proto__":2}', '/__proto__'],
    ['{"":1,"":2}', '/'],
    ['{"a":{"b":[{"c":1}]},"a":0}', '/a'],
    ['{"\\ud83d\\ude00":1,"😀":2}', '/😀'],
  ])('a key that stands twice: %s', (text, pointer) => {
    expect(found(text)).toEqual({ code: 'duplicate-key', pointer });
  });

  it.each<[string, string, string]>([
    ['9007199254740993', '', '9007199254740993'],
    ['{"a":[1,[],{},"1,2",1e400]}', '/a/4', '1e400'],
    ['[0.1 ,\n-0.1000000000000000055511151231257827\t]', '/1', '-0.1000000000000000055511151231257827'],
  ])('a number that is not exact: %s', (text, pointer, number) => {
    expect(found(text)).toEqual({ code: 'number-not-exact', pointer, number });
  });

  it.each<[string, string, string]>([
    ['{"_id":"x","a":[{"_id":"x"}]}', '/a/0/_id', 'x'],
    ['[{"_id":"a"},{"b":{"_i\\u0064":"\\u0061"}}]', '/1/b/_id', 'a'],
    ['[{"\\u005f\\u0069\\u0064":""},{"_id":""}]', '/1/_id', ''],
  ])('an _id that stands twice in the document: %s', (text, pointer, id) => {
    expect(found(text)).toEqual({ code: 'duplicate-block-id', pointer, id });
  });

  it('nesting below 64 levels, and millions of them', () => {
    expect(found(nested(64))).toBeUndefined();
    expect(found(nested(65))).toEqual(tooDeep('/0'.repeat(64)));
    expect(found(nested(2_500_000))).toEqual(tooDeep('/0'.repeat(64)));
    expect(found('{"a":'.repeat(65) + '0' + '}'.repeat(65))).toEqual(tooDeep('/a'.repeat(64)));
  });

  it('nesting that is too deep without parsing it, and reads the members beside it', () => {
    for (const deep of [nested(1_000_000), `${'{"a":'.repeat(1_000_000)}0${'}'.repeat(1_000_000)}`]) {
      const { value, refusal } = readJson(bytes(`{"b":1,"content":${deep},"c":[{"d":"]"}]}`), 'content');
      expect(refusal).toMatchObject({ code: 'content-invalid' });
      expect(value).toMatchObject({ b: 1, c: [{ d: ']' }] });
      expect(levelsOf((value as JsonObject)['content'] as JsonValue)).toBe(71);
    }
  });

  it('what comes first in the text', () => {
    expect(found('{"a":1e400,"b":1,"b":2}')).toMatchObject({ code: 'number-not-exact' });
    expect(found('{"b":1,"b":1e400}')).toMatchObject({ code: 'duplicate-key' });
    expect(found('{"a":{"_id":"x"},"b":{"_id":"x","_id":"y"}}')).toMatchObject({
      code: 'duplicate-block-id',
    });
    expect(found(`{"a":1,"a":${nested(99)}}`)).toMatchObject({ code: 'duplicate-key' });
    expect(found(`{"a":${nested(99)},"a":1}`)).toMatchObject({ code: 'content-invalid' });
  });
});

describe('readJson accepts', () => {
  it.each([
    '{"_id":["x"],"a":{"_id":"x"}}',
    '[{"_id":1},{"_id":1}]',
    '{"_id":"_id","a":"_id","b":["_id","_id"]}',
    '{"_id":{"b":"x"},"c":{"_id":"x"}}',
    '"\\ud800"',
    '["\\\\","\\\\\\"","{\\"a\\":1e400}"]',
    ' { "a" : [ true , false , null , -1.5e+2 ] } ',
  ])('%s', (text) => {
    expect(readJson(bytes(text))).toEqual({ text, value: JSON.parse(text) as unknown });
  });

  it('lone surrogates, which JSON.stringify writes back', () => {
    const text = '{"a":"\\ud800"}';
    expect(JSON.stringify(readJson(bytes(text)).value)).toBe(text);
  });
});

describe('readJson of an envelope', () => {
  const shared = '{"_id":"x"}';

  it('looks for _ids in its content only, with pointers from the body', () => {
    expect(found(`{"_id":"x","content":${shared},"more":${shared}}`, 'content')).toBeUndefined();
    expect(found(`{"content":[${shared},${shared}]}`, 'content')).toMatchObject({
      pointer: '/content/1/_id',
    });
    expect(found(`{"cont\\u0065nt":[${shared},${shared}]}`, 'content')).toMatchObject({ id: 'x' });
    expect(found(`[{"content":[${shared},${shared}]}]`, 'content')).toBeUndefined();
  });

  it('counts the levels of the content from the content', () => {
    expect(found(`{"content":${nested(64)}}`, 'content')).toBeUndefined();
    expect(found(`{"content":${nested(65)}}`, 'content')).toEqual(tooDeep(`/content${'/0'.repeat(64)}`));
  });

  it('looks for keys and numbers everywhere', () => {
    expect(found('{"type":1,"type":2}', 'content')).toMatchObject({ code: 'duplicate-key' });
    expect(found('{"version":1e400}', 'content')).toMatchObject({ code: 'number-not-exact' });
  });
});

it('readJson of a batch or a patch looks for no _ids, and leaves room for the envelope', () => {
  expect(found('[{"value":{"_id":"x"}},{"value":{"_id":"x"}}]', 'none')).toBeUndefined();
  expect(found(nested(72), 'none')).toBeUndefined();
  expect(found(nested(73), 'none')).toMatchObject({ code: 'content-invalid' });
});

it('readJson gives the value and text of whatever JSON.stringify writes', () => {
  fc.assert(
    fc.property(anyJson, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const read = readJson(bytes(text), 'none');
      expect(read).toEqual({ text, value: JSON.parse(text) as unknown });
      expect(sameJson(read.value, value)).toBe(true);
    }),
  );
});

it('readJson throws exactly where JSON.parse does', () => {
  const almostJson = fc
    .array(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'a', '_id', '1', '-', '.', 'e', ' ', 'null'),
    )
    .map((parts) => parts.join(''));
  const damaged = fc.tuple(anyJson, fc.nat(), fc.string({ maxLength: 1 })).map(([value, at, letter]) => {
    const text = JSON.stringify(value);
    return text.slice(0, at % text.length) + letter + text.slice((at % text.length) + 1);
  });
  fc.assert(
    fc.property(fc.oneof(almostJson, damaged), (text) => {
      let thrown: unknown;
      try {
        readJson(bytes(text));
      } catch (error) {
        thrown = error;
      }
      if (isJson(text)) expect(thrown).toBeUndefined();
      else expect(thrown).toBeInstanceOf(Refusal);
    }),
    { numRuns: 300 },
  );
});

function levelsOf(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(levelsOf));
}

it('readJson of what is nested too deep reads what is in the members before and behind it', () => {
  fc.assert(
    fc.property(
      anyJson,
      fc.integer({ min: 73, max: 90 }),
      anyJson,
      anyJson,
      (before, levels, inside, after) => {
        const deep = Array.from({ length: levels }).reduce<JsonValue>(
          (value, _, level) => (level % 2 === 0 ? [before, value, after] : { a: before, b: value, c: after }),
          inside,
        );
        const { value, refusal } = readJson(bytes(JSON.stringify([before, deep, after, deep])), 'none');
        expect(refusal).toMatchObject({ code: 'content-invalid' });
        const [first, second, third, fourth, ...more] = value as readonly JsonValue[];
        // A text doesn't say that a zero is below zero.
        expect([first, third, more]).toEqual(JSON.parse(JSON.stringify([before, after, []])));
        expect([levelsOf(second ?? 0), levelsOf(fourth ?? 0)]).toEqual([71, 71]);
      },
    ),
    { numRuns: 50 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it('readJson finds a repeated key wherever one is put', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', '__proto__', '0', '1'), { maxLength: 8 }),
      anyJson,
      (keys, value) => {
        const members = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
        const refusal = found(`{${members.join(',')}}`, 'none');
        const repeated = keys.find((key, index) => keys.indexOf(key) < index);
        if (repeated === undefined) expect(refusal).toBeUndefined();
        else expect(refusal).toEqual({ code: 'duplicate-key', pointer: `/${repeated}` });
      },
    ),
  );
});
