import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/schema/json/json.js';
import { applyMergePatch } from '../../src/schema/json/merge-patch.js';
import { anyJson, anyJsonObject } from './any-json.js';
import { refusalOf } from './refusal-of.js';

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;

describe('applyMergePatch refuses', () => {
  // RFC 7396, Appendix A, where the result is no object.
  it.each(['["c"]', 'null', '"bar"', '1'])('the patch %s, which would replace the document', (patch) => {
    expect(refusalOf(() => applyMergePatch({ a: 'b' }, JSON.parse(patch) as JsonValue)).code).toBe(
      'content-invalid',
    );
  });

  it('a result in which two blocks share an _id', () => {
    const { code, details } = refusalOf(() => applyMergePatch({ a: { _id: 'x' } }, { b: { _id: 'x' } }));
    expect([code, details]).toEqual(['duplicate-block-id', { pointer: '/b/_id', id: 'x' }]);
  });

  it('a result that is nested too deep', () => {
    const deep = parse('{"a":'.repeat(65) + '1' + '}'.repeat(65));
    expect(refusalOf(() => applyMergePatch({}, deep)).code).toBe('content-invalid');
  });
});

// RFC 7396, Appendix A; where it patches an array or a null, that stands below a key here.
it.each([
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['{"x":["a","b"]}', '{"x":["c","d"]}', '{"x":["c","d"]}'],
  ['{"x":{"a":"b"}}', '{"x":["c"]}', '{"x":["c"]}'],
  ['{"x":{"a":"foo"}}', '{"x":null}', '{}'],
  ['{"x":{"a":"foo"}}', '{"x":"bar"}', '{"x":"bar"}'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['{"x":[1,2]}', '{"x":{"a":"b","c":null}}', '{"x":{"a":"b"}}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ['{}', '{"__proto__":{"polluted":1}}', '{"__proto__":{"polluted":1}}'],
  ['{"__proto__":{"a":1}}', '{"__proto__":{"b":2}}', '{"__proto__":{"a":1,"b":2}}'],
  ['{"__proto__":1,"a":2}', '{"__proto__":null,"toString":null}', '{"a":2}'],
  ['{}', '{"constructor":{"prototype":{"polluted":1}}}', '{"constructor":{"prototype":{"polluted":1}}}'],
])('%s under %s becomes %s', (document, patch, result) => {
  expect(JSON.stringify(applyMergePatch(parse(document), parse(patch)))).toBe(result);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

describe('applyMergePatch', () => {
  // Ids are not what this is about, and would be refused.
  const withoutIds = (value: JsonValue): JsonValue =>
    JSON.parse(JSON.stringify(value).replaceAll('"_id"', '"id"')) as JsonValue;
  const objects = anyJsonObject.map((value) => withoutIds(value) as JsonObject);

  it('changes neither document nor patch, and doing it again changes nothing', () => {
    fc.assert(
      fc.property(objects, objects, (document, patch) => {
        const before = JSON.stringify([document, patch]);
        const once = applyMergePatch(document, patch);
        expect(JSON.stringify([document, patch])).toBe(before);
        expect(JSON.stringify(applyMergePatch(once, patch))).toBe(JSON.stringify(once));
      }),
    );
  });

  it('leaves what the patch does not name, the very same', () => {
    fc.assert(
      fc.property(anyJson.map(withoutIds), objects, (value, patch) => {
        fc.pre(!Object.hasOwn(patch, 'kept'));
        expect(applyMergePatch({ kept: value }, patch)['kept']).toBe(value);
      }),
    );
  });
});
