import fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import { Refusal } from '../../src/refusal.js';
import type { JsonObject, JsonValue } from '../../src/schema/json/json.js';
import { applyJsonPatch } from '../../src/schema/json/json-patch.js';
import { refusalOf } from './refusal-of.js';

const LIMIT_BYTES = 100_000;

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;

function apply(document: JsonObject, ...patch: readonly JsonValue[]): JsonObject {
  return applyJsonPatch(document, patch, LIMIT_BYTES);
}

function refused(document: JsonObject, ...patch: readonly JsonValue[]): unknown {
  const { code, details } = refusalOf(() => apply(document, ...patch));
  return { code, ...details };
}

const invalid = (operation: number): unknown => ({ code: 'patch-invalid', operation });

describe('A JSON Patch of the wrong shape is refused', () => {
  it.each<JsonValue>([null, true, 1, 'x', {}])('when it is %j', (patch) => {
    const { code, details } = refusalOf(() => applyJsonPatch({}, patch, LIMIT_BYTES));
    expect([code, details]).toEqual(['malformed-request', {}]);
  });

  it.each<JsonValue>([
    null,
    'add',
    [],
    {},
    { op: 'add', value: 1 },
    { path: '/a', value: 1 },
    { op: 'ADD', path: '/a', value: 1 },
    { op: 'toString', path: '/a', value: 1 },
    { op: 'add', path: '/a' },
    { op: 'replace', path: '/a' },
    { op: 'test', path: '/a' },
    { op: 'move', path: '/b' },
    { op: 'copy', path: '/b', from: 1 },
    { op: 'copy', path: '/b', from: 'a' },
    { op: 'remove', path: 'a' },
    { op: 'remove', path: ['a'] },
    { op: 'remove', path: '/a~2' },
  ])('for the operation %j, before any other is tried', (operation) => {
    expect(refused({ a: 1 }, { op: 'test', path: '/a', value: 2 }, operation)).toEqual({
      code: 'malformed-request',
      operation: 1,
    });
  });
});

describe('An operation that has no place to work on is refused', () => {
  it.each<[JsonObject, JsonValue]>([
    [{}, { op: 'remove', path: '/a' }],
    [{}, { op: 'remove', path: '/toString' }],
    [{}, { op: 'remove', path: '/__proto__' }],
    [{}, { op: 'replace', path: '/constructor', value: 1 }],
    [{}, { op: 'add', path: '/__proto__/a', value: 1 }],
    [{}, { op: 'add', path: '/constructor/prototype/a', value: 1 }],
    [{}, { op: 'copy', from: '/__proto__', path: '/a' }],
    [{}, { op: 'move', from: '/toString', path: '/a' }],
    [{ a: [1, 2] }, { op: 'replace', path: '/a/01', value: 1 }],
    [{ a: [1, 2] }, { op: 'replace', path: '/a/-', value: 1 }],
    [{ a: [1, 2] }, { op: 'replace', path: '/a/2', value: 1 }],
    [{ a: [1, 2] }, { op: 'remove', path: '/a/-' }],
    [{ a: [1, 2] }, { op: 'remove', path: '/a/2' }],
    [{ a: [1, 2] }, { op: 'remove', path: '/a/length' }],
    [{ a: [1, 2] }, { op: 'add', path: '/a/01', value: 1 }],
    [{ a: [1, 2] }, { op: 'add', path: '/a/3', value: 1 }],
    [{ a: [1, 2] }, { op: 'add', path: '/a/-1', value: 1 }],
    [{ a: [1, 2] }, { op: 'add', path: '/a/1e0', value: 1 }],
    [{ a: [1, 2] }, { op: 'add', path: '/a/', value: 1 }],
    [{ a: [1, 2] }, { op: 'add', path: '/a/-/b', value: 1 }],
    [{ a: [1, 2] }, { op: 'add', path: '/a/length', value: 1 }],
    [{ a: 'text' }, { op: 'add', path: '/a/0', value: 1 }],
    [{ a: null }, { op: 'add', path: '/a/b', value: 1 }],
    [{ a: {} }, { op: 'move', from: '/a', path: '/a/b' }],
    [{ a: {} }, { op: 'move', from: '', path: '/a' }],
  ])('%j under %j', (document, operation) => {
    expect(refused(document, operation)).toEqual(invalid(0));
  });

  it('and then the document is as it was, whatever came before', () => {
    const document = parse('{"a":[{"b":1}],"c":{}}');
    const before = JSON.stringify(document);
    const patch = [
      { op: 'add', path: '/a/0/x', value: 1 },
      { op: 'move', from: '/a', path: '/c/a' },
      { op: 'remove', path: '/nowhere' },
    ];
    expect(refused(document, ...patch)).toEqual(invalid(2));
    expect(JSON.stringify(document)).toBe(before);
  });
});

describe('A test that fails is refused', () => {
  it.each<[JsonObject, string, JsonValue]>([
    [{ a: 1 }, '/a', '1'],
    [{ a: 1 }, '', { a: 2 }],
    [{ a: [1, 2] }, '/a', [2, 1]],
    [{ a: { b: 1 } }, '/a', {}],
    [{ '~1': 10 }, '/~01', '10'],
    [{ a: null }, '/a', false],
    [{}, '/nope', null],
    [{}, '/constructor', null],
    [{}, '/__proto__', {}],
    [{}, '/nope/nope', null],
    [{ a: 'text' }, '/a/0', 't'],
    [{ a: [1] }, '/a/-', 1],
    [{ a: [1] }, '/a/01', 1],
  ])('on %j at "%s" with %j', (document, path, value) => {
    expect(refused(document, { op: 'test', path, value })).toEqual({
      code: 'patch-test-failed',
      operation: 0,
      pointer: path,
    });
  });
});

it('A test of a document that is gone fails', () => {
  const patch = [
    { op: 'remove', path: '' },
    { op: 'test', path: '', value: null },
  ];
  expect(refused({ a: 1 }, ...patch)).toEqual({ code: 'patch-test-failed', operation: 1, pointer: '' });
});

it('A test is not told again where it looked if that is deeper than any document', () => {
  const { details } = refusalOf(() => apply({}, { op: 'test', path: '/a'.repeat(10_000), value: 1 }));
  expect(String(details['pointer']).length).toBeLessThan(200);
});

describe('A result that may be no document is refused', () => {
  it.each<JsonValue[]>([
    [{ op: 'remove', path: '' }],
    [{ op: 'replace', path: '', value: [1] }],
    [{ op: 'add', path: '', value: null }],
    [{ op: 'move', from: '/a', path: '' }],
  ])('after %j', (operation) => {
    expect(refused({ a: 1 }, operation)).toMatchObject({
      code: 'content-invalid',
      errors: [{ pointer: '' }],
    });
  });

  it('when a block is copied with its _id', () => {
    expect(refused({ a: [{ _id: 'x' }] }, { op: 'copy', from: '/a/0', path: '/a/-' })).toEqual({
      code: 'duplicate-block-id',
      pointer: '/a/1/_id',
      id: 'x',
    });
  });

  it('when copies nest it too deep', () => {
    const chain = parse(`{"a":${'{"b":'.repeat(40)}{}${'}'.repeat(40)}}`);
    expect(refused(chain, { op: 'copy', from: '/a', path: `/a${'/b'.repeat(40)}/c` })).toMatchObject({
      code: 'content-invalid',
    });
  });

  it('when moves nest it too deep', () => {
    const deep = (levels: number): string => `${'{"b":'.repeat(levels)}{}${'}'.repeat(levels)}`;
    const document = parse(`{"a":${deep(40)},"c":${deep(40)}}`);
    expect(refused(document, { op: 'move', from: '/c', path: `/a${'/b'.repeat(40)}/c` })).toMatchObject({
      code: 'content-invalid',
    });
  });
});

describe('A patch that asks for too much is refused', () => {
  it('when copies double the document again and again', () => {
    const double = [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/c', value: [] },
      { op: 'move', from: '/a', path: '/c/-' },
      { op: 'move', from: '/b', path: '/c/-' },
      { op: 'move', from: '/c', path: '/a' },
    ];
    const patch = Array.from({ length: 20 }, () => double).flat();
    expect(refused({ a: ['x'.repeat(100)] }, ...patch)).toEqual({
      code: 'too-large',
      limitBytes: LIMIT_BYTES,
    });
  });

  it('when the result is larger than the limit', () => {
    const value = 'ü'.repeat(LIMIT_BYTES / 2);
    expect(refused({}, { op: 'add', path: '/a', value })).toMatchObject({ code: 'too-large' });
    expect(apply({}, { op: 'add', path: '/a', value: value.slice(10) })).toEqual({ a: value.slice(10) });
  });

  it('when it shifts a long array with every operation', () => {
    const patch = Array.from({ length: 100_000 }, () => ({ op: 'add', path: '/a/0', value: 1 }));
    expect(refusalOf(() => applyJsonPatch({ a: [] }, patch, 1_000_000)).code).toBe('too-large');
  });

  it('but thirty thousand small operations are not too many', () => {
    const patch = Array.from({ length: 10_000 }, () => [
      { op: 'add', path: '/a/b/-', value: 1 },
      { op: 'test', path: '/a/b/0', value: 1 },
      { op: 'remove', path: '/a/b/0' },
    ]).flat();
    expect(applyJsonPatch({ a: { b: [] } }, patch, LIMIT_BYTES)).toEqual({ a: { b: [] } });
  });
});

// RFC 6902, Appendix A; the refused ones (A.8, A.9, A.12, A.15) stand above.
it.each<[string, string, JsonValue[], string]>([
  ['A.1', '{"foo":"bar"}', [{ op: 'add', path: '/baz', value: 'qux' }], '{"foo":"bar","baz":"qux"}'],
  [
    'A.2',
    '{"foo":["bar","baz"]}',
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    '{"foo":["bar","qux","baz"]}',
  ],
  ['A.3', '{"baz":"qux","foo":"bar"}', [{ op: 'remove', path: '/baz' }], '{"foo":"bar"}'],
  ['A.4', '{"foo":["bar","qux","baz"]}', [{ op: 'remove', path: '/foo/1' }], '{"foo":["bar","baz"]}'],
  [
    'A.5',
    '{"baz":"qux","foo":"bar"}',
    [{ op: 'replace', path: '/baz', value: 'boo' }],
    '{"baz":"boo","foo":"bar"}',
  ],
  [
    'A.6',
    '{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}',
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    '{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}',
  ],
  [
    'A.7',
    '{"foo":["all","grass","cows","eat"]}',
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    '{"foo":["all","cows","eat","grass"]}',
  ],
  [
    'A.8',
    '{"baz":"qux","foo":["a",2,"c"]}',
    [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    '{"baz":"qux","foo":["a",2,"c"]}',
  ],
  [
    'A.10',
    '{"foo":"bar"}',
    [{ op: 'add', path: '/child', value: { a: {} } }],
    '{"foo":"bar","child":{"a":{}}}',
  ],
  [
    'A.11',
    '{"foo":"bar"}',
    [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
    '{"foo":"bar","baz":"qux"}',
  ],
  ['A.14', '{"/":9,"~1":10}', [{ op: 'test', path: '/~01', value: 10 }], '{"/":9,"~1":10}'],
  [
    'A.16',
    '{"foo":["bar"]}',
    [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    '{"foo":["bar",["abc","def"]]}',
  ],
])('RFC 6902 %s', (_name, document, patch, result) => {
  expect(JSON.stringify(apply(parse(document), ...patch))).toBe(result);
});

// RFC 6902, A.8 "error", A.9, A.12, A.15
it.each<[string, string, JsonValue, string]>([
  ['A.9', '{"baz":"qux"}', { op: 'test', path: '/baz', value: 'bar' }, 'patch-test-failed'],
  ['A.12', '{"foo":"bar"}', { op: 'add', path: '/baz/bat', value: 'qux' }, 'patch-invalid'],
  ['A.13', '{}', { op: 'toString', path: '/baz', value: 'qux' }, 'malformed-request'],
  ['A.15', '{"/":9,"~1":10}', { op: 'test', path: '/~01', value: '10' }, 'patch-test-failed'],
])('RFC 6902 %s is refused', (_name, document, operation, code) => {
  expect(refused(parse(document), operation)).toMatchObject({ code, operation: 0 });
});

describe('Also', () => {
  it.each<[string, JsonValue[], string]>([
    ['{}', [{ op: 'add', path: '/__proto__', value: { a: 1 } }], '{"__proto__":{"a":1}}'],
    ['{"__proto__":{"a":1}}', [{ op: 'add', path: '/__proto__/b', value: 2 }], '{"__proto__":{"a":1,"b":2}}'],
    ['{"__proto__":1,"a":2}', [{ op: 'remove', path: '/__proto__' }], '{"a":2}'],
    ['{"a":1}', [{ op: 'move', from: '/a', path: '/__proto__' }], '{"__proto__":1}'],
    ['{"a":1}', [{ op: 'add', path: '/', value: 2 }], '{"a":1,"":2}'],
    ['{"a":1}', [{ op: 'replace', path: '', value: { b: 2 } }], '{"b":2}'],
    ['{"a":1}', [{ op: 'test', path: '', value: { a: 1 } }], '{"a":1}'],
    ['{"a":{"b":1}}', [{ op: 'move', from: '/a', path: '' }], '{"b":1}'],
    ['{"a":{"b":1}}', [{ op: 'copy', from: '', path: '/a/c' }], '{"a":{"b":1,"c":{"a":{"b":1}}}}'],
    [
      '{"a":1}',
      [
        { op: 'remove', path: '' },
        { op: 'add', path: '', value: {} },
      ],
      '{}',
    ],
    [
      '{"a":1}',
      [
        { op: 'move', from: '', path: '' },
        { op: 'move', from: '/a', path: '/a' },
      ],
      '{"a":1}',
    ],
    [
      '{"a":null}',
      [
        { op: 'test', path: '/a', value: null },
        { op: 'replace', path: '/a', value: null },
      ],
      '{"a":null}',
    ],
    ['{"a":1,"ab":2}', [{ op: 'move', from: '/a', path: '/ab' }], '{"ab":1}'],
    [
      '{"a":{"x":[]}}',
      [
        { op: 'add', path: '/a/x/-', value: 1 },
        { op: 'copy', from: '/a', path: '/b' },
        { op: 'add', path: '/a/x/-', value: 2 },
        { op: 'add', path: '/b/x/-', value: 3 },
      ],
      '{"a":{"x":[1,2]},"b":{"x":[1,3]}}',
    ],
  ])('%s under %j', (document, patch, result) => {
    expect(JSON.stringify(apply(parse(document), ...patch))).toBe(result);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it('changes neither the document nor the patch, and shares what it does not touch', () => {
    const document = parse('{"a":{"x":[1]},"b":{"y":[2]}}');
    const patch = [
      { op: 'add', path: '/c', value: { z: [] } },
      { op: 'add', path: '/c/z/-', value: 1 },
      { op: 'add', path: '/a/x/-', value: 2 },
    ];
    const before = JSON.stringify([document, patch]);
    const result = apply(document, ...patch);
    expect(JSON.stringify([document, patch])).toBe(before);
    expect(result['b']).toBe(document['b']);
    expect(result['a']).not.toBe(document['a']);
  });
});

describe('A sequence of operations', () => {
  // Places that are often there, so that most short sequences apply.
  const pointers = fc.constantFrom(
    '/a',
    '/a/0',
    '/a/1',
    '/a/-',
    '/b',
    '/b/a',
    '/b/b',
    '/b/a/0',
    '/b/b/a',
    '/c',
    '/',
  );
  const values = fc.constantFrom<JsonValue>(0, -1.5, null, 'x', [], [1, 2], {}, { a: [0], b: { a: 1 } });
  const operations = fc.oneof(
    fc.record({ op: fc.constantFrom('add', 'add', 'replace', 'test'), path: pointers, value: values }),
    fc.record({ op: fc.constant('remove'), path: pointers }),
    fc.record({ op: fc.constantFrom('move', 'copy'), from: pointers, path: pointers }),
  );
  const documents = fc.record({
    a: fc.array(values, { minLength: 2, maxLength: 3 }),
    b: fc.record({ a: fc.array(values, { minLength: 1, maxLength: 3 }), b: fc.record({ a: values }) }),
  });

  // Not the other way round: the library accepts `replace /a/b` on an array, and writes into numbers.
  it('that is applied has the result that the rfc6902 library gives', () => {
    let applied = 0;
    fc.assert(
      fc.property(documents, fc.array(operations, { minLength: 1, maxLength: 4 }), (document, patch) => {
        const before = JSON.stringify([document, patch]);
        const result = unlessRefused(() => apply(document, ...(patch as JsonValue[])));
        expect(JSON.stringify([document, patch])).toBe(before);
        if (result === undefined) return;
        const [expected, operations] = JSON.parse(before) as [JsonObject, Parameters<typeof applyPatch>[1]];
        expect(applyPatch(expected, operations).filter((error) => error !== null)).toEqual([]);
        expect(result).toEqual(expected);
        applied++;
      }),
      { numRuns: 1000 },
    );
    expect(applied).toBeGreaterThan(50);
  });
});

function unlessRefused<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
