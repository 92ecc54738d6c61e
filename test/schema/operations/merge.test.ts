import { merge } from '../../../src/schema/operations/merge.js';
import { down, mistakeOf, objectOf, up } from './bound.js';

const text = { type: 'string' };
const below = objectOf({ first: text, last: text, title: {} });
const merged = merge(['first', 'last'], { as: 'name', with: ' ' }).bind(below);

describe('merge refuses', () => {
  it.each([
    ['there is no field "x"', () => merge(['first', 'x'], { as: 'name', with: ' ' })],
    ['there is a field "title" already', () => merge(['first', 'last'], { as: 'title', with: ' ' })],
    ['"last" can\'t be a part of itself', () => merge(['first', 'last'], { as: 'last', with: ' ' })],
    ['expected at least two fields', () => merge(['first'], { as: 'name', with: ' ' })],
    ['older clients need a place to cut', () => merge(['first', 'last'], { as: 'name', with: '' })],
    ['"_id" says which block this is', () => merge(['first', '_id'], { as: 'name', with: ' ' })],
  ])('%s', (message, declare) => {
    expect(mistakeOf(declare, below)).toContain(message);
  });
});

describe('merge', () => {
  it('joins the texts that are there, and cuts them for older clients', () => {
    expect(up(merged, { first: 'a', last: 'b c' })).toEqual({ name: 'a b c' });
    expect(up(merged, { last: 'b' })).toEqual({ name: 'b' });
    expect(up(merged, {})).toEqual({});
    expect(down(merged, { name: 'a b c' })).toEqual({ first: 'a', last: 'b c' });
    expect(down(merged, { name: 'a' })).toEqual({ first: 'a' });
  });

  it('lets no other fields of the names through', () => {
    expect(up(merged, { name: 'x' })).toEqual({});
    expect(down(merged, { first: 'x' })).toEqual({});
  });

  it('says that what it merges belongs together, and is not told apart above', () => {
    expect(merged.together).toEqual({ below: [[['first'], ['last']]], above: [] });
    expect(merged.hidden).toEqual({ below: [['first'], ['last']], above: [] });
    expect(merged.track.up(['last'])).toEqual(['name']);
    expect(merged.reach?.down(['name'])).toEqual([['first'], ['last']]);
  });

  it('declares a text, required where the first part is', () => {
    expect(merged.after).toEqual(objectOf({ title: {}, name: text }));
    const required = (names: readonly string[]): unknown =>
      merge(['first', 'last'], { as: 'name', with: ' ' }).bind(objectOf({ first: text, last: text }, names))
        .after;
    expect(required(['first'])).toEqual(objectOf({ name: text }, ['name']));
    expect(required(['last'])).toEqual(objectOf({ name: text }));
  });

  it('calls functions for what is there, and says what they lose', () => {
    const bound = merge(['first', 'last'], {
      as: 'name',
      up: (parts) => Object.keys(parts),
      down: (value) => ({ last: value }),
      schema: { type: 'array' },
      lossy: { up: 'the texts' },
    }).bind(objectOf({ first: text, last: text }, ['last']));
    expect(up(bound, { first: 'a' })).toEqual({ name: ['first'] });
    expect(up(bound, { name: 1 })).toEqual({});
    expect(down(bound, { name: 1, first: 'x' })).toEqual({ last: 1 });
    expect(bound.after).toEqual(objectOf({ name: { type: 'array' } }, ['name']));
    expect(bound.losses).toEqual({ up: 'the texts', down: null });
    expect(bound.hidden).toEqual({ below: [['first'], ['last']], above: [] });
  });
});
