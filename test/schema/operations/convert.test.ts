import type { JsonObject, JsonValue } from '../../../src/schema/json/json.js';
import { convert, type ConvertOptions } from '../../../src/schema/operations/convert.js';
import { fitting } from '../../../src/schema/operations/fits.js';
import { down, draftOf, mistakeOf, objectOf, openFields, up } from './bound.js';
import { expectLaws } from './laws.js';

const before = openFields('tone');
const tables = {
  up: { plain: 0, loud: 9 },
  down: { 0: 'plain', 5: 'plain', 9: 'loud' },
} satisfies ConvertOptions;

describe('convert refuses', () => {
  it.each([
    ['there is no field "x"', () => convert('x', tables)],
    ['"_id" says which block this is', () => convert('_id', tables)],
    [
      `convert('tone'): "up" for "a" gave Infinity, which is no JSON`,
      () => convert('tone', { up: { a: Infinity }, down: {} }),
    ],
  ])('%s', (message, declare) => {
    expect(mistakeOf(declare, before)).toContain(message);
  });
});

describe('A table', () => {
  const bound = convert('tone', tables).bind(before);

  it('replaces the values it names, and lets others pass', () => {
    expect(up(bound, { tone: 'loud' })).toEqual({ tone: 9 });
    expect(down(bound, { tone: 5 })).toEqual({ tone: 'plain' });
    expect(down(bound, { tone: '5' })).toEqual({ tone: 'plain' });
    for (const tone of ['other', 3, ['loud'], { loud: 1 }, true, 'toString', null]) {
      expect(up(bound, { tone })).toEqual({ tone });
    }
  });

  it('leaves absent what is absent', () => {
    expect(up(bound, {})).toEqual({});
    expect(up(convert('tone', { up: { undefined: 1, null: 2 }, down: {} }).bind(before), {})).toEqual({});
  });

  it('matches booleans, and null where it has a key for it', () => {
    const words = convert('tone', {
      up: { true: 'yes', null: 'unknown' },
      down: { yes: true, unknown: null },
    });
    expect(up(words.bind(before), { tone: true })).toEqual({ tone: 'yes' });
    expect(up(words.bind(before), { tone: null })).toEqual({ tone: 'unknown' });
    expect(down(words.bind(before), { tone: 'unknown' })).toEqual({ tone: null });
  });
});

describe('The schema above two tables', () => {
  const after = (tone: Record<string, unknown>, options: ConvertOptions = tables): unknown =>
    convert('tone', options).bind(objectOf({ tone }, ['tone'])).after;

  it('is closed where the one below is: all that can be there, of the types that the way up makes', () => {
    expect(after({ title: 'Tone', type: 'string', enum: ['plain', 'loud', 'odd', null] })).toEqual(
      objectOf({ tone: { title: 'Tone', enum: [0, 9, 'odd', null, 5] } }, ['tone']),
    );
    expect(after({ const: 'a' }, { up: { a: true }, down: { true: 'a', x: 'a' } })).toEqual(
      objectOf({ tone: { enum: [true, 'x'] } }, ['tone']),
    );
  });

  it('is that of the one below, where it is not closed, and what the tables name besides', () => {
    const open = { description: 'd', type: 'string', maxLength: 9 };
    expect(after(open)).toEqual(
      objectOf({ tone: { description: 'd', anyOf: [open, { enum: [0, 9, 5] }] } }, ['tone']),
    );
    expect(after(open, { up: { a: 'b' }, down: { b: 'a' } })).toEqual(objectOf({ tone: open }, ['tone']));
  });

  it('is open where a function says what becomes of the values', () => {
    expect(after({ description: 'd', type: 'string' }, { up: () => 1, down: {} })).toEqual(
      objectOf({ tone: { description: 'd' } }, ['tone']),
    );
  });

  it('is what the author says', () => {
    expect(after({ enum: ['plain'] }, { ...tables, schema: { type: 'integer' } })).toEqual(
      objectOf({ tone: { type: 'integer' } }, ['tone']),
    );
  });
});

describe('What two tables lose', () => {
  const hidden = (tone: Record<string, unknown>, options: ConvertOptions): unknown =>
    convert('tone', options).bind(objectOf({ tone })).hidden;
  const closed = { enum: ['plain', 'loud'] };

  it('is nothing where they are each other’s inverse on what the field may be', () => {
    const inverse = { up: { plain: 0, loud: 9 }, down: { 0: 'plain', 9: 'loud' } };
    expect(hidden(closed, inverse)).toEqual({ below: [], above: [] });
  });

  it('is above, where several values come down as one', () => {
    expect(hidden(closed, tables)).toEqual({ below: [], above: [['tone']] });
  });

  it('is below, where several values go up as one', () => {
    const coarser = { up: { plain: 0, loud: 0 }, down: { 0: 'plain' } };
    expect(hidden(closed, coarser)).toEqual({ below: [['tone']], above: [] });
  });

  it('is on both sides, where an open field may have a value that looks like one from the other', () => {
    const inverse = { up: { plain: 0 }, down: { 0: 'plain' } };
    expect(hidden({ type: 'string' }, inverse)).toEqual({ below: [['tone']], above: [['tone']] });
  });
});

describe('Functions', () => {
  const upper = (value: JsonValue): JsonValue => (typeof value === 'string' ? value.toUpperCase() : value);
  const functions = { up: upper, down: (value: JsonValue) => value };

  it('see every value that is there, null too', () => {
    const seen: JsonValue[] = [];
    const watch = convert('tone', { ...functions, up: (value) => seen.push(value) }).bind(before);
    for (const document of [{}, { tone: null }, { tone: [1] }]) up(watch, document);
    expect(seen).toEqual([null, [1]]);
  });

  it.each<[string, (value: JsonValue) => unknown]>([
    ['undefined', () => undefined],
    ['NaN', () => NaN],
    ['a Promise', () => Promise.resolve(1)],
    ['a Date', () => new Date(0)],
    ['a value of type function', () => ({ a: [() => 1] })],
    ['a value of type undefined', () => [, 1]], // eslint-disable-line no-sparse-arrays -- what a slip may return
    ['more than 64 levels', () => JSON.parse('['.repeat(65) + ']'.repeat(65)) as unknown],
    [
      'an object that contains itself',
      () => {
        const loop: Record<string, unknown> = {};
        loop['loop'] = [loop];
        return loop;
      },
    ],
  ])('must return JSON, and %s is none', (found, wrong) => {
    // JavaScript authors are not held by types.
    const bound = convert('tone', { ...functions, up: wrong as typeof upper }).bind(before);
    const draft = draftOf({ tone: 'a' });
    expect(() => {
      bound.up(draft);
    }).toThrow(new RegExp(`convert\\('tone'\\): "up" gave .*${found}.*no JSON`));
    expect(draft).toEqual({ tone: 'a' });
  });

  it('can’t change what they look at, nor keep what they return', () => {
    const kept = { list: [1] };
    const bound = convert('tone', { ...functions, up: () => kept }).bind(before);
    const draft = draftOf({ tone: 1 });
    bound.up(draft);
    kept.list.push(2);
    expect(draft).toEqual({ tone: { list: [1] } });
    const mutating = convert('tone', {
      ...functions,
      up: (value) => Reflect.set(value as object, 'x', 1) || 'frozen',
    });
    expect(up(mutating.bind(before), { tone: { list: [] } })).toEqual({ tone: 'frozen' });
  });

  it('are opaque, open, and lose what the author says', () => {
    const bound = (lossy?: ConvertOptions['lossy']): unknown => {
      const { isOpaque, hidden, losses, after } = convert('tone', {
        ...functions,
        ...(lossy !== undefined && { lossy }),
      }).bind(objectOf({ tone: { title: 'T', enum: ['a'] } }));
      expect([isOpaque, after]).toEqual([true, objectOf({ tone: { title: 'T' } })]);
      return { hidden, losses };
    };
    expect(bound()).toEqual({ hidden: { below: [], above: [] }, losses: { up: null, down: null } });
    expect(bound('case')).toEqual({
      hidden: { below: [], above: [['tone']] },
      losses: { up: null, down: 'case' },
    });
    expect(bound({ up: 'case' })).toEqual({
      hidden: { below: [['tone']], above: [] },
      losses: { up: 'case', down: null },
    });
  });
});

it('convert by tables obeys the laws for documents that fit', () => {
  const fitsOf = (schema: Record<string, unknown>): ((document: JsonObject) => boolean) => fitting(schema);
  for (const tone of [{}, { enum: ['plain', 'loud', null] }, { type: 'string' }]) {
    const type = objectOf({ tone });
    for (const options of [tables, { up: { plain: { x: [] } }, down: { a: 'b' } }, { up: {}, down: {} }]) {
      const bound = convert('tone', options).bind(type);
      expectLaws(bound, type, {
        values: ['plain', 'loud', 'a', 'b', 0, 5, 9, '0', '5'],
        below: fitsOf(type),
        above: fitsOf(bound.after),
      });
    }
  }
});
