import type { JsonObject, JsonValue } from '../../../src/schema/json/json.js';
import type { CodeFields } from '../../../src/schema/operations/code-fields.js';
import { code } from '../../../src/schema/operations/code.js';
import { irreversible } from '../../../src/schema/operations/irreversible.js';
import { down, draftOf, mistakeOf, objectOf, openFields, up } from './bound.js';

const before = objectOf({ a: { type: 'string' }, b: {}, c: {} }, ['a', 'b']);
const swap = {
  reads: ['a', 'b'],
  writes: { a: { const: 1 }, x: {} },
  up: ({ a = 0, b = 0 }) => ({ a: b, x: a }),
  down: ({ a = 0, x = 0 }) => ({ a: x, b: a }),
} satisfies CodeFields;

describe('code refuses', () => {
  it.each([
    ['there is no field "z"', () => code({ ...swap, reads: ['z'] })],
    ['there is a field "c" already', () => code({ ...swap, writes: ['c'] })],
    ['"_id" says which block this is', () => code({ ...swap, reads: ['_id'] })],
    ['"_type" says which block this is', () => code({ ...swap, writes: ['_type'] })],
    // What a JavaScript author may leave out.
    ['"writes" is missing', () => code({ ...swap, writes: undefined } as unknown as CodeFields)],
    ['"reads" is missing', () => code({ ...swap, reads: undefined } as unknown as CodeFields)],
  ])('%s', (message, declare) => {
    expect(mistakeOf(declare, before)).toContain(message);
  });
});

describe('A function that returns no fields is refused, and the object stays as it was:', () => {
  it.each<[string, unknown]>([
    ['gave a Promise', Promise.resolve({})],
    ['gave a value of type undefined', undefined],
    ['gave a value of type undefined', { x: [undefined] }],
    ['gave NaN', { x: NaN }],
    ['gave an array', []],
    ['gave null', null],
    ['gave "text"', 'text'],
    ['gave a Map', { x: new Map() }],
    ['gave "b", which it does not declare: expected a, x', { b: 1 }],
  ])('%s', (message, result) => {
    const bound = code({ ...swap, up: () => result as JsonObject }).bind(before);
    const draft = draftOf({ a: '1', b: 2 });
    expect(() => {
      bound.up(draft);
    }).toThrow(message);
    expect(draft).toEqual({ a: '1', b: 2 });
  });
});

describe('code on fields', () => {
  const bound = code(swap).bind(before);

  it('takes what it reads, gives what it writes, and leaves the rest', () => {
    expect(up(bound, { a: '1', b: 2, c: 3 })).toEqual({ a: 2, x: '1', c: 3 });
    expect(down(bound, { a: 2, x: '1', c: 3 })).toEqual({ a: '1', b: 2, c: 3 });
  });

  it('leaves absent what it returns as undefined, at any depth', () => {
    const absent = { x: { y: undefined, z: 1 }, a: undefined } as unknown as JsonObject;
    expect(up(code({ ...swap, up: () => absent }).bind(before), { a: '1', b: 2 })).toEqual({ x: { z: 1 } });
  });

  it('sees only what is there, and leaves absent what it does not return', () => {
    const seen: JsonValue[] = [];
    const quiet = code({ ...swap, up: (fields) => (seen.push(fields), {}) }).bind(before);
    expect(up(quiet, { b: 1, c: 2, x: 3 })).toEqual({ c: 2 });
    expect(seen).toEqual([{ b: 1 }]);
  });

  it('lets no other fields of the names through', () => {
    expect(down(bound, { a: 1, x: 2, b: 'shadow' })).toEqual({ a: 2, b: 1 });
  });

  it('shows frozen copies and keeps a copy of what is returned', () => {
    const kept = { list: [1] };
    const mutating = code({
      ...swap,
      up: ({ a }) => {
        expect(() => {
          (a as unknown as number[]).push(1);
        }).toThrow(TypeError);
        return { x: kept };
      },
    }).bind(before);
    const draft = draftOf({ a: [0] });
    mutating.up(draft);
    kept.list.push(2);
    expect(draft).toEqual({ x: { list: [1] } });
  });

  it('knows own fields only', () => {
    const names = ['__proto__', 'toString'];
    const open = openFields(...names);
    const echo = code({ reads: names, writes: names, up: (fields) => fields, down: (fields) => fields }).bind(
      open,
    );
    expect(up(echo, {})).toEqual({});
    expect(JSON.stringify(up(echo, '{"__proto__":{"x":1}}'))).toBe('{"__proto__":{"x":1}}');
  });

  it('declares what it writes: what it says, what it was, or anything', () => {
    expect(bound.after).toEqual(objectOf({ c: {}, a: { const: 1 }, x: {} }, ['a']));
    expect(code({ ...swap, writes: ['a', 'x'] }).bind(before).after).toEqual(
      objectOf({ c: {}, a: { type: 'string' }, x: {} }, ['a']),
    );
  });

  it('says that its fields belong together, and where they go', () => {
    expect(bound.together).toEqual({ below: [[['a'], ['b']]], above: [[['a'], ['x']]] });
    expect([bound.track.up(['a']), bound.track.up(['b']), bound.track.up(['c'])]).toEqual([
      ['a'],
      null,
      ['c'],
    ]);
    expect(bound.reach?.up(['b', 'deep'])).toEqual([['a'], ['x']]);
    expect(bound.reach?.up(['x'])).toEqual([]);
  });

  it('is opaque and loses what the author says: downwards, unless they say which way', () => {
    const lossy = (reason: CodeFields['lossy'] & {}): unknown =>
      code({ ...swap, lossy: reason }).bind(before).hidden;
    expect([bound.isOpaque, bound.hidden]).toEqual([true, { below: [], above: [] }]);
    expect(lossy('detail')).toEqual({ below: [], above: [['a'], ['x']] });
    expect(lossy({ up: 'detail' })).toEqual({ below: [['a'], ['b']], above: [] });
  });

  it('may have no way down', () => {
    const oneWay = code({ ...swap, down: irreversible('it is a digest') }).bind(before);
    expect(oneWay.irreversible).toBe('it is a digest');
    expect(() => down(oneWay, { a: 1 })).toThrow('has no way down: it is a digest');
  });
});

describe('code on the whole object', () => {
  const whole = code({
    up: ({ _id, _type, ...fields }) => ({ ...fields, _id: 'other', more: [_id ?? 'none', _type ?? 'none'] }),
    down: ({ more: _, ...fields }) => fields,
    schema: openFields('_id', 'a', 'more'),
    lossy: 'more',
  }).bind(before);

  it('gives and takes everything but _id and _type', () => {
    expect(up(whole, { _id: 'i', _type: 't', a: 1 })).toEqual({
      _id: 'i',
      _type: 't',
      a: 1,
      more: ['i', 't'],
    });
    expect(up(whole, { a: 1 })).toEqual({ a: 1, more: ['none', 'none'] });
    expect(down(whole, { _id: 'i', a: 1, more: [] })).toEqual({ _id: 'i', a: 1 });
  });

  it('says that any field may come from any other', () => {
    expect(whole.after).toEqual(openFields('_id', 'a', 'more'));
    expect(whole.hidden).toEqual({ below: [], above: [[]] });
    expect(whole.together.above).toEqual([[['a'], ['more']]]);
    expect([whole.track.up(['a']), whole.track.up(['_id'])]).toEqual([null, ['_id']]);
    expect(whole.reach?.down(['more'])).toEqual([[]]);
  });

  it('leaves the object as it was when the function throws', () => {
    const failing = code({ up: () => JSON.parse('nonsense') as JsonObject, down: (fields) => fields });
    const draft = draftOf({ a: 1 });
    expect(() => {
      failing.bind(before).up(draft);
    }).toThrow(SyntaxError);
    expect(draft).toEqual({ a: 1 });
  });
});
