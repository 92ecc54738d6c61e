import type { JsonSchema } from '../../../src/schema/json-schema.js';
import type { JsonValue } from '../../../src/schema/json/json.js';
import { fitting } from '../../../src/schema/operations/fits.js';
import { relax, type RelaxOptions } from '../../../src/schema/operations/relax.js';
import { down, mistakeOf, objectOf, up } from './bound.js';
import { expectLaws } from './laws.js';

const string = { type: 'string' };
const integer = { type: 'integer' };

function seen(before: JsonSchema, after: JsonSchema, value: JsonValue, options?: RelaxOptions): unknown {
  return down(relax('f', after, options).bind(objectOf({ f: before })), { f: value });
}

describe('relax refuses', () => {
  it.each<[JsonSchema, JsonSchema, string]>([
    [{ ...string, minLength: 3 }, string, 'minLength'],
    [{ enum: ['a'] }, { enum: ['a', 'b'] }, 'enum'],
    [string, { type: ['string', 'null'] }, 'type'],
    [{ ...string, pattern: '^a' }, string, 'pattern'],
    [{ exclusiveMaximum: 3 }, {}, 'exclusiveMaximum'],
  ])('to guess what older clients see from %j to %j', (before, after, keyword) => {
    expect(mistakeOf(() => relax('f', after), objectOf({ f: before }))).toBe(
      `relax('f'): say what older clients see: ${keyword} can't be cut or clamped to, so it takes "down", ` +
        'a table, a function or { otherwise: value }',
    );
  });

  it.each<[JsonSchema, JsonSchema]>([
    [{ maxLength: 9 }, { maxLength: 8 }],
    [{ minimum: 1 }, { minimum: 2 }],
  ])('to narrow a limit from %j to %j', (before, after) => {
    expect(mistakeOf(() => relax('f', after), objectOf({ f: before }))).toContain('narrower than before');
  });

  it('a field that is not there, and _id', () => {
    expect(mistakeOf(() => relax('x', {}))).toContain('there is no field "x"');
    expect(mistakeOf(() => relax('_id', {}))).toContain('"_id" says which block this is');
  });
});

describe('Without a word from the author, older clients see', () => {
  it.each<[string, JsonSchema, JsonValue, JsonValue]>([
    ['a longer text cut', { ...string, maxLength: 3 }, 'abcd', 'abc'],
    ['whole characters, not halves of them', { ...string, maxLength: 3 }, '😀a😀b', '😀a😀'],
    ['a text of many code units that is not too long', { ...string, maxLength: 3 }, '😀😀😀', '😀😀😀'],
    ['a longer list cut', { type: 'array', maxItems: 1 }, [1, 2], [1]],
    ['a greater number as the greatest', { type: 'number', maximum: 2.5 }, 3, 2.5],
    ['a lesser number as the least', { type: 'number', minimum: -1 }, -2, -1],
    ['a greater integer as the greatest below a limit', { ...integer, exclusiveMaximum: 3 }, 3, 2],
    ['a lesser integer as the least above a limit', { ...integer, exclusiveMinimum: 0 }, -7, 1],
    ['an integer within limits that are none', { ...integer, maximum: 2.5, minimum: 0.5 }, 3, 2],
    ['what fits as it is', { ...string, maxLength: 3 }, 'abc', 'abc'],
    ['what the limit is not about as it is', { ...string, maxLength: 3 }, 12345, 12345],
  ])('%s', (_, before, value, result) => {
    expect(seen(before, { type: before['type'] }, value)).toEqual({ f: result });
  });
});

describe('By the word of the author, older clients see', () => {
  const colours = { enum: ['red', 'blue', null] };
  const more = { enum: ['red', 'blue', null, 'teal', 'pink'] };

  it('what a table says, of values that do not fit', () => {
    const options = { down: { teal: 'blue', red: 'blue', otherwise: 'red' } };
    expect(seen(colours, more, 'teal', options)).toEqual({ f: 'blue' });
    expect(seen(colours, more, 'pink', options)).toEqual({ f: 'red' });
    expect(seen(colours, more, 'red', options)).toEqual({ f: 'red' });
    expect(seen(colours, more, null, options)).toEqual({ f: null });
    expect(seen(colours, more, 'teal', { down: { teal: null, otherwise: 'red' } })).toEqual({ f: null });
    expect(seen(colours, more, 'teal', { down: { otherwise: null } })).toEqual({ f: null });
    expect(seen(colours, more, 'pink', { down: { teal: 'blue' } })).toEqual({ f: 'pink' });
  });

  it('what can be cut cut, and the rest by the table', () => {
    const options = { down: { otherwise: '?' } };
    const both = { type: ['string', 'null'] };
    expect(seen({ ...string, maxLength: 3 }, both, 'abcd', options)).toEqual({ f: 'abc' });
    expect(seen({ ...string, maxLength: 3 }, both, null, options)).toEqual({ f: '?' });
  });

  it('what a function says, of values that do not fit', () => {
    const options = { down: (value: JsonValue) => `${JSON.stringify(value).slice(1, 3)}…` };
    expect(seen({ ...string, maxLength: 3 }, string, 'abcd', options)).toEqual({ f: 'ab…' });
    expect(seen({ ...string, maxLength: 3 }, string, 'abc', options)).toEqual({ f: 'abc' });
    expect(() => seen(colours, more, 'teal', { down: () => NaN })).toThrow('no JSON');
  });
});

it('relax changes nothing on the way up, and says what is seen less finely', () => {
  const bound = relax('f', string).bind(objectOf({ f: { ...string, maxLength: 3 } }, ['f']));
  expect(up(bound, { f: 'abcd' })).toEqual({ f: 'abcd' });
  expect(bound.after).toEqual(objectOf({ f: string }, ['f']));
  expect([bound.hidden, bound.isOpaque]).toEqual([{ below: [], above: [['f']] }, false]);
  expect(bound.isIdle).toEqual({ up: true, down: false });
  const titled = relax('f', { ...string, title: 'T' }).bind(objectOf({ f: string }));
  expect([titled.hidden.above, titled.isIdle]).toEqual([[], { up: true, down: true }]);
});

it('relax obeys the laws for documents that fit', () => {
  const limits: readonly [JsonSchema, RelaxOptions?][] = [
    [{ maxLength: 2, maxItems: 1, maximum: 5 }],
    [{ type: 'string' }, { down: { otherwise: { x: [] } } }],
    [{ title: 'T' }],
  ];
  for (const [f, options] of limits) {
    const before = objectOf({ f });
    expectLaws(relax('f', {}, options).bind(before), before, { values: ['abc', 9], below: fitting(before) });
  }
});
