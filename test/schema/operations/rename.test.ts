import { rename } from '../../../src/schema/operations/rename.js';
import { down, mistakeOf, objectOf, openFields, up } from './bound.js';
import { expectLaws } from './laws.js';

const before = openFields('a', 'b', 'c');

describe('rename refuses', () => {
  it.each<[Record<string, string>, string]>([
    [{}, 'there is nothing to rename'],
    [{ x: 'y' }, 'there is no field "x" in this type'],
    [{ a: 'b' }, 'there is a field "b" already'],
    [{ a: 'a' }, '"a" is called so already'],
    [{ a: 'x', b: 'x' }, 'two fields can\'t both be called "x"'],
    [{ a: '_id' }, '"_id" says which block this is'],
    [{ _type: 'a' }, '"_type" says which block this is'],
  ])('%j', (names, message) => {
    expect(mistakeOf(() => rename(names), before)).toContain(message);
  });
});

describe('rename', () => {
  it('moves a value to its new name and back', () => {
    const bound = rename({ a: 'x' }).bind(before);
    expect(up(bound, { a: null, b: 1 })).toEqual({ x: null, b: 1 });
    expect(down(bound, { x: null, b: 1 })).toEqual({ a: null, b: 1 });
  });

  it('leaves absent what is absent', () => {
    expect(up(rename({ a: 'x' }).bind(before), { b: 1 })).toEqual({ b: 1 });
  });

  it('does not let another field of the new name through, nor of the old one', () => {
    const bound = rename({ a: 'x' }).bind(before);
    expect(up(bound, { x: 1 })).toEqual({});
    expect(down(bound, { a: 1 })).toEqual({});
  });

  it('swaps', () => {
    const bound = rename({ a: 'b', b: 'a' }).bind(before);
    expect(up(bound, { a: 1, b: 2 })).toEqual({ a: 2, b: 1 });
    expect(up(bound, { a: 1 })).toEqual({ b: 1 });
  });

  it('renames what is declared, with what is required', () => {
    const typed = objectOf({ a: { type: 'string' }, b: {} }, ['a']);
    expect(rename({ a: 'b', b: 'c' }).bind(typed).after).toEqual(
      objectOf({ b: { type: 'string' }, c: {} }, ['b']),
    );
  });

  it.each<Record<string, string>>([
    { a: 'x' },
    { a: 'b', b: 'a' },
    { a: 'b', b: 'c', c: 'a' },
    { a: 'b', b: 'x' },
    { a: 'constructor', b: 'toString' },
    { ['a']: '__proto__' },
  ])('obeys the laws: %j', (names) => {
    expectLaws(rename(names).bind(before), before);
  });
});
