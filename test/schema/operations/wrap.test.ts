import type { JsonObject } from '../../../src/schema/json/json.js';
import { head, wrap } from '../../../src/schema/operations/wrap.js';
import { down, mistakeOf, objectOf, openFields, up } from './bound.js';
import { expectLaws } from './laws.js';

const text = { type: 'string' };
const texts = { type: 'array', items: text };
const below = objectOf({ cta: text });
const above = objectOf({ ctas: texts });
const wrapped = wrap('cta', { as: 'ctas' }).bind(below);
const headed = head('ctas', { as: 'cta' }).bind(above);

describe('wrap and head refuse', () => {
  it.each([
    ['there is no field "x"', () => wrap('x')],
    ['there is a field "title" already', () => wrap('cta', { as: 'title' })],
    ['"_id" says which block this is', () => wrap('cta', { as: '_id' })],
    ['there is no field "x"', () => head('x')],
    ['"cta" is no list', () => head('cta')],
  ])('%s', (message, declare) => {
    expect(mistakeOf(declare, objectOf({ cta: text, title: text }))).toContain(message);
  });
});

describe('A single value and the list of it', () => {
  it.each<[JsonObject, JsonObject]>([
    [{ cta: 'a' }, { ctas: ['a'] }],
    [{ cta: null }, { ctas: null }],
    [{ cta: ['a', 'b'] }, { ctas: [['a', 'b']] }],
    [{}, {}],
  ])('are %j and %j', (single, list) => {
    expect([up(wrapped, single), down(wrapped, list)]).toEqual([list, single]);
    expect([down(headed, single), up(headed, list)]).toEqual([list, single]);
  });

  it.each<[JsonObject, JsonObject]>([
    [{ ctas: [] }, {}],
    [{ ctas: ['a', 'b'] }, { cta: 'a' }],
    [{ ctas: [null] }, { cta: null }],
    [{ ctas: 'a' }, { cta: 'a' }],
  ])('%j is seen as %j', (list, single) => {
    expect(down(wrapped, list)).toEqual(single);
    expect(up(headed, list)).toEqual(single);
  });

  it('may have the same name', () => {
    const same = wrap('cta').bind(below);
    expect([up(same, { cta: 'a' }), down(same, { cta: ['a', 'b'] })]).toEqual([{ cta: ['a'] }, { cta: 'a' }]);
  });

  it('do not let other fields of the names through', () => {
    expect(up(wrapped, { ctas: ['b'] })).toEqual({});
    expect(down(wrapped, { cta: 'a' })).toEqual({});
  });
});

describe('What wrap and head say', () => {
  it('is that the list is hidden but for its head, and what clearing means', () => {
    expect(wrapped.hidden).toEqual({ below: [], above: [['ctas'], ['ctas', '*']] });
    expect(wrapped.heads).toEqual({ below: [], above: [{ path: ['ctas'], onClear: 'shift' }] });
    expect(head('ctas', { onClear: 'clear' }).bind(above).heads).toEqual({
      below: [{ path: ['ctas'], onClear: 'clear' }],
      above: [],
    });
  });

  it('is where fields inside go', () => {
    expect(wrapped.track.up(['cta', 'label'])).toEqual(['ctas', '*', 'label']);
    expect(wrapped.track.down(['ctas', '*', 'label'])).toEqual(['cta', 'label']);
    expect(wrapped.track.up(['ctas'])).toBeNull();
  });

  it('is the schema: a list that may be null where the value may, and not empty where the value is required', () => {
    expect(wrapped.after).toEqual(above);
    expect(headed.after).toEqual(below);
    expect(wrap('cta').bind(openFields('cta')).after).toEqual(
      objectOf({ cta: { type: ['array', 'null'], items: {} } }),
    );
    const required = objectOf({ cta: { ...texts, minItems: 1 } }, ['cta']);
    expect(wrap('cta').bind(objectOf({ cta: text }, ['cta'])).after).toEqual(required);
    expect(head('cta').bind(required).after).toEqual(objectOf({ cta: text }, ['cta']));
    expect(head('l').bind(objectOf({ l: { type: ['array', 'null'], items: text } })).after).toEqual(
      objectOf({ l: { type: ['string', 'null'] } }),
    );
    expect(head('l').bind(objectOf({ l: { type: ['array', 'null'], items: { enum: [1] } } })).after).toEqual(
      objectOf({ l: { anyOf: [{ enum: [1] }, { type: 'null' }] } }),
    );
  });

  it('is that older clients see an empty list where they require one and there is no value', () => {
    const bound = head('ctas', { as: 'cta' }).bind(objectOf({ ctas: texts }, ['ctas']));
    expect(bound.after).toEqual(below);
    expect(down(bound, {})).toEqual({ ctas: [] });
  });
});

it('wrap and head obey the laws', () => {
  expectLaws(wrapped, below);
  expectLaws(headed, above);
  const same = openFields('l');
  expectLaws(wrap('l').bind(same), same);
  expectLaws(head('l').bind(same), same);
  expectLaws(wrap('l', { as: '__proto__' }).bind(same), same);
  const required = objectOf({ l: {} }, ['l']);
  expectLaws(head('l', { as: 'x' }).bind(required), required);
});
