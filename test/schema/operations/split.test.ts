import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/schema/json/json.js';
import { merge } from '../../../src/schema/operations/merge.js';
import { split } from '../../../src/schema/operations/split.js';
import { down, draftOf, mistakeOf, objectOf, openFields, up } from './bound.js';
import { expectLaws } from './laws.js';

const text = { type: 'string' };
const below = objectOf({ name: text, title: {} });
const names = split('name', { into: ['first', 'last'], at: ' ' }).bind(below);

describe('split refuses', () => {
  it.each([
    ['there is no field "x"', () => split('x', { into: ['a', 'b'], at: ' ' })],
    ['there is a field "title" already', () => split('name', { into: ['a', 'title'], at: ' ' })],
    ['"name" can\'t be a part of itself', () => split('name', { into: ['name', 'b'], at: ' ' })],
    ['expected at least two fields', () => split('name', { into: ['a'], at: ' ' })],
    ['"a" is named twice', () => split('name', { into: ['a', 'a'], at: ' ' })],
    ['there is nothing to cut at', () => split('name', { into: ['a', 'b'], at: '' })],
    ['"_id" says which block this is', () => split('name', { into: ['a', '_id'], at: ' ' })],
    ['"name" is not required', () => split('name', { into: ['a', 'b'], at: ' ', required: true })],
  ])('%s', (message, declare) => {
    expect(mistakeOf(declare, below)).toContain(message);
  });
});

describe('A text that is cut', () => {
  it.each<[string, JsonObject]>([
    ['a b', { first: 'a', last: 'b' }],
    ['a b c', { first: 'a', last: 'b c' }],
    ['a  b', { first: 'a', last: ' b' }],
    ['a ', { first: 'a', last: '' }],
    [' a', { first: '', last: 'a' }],
    [' ', { first: '', last: '' }],
    ['a', { first: 'a' }],
    ['', { first: '' }],
  ])('%j becomes %j, and again that text', (name, parts) => {
    expect(up(names, { name })).toEqual(parts);
    expect(down(names, parts)).toEqual({ name });
  });

  it('is the same again for any text, separator and number of parts', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', ' ', ', '), maxLength: 9 });
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom(' ', ', ', '  '),
        fc.integer({ min: 2, max: 4 }),
        (name, at, count) => {
          const into = ['a', 'b', 'c', 'd'].slice(0, count);
          const bound = split('name', { into, at }).bind(below);
          expect(down(bound, draftOf(up(bound, { name }) as JsonObject))).toEqual({ name });
        },
      ),
    );
  });

  it('is joined from the parts that are texts', () => {
    expect(down(names, { last: 'b' })).toEqual({ name: 'b' });
    expect(down(names, { first: null, last: 'b' })).toEqual({ name: 'b' });
    expect(down(names, { first: null, last: 1 })).toEqual({});
    expect(down(names, {})).toEqual({});
  });

  it.each<JsonValue>([null, 5, ['a b'], { a: 1 }])(
    'is not what is no text: %j stays until there are parts',
    (name) => {
      const anyName = split('name', { into: ['first', 'last'], at: ' ' }).bind(
        objectOf({ name: {}, title: {} }),
      );
      expect(up(anyName, { name })).toEqual({ name });
      expect(down(anyName, { name })).toEqual({ name });
      expect(down(anyName, { name, first: 'a' })).toEqual({ name: 'a' });
    },
  );

  it.each<JsonValue>([null, 5, ['a b']])('is not %j, which only a newer client can have sent', (name) => {
    expect(down(names, { name, title: 'x' })).toEqual({ title: 'x' });
  });

  it('lets no other fields of the names through', () => {
    expect(up(names, { first: 'x', last: 'y' })).toEqual({});
    expect(up(names, { name: 'a', last: 'y' })).toEqual({ first: 'a' });
    expect(down(names, { name: 'x' })).toEqual({});
  });
});

describe('split by functions', () => {
  const seen: JsonValue[] = [];
  const bound = split('name', {
    into: ['a', 'b'],
    up: (value) => {
      seen.push(value);
      return typeof value === 'string' ? { a: value.length, b: value } : {};
    },
    down: ({ b = 'none' }) => b,
    lossy: { up: 'what is no text' },
  }).bind(below);

  it('calls them for what is there, and only then', () => {
    expect(up(bound, { name: 'xyz', b: 1 })).toEqual({ a: 3, b: 'xyz' });
    expect(up(bound, { name: null })).toEqual({});
    expect(up(bound, {})).toEqual({});
    expect(seen).toEqual(['xyz', null]);
    expect(down(bound, { a: 1 })).toEqual({ name: 'none' });
    expect(down(bound, { name: 'x' })).toEqual({});
  });

  it('is opaque and says what is lost', () => {
    expect([bound.isOpaque, bound.losses]).toEqual([true, { up: 'what is no text', down: null }]);
    expect(bound.hidden).toEqual({ below: [['name']], above: [] });
  });

  it('refuses parts that were not declared, and leaves the object as it was', () => {
    const wrong = split('name', { into: ['a', 'b'], up: () => ({ c: 1 }), down: () => 1 }).bind(below);
    const draft = draftOf({ name: 'x' });
    expect(() => {
      wrong.up(draft);
    }).toThrow(`split('name') gave "c", which it does not declare: expected a, b`);
    expect(draft).toEqual({ name: 'x' });
  });
});

describe('What split declares', () => {
  it('is the parts: texts where they are cut, or what the author says', () => {
    expect(names.after).toEqual(objectOf({ title: {}, first: text, last: text }));
    const typed = split('name', { into: { a: { const: 1 }, b: {} }, up: () => ({}), down: () => 1 });
    expect(typed.bind(below).after).toEqual(objectOf({ title: {}, a: { const: 1 }, b: {} }));
  });

  it('requires no part unless it says so, and then only those that are always there', () => {
    const required = objectOf({ name: text }, ['name']);
    const cut = { into: ['a', 'b'], at: ' ' };
    expect(split('name', cut).bind(required).after).toEqual(objectOf({ a: text, b: text }));
    expect(split('name', { ...cut, required: true }).bind(required).after).toEqual(
      objectOf({ a: text, b: text }, ['a']),
    );
    const by = { into: ['a', 'b'], up: () => ({}), down: () => 1, required: true };
    expect(split('name', by).bind(required).after).toEqual(objectOf({ a: {}, b: {} }, ['a', 'b']));
  });

  it('is that the parts belong together, and where fields go', () => {
    expect(names.together).toEqual({ below: [], above: [[['first'], ['last']]] });
    expect(names.track.up(['name'])).toBeNull();
    expect(names.reach?.up(['name'])).toEqual([['first'], ['last']]);
    expect(names.track.down(['last'])).toEqual(['name']);
  });
});

it('split and merge obey the laws', () => {
  for (const into of [
    ['first', 'last'],
    ['a', '__proto__', 'toString'],
  ]) {
    // What is no text can't have been sent below, and what is sent above under that name is not taken for it.
    const isSent = ({ name }: JsonObject): boolean => name === undefined || typeof name === 'string';
    const bound = split('name', { into, at: ' ' }).bind(below);
    expectLaws(bound, below, { values: [' a', 'a b c'], below: isSent, above: isSent });
    const parts = openFields(...into);
    expectLaws(merge(into, { as: 'name', with: ' ' }).bind(parts), parts, {
      values: [' a', 'a b c'],
      below: isSent,
      above: isSent,
    });
  }
});
