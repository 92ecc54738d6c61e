import type { JsonSchema } from '../../../src/schema/json-schema.js';
import { add } from '../../../src/schema/operations/add.js';
import { code } from '../../../src/schema/operations/code.js';
import { inItems, inObject, inValues } from '../../../src/schema/operations/nested.js';
import { remove } from '../../../src/schema/operations/remove.js';
import { rename } from '../../../src/schema/operations/rename.js';
import { wrap } from '../../../src/schema/operations/wrap.js';
import { down, draftOf, mistakeOf, objectOf, openFields, up } from './bound.js';
import { expectLaws } from './laws.js';

const item = openFields('a', 'b');
const before = objectOf({
  media: item,
  items: { type: 'array', items: item },
  byName: { type: 'object', additionalProperties: item },
  blocks: { $ref: 'blocks' },
  main: { items: { $ref: 'blocks' } },
});
const change = rename({ a: 'x' });

describe('A change inside a field is refused', () => {
  it.each([
    [`in('x'): there is no field "x" in this type`, () => inObject('x', change)],
    [`in('_id'): "_id" says which block this is`, () => inObject('_id', change)],
    [`in('media'): add('a'): there is a field "a" already`, () => inObject('media', add('a', {}))],
    [`each('media'): rename('a'): there is no field "a"`, () => inItems('media', change)],
    [`eachValue('items'): rename('a'): there is no field "a"`, () => inValues('items', change)],
    [`each('blocks'): blocks are held here, not fields`, () => inItems('blocks', change)],
    [`each('main'): blocks are held here, not fields`, () => inItems('main', change)],
  ])('%s', (message, declare) => {
    expect(mistakeOf(declare, before)).toContain(message);
  });
});

describe('in', () => {
  const bound = inObject('media', change).bind(before);

  it('changes the object in a field, and lets other values pass', () => {
    expect(up(bound, { media: { a: 1, b: 2 }, a: 3 })).toEqual({ media: { x: 1, b: 2 }, a: 3 });
    expect(down(bound, { media: { x: 1 } })).toEqual({ media: { a: 1 } });
    for (const media of [null, 1, 'a', [{ a: 1 }]]) expect(up(bound, { media })).toEqual({ media });
    expect(up(bound, {})).toEqual({});
  });

  it('leaves the object the very one it was', () => {
    const draft = draftOf({ media: { a: 1 } });
    const { media } = draft;
    bound.up(draft);
    expect(draft['media']).toBe(media);
  });

  it('declares what is inside, required or not', () => {
    const required = objectOf({ media: item }, ['media']);
    expect(inObject('media', change).bind(required).after).toEqual(
      objectOf({ media: openFields('b', 'x') }, ['media']),
    );
  });

  it('takes a field without fields as one that has none yet', () => {
    expect(inObject('any', add('x', {})).bind(openFields('any')).after).toEqual(
      objectOf({ any: { properties: { x: {} } } }),
    );
  });
});

describe('each', () => {
  const bound = inItems('items', change).bind(before);

  it('changes the objects in a list, and lets other items and values pass', () => {
    expect(up(bound, { items: [{ a: 1 }, null, [{ a: 2 }], { b: 3 }] })).toEqual({
      items: [{ x: 1 }, null, [{ a: 2 }], { b: 3 }],
    });
    expect(down(bound, { items: [{ x: 1 }] })).toEqual({ items: [{ a: 1 }] });
    expect(up(bound, { items: { a: 1 } })).toEqual({ items: { a: 1 } });
  });

  it('declares the items', () => {
    expect(bound.after['properties']).toMatchObject({
      items: { type: 'array', items: openFields('b', 'x') },
    });
  });

  it.each([
    ['follows it to its new name', rename({ a: 'x' }), 'x'],
    ['stays with a field that stays', rename({ b: 'x' }), 'a'],
    ['goes where the field is no more', remove('a'), undefined],
  ])('the key that tells items apart %s', (_, inner, key) => {
    const keyed = objectOf({ items: { type: 'array', 'x-key': 'a', items: item } });
    const { after } = inItems('items', inner).bind(keyed);
    expect((after['properties'] as Record<string, JsonSchema>)['items']?.['x-key']).toBe(key);
  });

  it('changes none when an author’s function throws on one', () => {
    const picky = code({
      reads: ['a'],
      writes: ['x'],
      up: ({ a }) => {
        if (a === 2) throw new Error('two');
        return { x: 0 };
      },
      down: () => ({}),
    });
    const draft = draftOf({ items: [{ a: 1 }, { a: 2 }] });
    expect(() => {
      inItems('items', picky).bind(before).up(draft);
    }).toThrow('two');
    expect(draft).toEqual({ items: [{ a: 1 }, { a: 2 }] });
  });
});

describe('eachValue', () => {
  const bound = inValues('byName', change).bind(before);

  it('changes the objects in a dictionary, whatever their keys', () => {
    const text = '{"byName":{"a":{"a":1},"__proto__":{"a":2},"x":null}}';
    expect(JSON.stringify(up(bound, text))).toBe('{"byName":{"a":{"x":1},"__proto__":{"x":2},"x":null}}');
    expect(up(bound, { byName: [{ a: 1 }] })).toEqual({ byName: [{ a: 1 }] });
  });

  it('declares the values', () => {
    expect(bound.after['properties']).toMatchObject({
      byName: { type: 'object', additionalProperties: openFields('b', 'x') },
    });
  });
});

it('What the inner change says is said of the same fields from the root', () => {
  const bound = inItems('items', wrap('a', { as: 'all', onClear: 'clear' })).bind(before);
  const list = ['items', '*', 'all'];
  expect(bound.hidden.above).toEqual([list, [...list, '*']]);
  expect(bound.heads.above).toEqual([{ path: list, onClear: 'clear' }]);
  expect(bound.track.up(['items', '*', 'a', 'b'])).toEqual([...list, '*', 'b']);
  expect(bound.track.up(['items', '3', 'a'])).toEqual(['items', '3', 'all']);
  expect(bound.track.down([...list, '*'])).toEqual(['items', '*', 'a']);
  expect(bound.track.up(['items', '*', 'all'])).toBeNull();
  expect(bound.track.up(['a'])).toEqual(['a']);
  expect(bound.track.up(['items'])).toEqual(['items']);
});

it('Changes inside fields obey the laws', () => {
  expectLaws(inObject('media', change).bind(before), before);
  expectLaws(inItems('items', add('x', {}, { default: [{}] })).bind(before), before);
  expectLaws(inValues('byName', wrap('a', { as: '__proto__' })).bind(before), before);
});
