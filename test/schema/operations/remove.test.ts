import { remove } from '../../../src/schema/operations/remove.js';
import { down, mistakeOf, objectOf, openFields, up } from './bound.js';
import { expectLaws } from './laws.js';

const before = openFields('title', 'layout');

describe('remove refuses', () => {
  it('a field that is not there', () => {
    expect(mistakeOf(() => remove('layuot'), before)).toBe(
      `remove('layuot'): there is no field "layuot" in this type, expected one of title, layout: ` +
        'correct the name, or add it',
    );
  });

  it('any field of a type that declares none', () => {
    expect(mistakeOf(() => remove('layout'))).toContain('which declares none');
  });

  it('a field that older clients require, unless there is a default', () => {
    const required = objectOf({ layout: {} }, ['layout']);
    expect(mistakeOf(() => remove('layout'), required)).toBe(
      `remove('layout'): "layout" is required below: say by "default" what older clients see`,
    );
    expect(remove('layout', { default: null }).bind(required).after).toEqual({
      type: 'object',
      properties: {},
    });
  });

  it('_type', () => {
    expect(mistakeOf(() => remove('_type'))).toContain('"_type" says which block this is');
  });
});

describe('remove', () => {
  it('takes the field away', () => {
    expect(up(remove('layout').bind(before), { title: 't', layout: 1 })).toEqual({ title: 't' });
  });

  it('shows older clients the default, and nothing without one', () => {
    expect(down(remove('layout', { default: [1] }).bind(before), {})).toEqual({ layout: [1] });
    expect(down(remove('layout').bind(before), {})).toEqual({});
  });

  it('does not let another field of that name through', () => {
    expect(down(remove('layout').bind(before), { layout: 1 })).toEqual({});
  });

  it.each(['layout', '__proto__', 'constructor'])('obeys the laws for a field called %s', (name) => {
    const fields = openFields('title', name);
    expectLaws(remove(name).bind(fields), fields);
    expectLaws(remove(name, { default: { x: [] } }).bind(fields), fields);
  });
});
