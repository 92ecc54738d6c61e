import { add } from '../../../src/schema/operations/add.js';
import { down, mistakeOf, objectOf, openFields, up } from './bound.js';
import { expectLaws } from './laws.js';

const before = openFields('title');

describe('add refuses', () => {
  it('a name that is taken', () => {
    expect(mistakeOf(() => add('title', {}), before)).toBe(
      `add('title'): there is a field "title" already: remove it first, or choose another name`,
    );
  });

  it('a required field without a default', () => {
    expect(mistakeOf(() => add('tone', {}, { required: true }))).toBe(
      `add('tone'): "required" needs a "default", which documents from below get: say one`,
    );
  });

  it.each(['_id', '_type'])('%s', (name) => {
    expect(mistakeOf(() => add(name, {}))).toContain(`"${name}" says which block this is`);
  });

  it('a default that is no JSON', () => {
    expect(mistakeOf(() => add('tone', {}, { default: NaN }))).toContain('NaN, which is no JSON');
  });
});

describe('add', () => {
  it('leaves the field absent where there is no default', () => {
    expect(up(add('tone', {}).bind(before), { title: 't' })).toEqual({ title: 't' });
  });

  it('fills in a default, which may be null', () => {
    expect(up(add('tone', {}, { default: { a: [1] } }).bind(before), {})).toEqual({ tone: { a: [1] } });
    expect(up(add('tone', {}, { default: null }).bind(before), {})).toEqual({ tone: null });
  });

  it('is not changed by what the author does to the default afterwards', () => {
    const value = { list: [1] };
    const bound = add('tone', {}, { default: value }).bind(before);
    value.list.push(2);
    expect(up(bound, {})).toEqual({ tone: { list: [1] } });
  });

  it('does not let another field of that name through', () => {
    expect(up(add('tone', {}).bind(before), { tone: 1 })).toEqual({});
    expect(up(add('tone', {}, { default: 2 }).bind(before), { tone: 1 })).toEqual({ tone: 2 });
  });

  it('is not seen below', () => {
    expect(down(add('tone', {}).bind(before), { title: 't', tone: 1 })).toEqual({ title: 't' });
  });

  it('declares the field above, required if it says so', () => {
    const tone = { type: 'string' };
    expect(add('tone', tone).bind(before).after).toEqual(objectOf({ title: {}, tone }));
    expect(add('tone', tone, { default: '', required: true }).bind(before).after).toEqual(
      objectOf({ title: {}, tone }, ['tone']),
    );
    expect(add('tone', tone).bind({}).after).toEqual({ properties: { tone } });
  });

  it.each(['tone', '__proto__', 'toString'])('obeys the laws for a field called %s', (name) => {
    expectLaws(add(name, {}).bind(before), before);
    expectLaws(add(name, {}, { default: { x: [] } }).bind(before), before);
  });
});
