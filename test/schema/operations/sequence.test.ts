import fc from 'fast-check';
import { type JsonObject, sameJson } from '../../../src/schema/json/json.js';
import { add } from '../../../src/schema/operations/add.js';
import { code } from '../../../src/schema/operations/code.js';
import { convert } from '../../../src/schema/operations/convert.js';
import { hoist, plunge } from '../../../src/schema/operations/hoist.js';
import { irreversible } from '../../../src/schema/operations/irreversible.js';
import { merge } from '../../../src/schema/operations/merge.js';
import { inItems, inObject } from '../../../src/schema/operations/nested.js';
import type { Operation } from '../../../src/schema/operations/operation.js';
import { remove } from '../../../src/schema/operations/remove.js';
import { rename } from '../../../src/schema/operations/rename.js';
import { inSequence } from '../../../src/schema/operations/sequence.js';
import { split } from '../../../src/schema/operations/split.js';
import { head, wrap } from '../../../src/schema/operations/wrap.js';
import { anyJson } from '../any-json.js';
import { down, draftOf, mistakeOf, objectOf, openFields, up } from './bound.js';
import { expectLaws } from './laws.js';

const before = objectOf({ a: {}, b: {}, media: openFields('a', 'b'), list: { items: openFields('a', 'b') } });

const failing = code({
  reads: ['b'],
  writes: ['z'],
  up: () => {
    throw new Error('no way up');
  },
  down: () => {
    throw new Error('no way down either');
  },
});

describe('A sequence refuses', () => {
  it('an operation that does not fit what the ones before it leave', () => {
    expect(mistakeOf(() => inSequence([remove('a'), rename({ a: 'x' })]), before)).toContain('no field "a"');
    expect(mistakeOf(() => inSequence([rename({ a: 'x' }), add('x', {})]), before)).toContain('"x" already');
  });
});

describe('When an author’s function throws in a sequence', () => {
  const bound = inSequence([
    rename({ a: 'x' }),
    inObject('media', rename({ a: 'x' })),
    inItems('list', hoist('c', { from: 'a' })),
    failing,
    add('last', {}, { default: 1 }),
  ]).bind(
    objectOf({ a: {}, b: {}, media: openFields('a'), list: { items: objectOf({ a: openFields('c') }) } }),
  );
  const text = '{"a":1,"__proto__":{"p":1},"media":{"a":2,"b":3},"list":[{"a":{"c":4}},{"a":{}}],"b":5}';

  it('the object is as it was on the way up, and the objects in it are the same', () => {
    const draft = draftOf(text);
    const { media } = draft;
    expect(() => {
      bound.up(draft);
    }).toThrow('no way up');
    expect(JSON.stringify(draft)).toBe(text);
    expect(draft['media']).toBe(media);
  });

  it('and on the way down', () => {
    const draft = draftOf({ x: 1, media: { x: 2 }, list: [{ c: 4, a: {} }], last: 1 });
    expect(() => {
      bound.down(draft);
    }).toThrow('no way down either');
    expect(draft).toEqual({ x: 1, media: { x: 2 }, list: [{ c: 4, a: {} }], last: 1 });
  });
});

describe('A sequence', () => {
  it('goes up in order and down in reverse', () => {
    const bound = inSequence([rename({ a: 'x' }), add('a', {}, { default: 0 }), remove('b')]).bind(before);
    expect(up(bound, { a: 1, b: 2 })).toEqual({ x: 1, a: 0 });
    expect(down(bound, { x: 1, a: 0 })).toEqual({ a: 1 });
    expect(Object.keys(bound.after['properties'] as object).sort()).toEqual(['a', 'list', 'media', 'x']);
  });

  it('takes a field that is removed and one added later for two', () => {
    const bound = inSequence([remove('a', { default: 'old' }), add('a', {}, { default: 'new' })]).bind(
      before,
    );
    expect(up(bound, { a: 1 })).toEqual({ a: 'new' });
    expect(down(bound, { a: 1 })).toEqual({ a: 'old' });
    expect(bound.track.up(['a'])).toBeNull();
    expect(bound.hidden).toEqual({ below: [['a']], above: [['a']] });
  });

  it('of nothing changes nothing', () => {
    const bound = inSequence([]).bind(before);
    expect([bound.after, up(bound, { a: 1 }), bound.track.up(['a', 'b'])]).toEqual([
      before,
      { a: 1 },
      ['a', 'b'],
    ]);
  });

  it('says of its own two sides what its operations say of theirs', () => {
    const bound = inSequence([
      rename({ a: 'a2' }),
      split('a2', { into: ['p', 'q'], at: ' ' }),
      rename({ q: 'r' }),
      wrap('b', { as: 'bs' }),
      plunge('bs', { into: 'media', as: 'all' }),
      rename({ media: 'm' }),
    ]).bind(objectOf({ a: {}, b: {}, media: openFields('a') }, ['media']));
    expect(bound.together).toEqual({ below: [], above: [[['p'], ['r']]] });
    expect(bound.heads.above).toEqual([{ path: ['m', 'all'], onClear: 'shift' }]);
    expect(bound.hidden.above).toEqual([['p'], ['r'], ['m', 'all'], ['m', 'all', '*']]);
    expect(bound.track.up(['b', 'x'])).toEqual(['m', 'all', '*', 'x']);
    expect(bound.reach?.up(['a'])).toEqual([['p'], ['r']]);
    expect(bound.track.down(['r'])).toEqual(['a']);
  });

  it('says that all parts of a coarser field are seen less finely', () => {
    const lossy = convert('a', { up: (value) => value, down: (value) => value, lossy: 'detail' });
    const bound = inSequence([lossy, split('a', { into: ['p', 'q'], up: () => ({}), down: () => 1 })]).bind(
      before,
    );
    expect(bound.hidden.above).toEqual([['p'], ['q']]);
    const lifted = inSequence([
      convert('media', {
        up: (value) => value,
        down: (value) => value,
        lossy: 'detail',
        schema: openFields('a'),
      }),
      hoist('a', { from: 'media', as: 'up' }),
    ]).bind(before);
    expect(lifted.hidden.above).toEqual([['media'], ['up'], ['media']]);
  });

  it('forgets the head of a list that is none any more', () => {
    const bound = inSequence([wrap('a', { as: 'l' }), head('l', { as: 's' })]).bind(before);
    expect(bound.heads).toEqual({ below: [], above: [] });
  });

  it('is opaque, irreversible and lossy as its operations are', () => {
    const lossy = convert('b', {
      up: (value) => value,
      down: (value) => value,
      lossy: { up: 'u', down: 'd' },
    });
    const bound = inSequence([irreversible('first'), lossy, rename({ a: 'x' }), irreversible('second')]).bind(
      before,
    );
    expect([bound.isOpaque, bound.irreversible]).toEqual([true, 'first; second']);
    expect(bound.losses).toEqual({ up: 'u', down: 'd' });
    const draft = draftOf({ x: 1 });
    expect(() => {
      bound.down(draft);
    }).toThrow('this change has no way down: first; second');
    expect(draft).toEqual({ x: 1 });
    expect(inSequence([rename({ a: 'x' })]).bind(before).isOpaque).toBe(false);
  });

  it('tells the changelog of each', () => {
    expect(inSequence([rename({ a: 'x' }), inObject('media', remove('b'))]).summary).toBe(
      'renames `a` to `x`, in `media`: removes `b`',
    );
  });
});

describe('Composition', () => {
  const sequences: readonly (readonly Operation[])[] = [
    [rename({ a: 'b', b: 'a' }), wrap('a'), add('x', {}, { default: [1] }), remove('b', { default: null })],
    [inObject('media', rename({ a: 'x' })), hoist('x', { from: 'media' }), wrap('x', { as: 'xs' })],
    [
      split('a', { into: ['p', 'q'], at: ' ' }),
      merge(['q', 'p'], { as: 'a', with: '-' }),
      rename({ a: '__proto__' }),
    ],
    [inItems('list', inSequence([rename({ a: 'c' }), remove('b')])), head('list', { as: 'first' })],
    [
      remove('a'),
      add('a', {}),
      plunge('a', { into: 'media', as: 'c' }),
      hoist('b', { from: 'media', as: 'd' }),
    ],
  ];

  it('of sequences is the same as one operation after the other', () => {
    const values = fc.oneof(anyJson, fc.constantFrom<JsonObject>({ a: 1 }, { b: 'x', a: 'y z' }, {}));
    const documents = fc.record(
      { a: values, b: values, media: values, list: fc.oneof(values, fc.array(values)), x: values },
      { requiredKeys: [] },
    ) as fc.Arbitrary<JsonObject>; // a record of JSON, absent keys aside
    fc.assert(
      fc.property(fc.constantFrom(...sequences), documents, (operations, document) => {
        const together = inSequence(operations).bind(before);
        let schema = before;
        const steps = operations.map((operation) => {
          const step = operation.bind(schema);
          schema = step.after;
          return step;
        });
        const oneByOne = draftOf(document);
        for (const step of steps) step.up(oneByOne);
        const raised = up(together, document);
        for (const step of steps.toReversed()) step.down(oneByOne);
        if (!sameJson(oneByOne, down(together, raised as JsonObject))) throw new Error('not the same below');
      }),
    );
  });

  it.each(sequences.map((operations) => [inSequence(operations).summary, operations] as const))(
    'obeys the laws: %s',
    (_, operations) => {
      expectLaws(inSequence(operations).bind(before), before, { values: ['a-b', 'c d-e f'] });
    },
  );
});
