import {
  holdsMoreValues,
  blockLimit,
  valueLimit,
  sizeOf,
  sizeRefusal,
} from '../../src/schema/json/document-size.js';
import type { JsonValue } from '../../src/schema/json/json.js';

test('every value counts, lists and objects too; with an _id or a _type an object is a block', () => {
  const document = { title: 'a', blocks: [{ _type: 'text', rows: [[1], [2]] }, { _id: 'x' }, {}] };
  expect(sizeOf(document)).toEqual({ values: 13, blocks: 2, characters: 29 });
});

test.each([
  ['of values', { values: valueLimit, blocks: 0, characters: 0 }, { values: valueLimit + 1 }, valueLimit],
  ['of blocks', { values: 9, blocks: blockLimit, characters: 0 }, { blocks: blockLimit + 1 }, blockLimit],
])('as many as may be are let in, and not one more %s', (_what, most, more, limit) => {
  expect(sizeRefusal(most)).toBeUndefined();
  expect(sizeRefusal({ ...most, ...more })).toMatchObject({ code: 'too-much-work', details: { limit } });
});

test.each<JsonValue>([
  'a, [b] and {c}',
  { 'a,"[': '\\", [[[', b: ['\\\\', ',', 1] },
  [[[1, 2], [3]], { a: { b: [null, true] } }],
  Array.from({ length: 1000 }, (_, index) => [index]),
])('as many values are found in the text of %j as in the value', (value) => {
  const bytes = Buffer.from(JSON.stringify(value));
  const { values } = sizeOf(value);
  expect([holdsMoreValues(bytes, values), holdsMoreValues(bytes, values - 1)]).toEqual([false, true]);
});

test('what is nested too deep to be parsed is not counted, and all else is', () => {
  const deep = '['.repeat(100_000);
  expect(holdsMoreValues(Buffer.from(deep), 100)).toBe(false);
  const closed = `[${deep}${']'.repeat(100_000)},${'0,'.repeat(200)}0]`;
  expect(holdsMoreValues(Buffer.from(closed), 200)).toBe(true);
});

test('of what is no JSON some number is found', () => {
  for (const text of ['', '"', '"\\', '"\\"', '[[[[', ',,,,'])
    expect(holdsMoreValues(Buffer.from(text), 5)).toBe(false);
});
