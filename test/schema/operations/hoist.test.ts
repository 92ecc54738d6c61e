import type { JsonObject } from '../../../src/schema/json/json.js';
import { hoist, plunge } from '../../../src/schema/operations/hoist.js';
import { down, mistakeOf, objectOf, openFields, up } from './bound.js';
import { expectLaws } from './laws.js';

const below = objectOf({ media: openFields('alt', 'src'), title: {} });
const above = objectOf({ media: openFields('src'), title: {}, alt: {} });
const hoisted = hoist('alt', { from: 'media' }).bind(below);
const plunged = plunge('alt', { into: 'media' }).bind(above);

describe('hoist refuses', () => {
  it.each([
    ['there is no field "x"', () => hoist('alt', { from: 'x' })],
    [`hoist('x') from "media": there is no field "x"`, () => hoist('x', { from: 'media' })],
    ['there is a field "title" already', () => hoist('alt', { from: 'media', as: 'title' })],
    ['there is a field "media" already', () => hoist('alt', { from: 'media', as: 'media' })],
    ['"_id" says which block this is', () => hoist('_id', { from: 'media' })],
    ['"_type" says which block this is', () => hoist('alt', { from: 'media', as: '_type' })],
  ])('%s', (message, declare) => {
    expect(mistakeOf(declare, below)).toContain(message);
  });
});

describe('plunge refuses', () => {
  it.each([
    ["a field can't move into itself", () => plunge('alt', { into: 'alt' })],
    ['there is no field "x"', () => plunge('alt', { into: 'x' })],
    ['there is no field "x"', () => plunge('x', { into: 'media' })],
    ['there is a field "src" already', () => plunge('alt', { into: 'media', as: 'src' })],
  ])('%s', (message, declare) => {
    expect(mistakeOf(declare, above)).toContain(message);
  });
});

describe('A field that moves up', () => {
  it.each<[JsonObject, JsonObject]>([
    [{ media: { alt: 1, src: 2 } }, { media: { src: 2 }, alt: 1 }],
    [{ media: { alt: null } }, { media: {}, alt: null }],
    [{ media: { src: 2 } }, { media: { src: 2 } }],
    [{ media: null }, { media: null }],
    [{ media: 'x' }, { media: 'x' }],
    [{ media: [{ alt: 1 }] }, { media: [{ alt: 1 }] }],
    [{}, {}],
  ])('makes %j into %j, and back', (lower, upper) => {
    expect([up(hoisted, lower), down(hoisted, upper)]).toEqual([upper, lower]);
    expect([down(plunged, lower), up(plunged, upper)]).toEqual([upper, lower]);
  });

  it.each<JsonObject>([{}, { media: null }, { media: 'x' }])(
    'makes an object for older clients of %j',
    (upper) => {
      expect(down(hoisted, { ...upper, alt: 1 })).toEqual({ media: { alt: 1 } });
    },
  );

  it('does not let other fields of the names through', () => {
    expect(up(hoisted, { alt: 1, media: {} })).toEqual({ media: {} });
    expect(down(hoisted, { media: { alt: 1 } })).toEqual({ media: {} });
  });

  it('may get another name', () => {
    const renamed = hoist('alt', { from: 'media', as: 'text' }).bind(below);
    expect(up(renamed, { media: { alt: 1 } })).toEqual({ media: {}, text: 1 });
    expect(down(renamed, { media: {}, text: 1 })).toEqual({ media: { alt: 1 } });
  });
});

it('The declarations move with the field, required where it is always there', () => {
  expect(hoisted.after).toEqual(above);
  expect(plunged.after).toEqual(below);
  const sure = objectOf({ media: objectOf({ alt: {} }, ['alt']) }, ['media']);
  const apart = objectOf({ media: objectOf({}), alt: {} }, ['media', 'alt']);
  expect(hoist('alt', { from: 'media' }).bind(sure).after).toEqual(apart);
  expect(plunge('alt', { into: 'media' }).bind(apart).after).toEqual(sure);
});

it('A host that may be missing is not seen as finely by those who see the value in it', () => {
  expect(hoisted.hidden).toEqual({ below: [], above: [['media']] });
  expect(plunged.hidden).toEqual({ below: [['media']], above: [] });
  const sure = objectOf({ media: openFields('alt') }, ['media']);
  expect(hoist('alt', { from: 'media' }).bind(sure).hidden).toEqual({ below: [], above: [] });
});

it('hoist and plunge obey the laws', () => {
  expectLaws(hoisted, below);
  expectLaws(plunged, above);
  expectLaws(hoist('alt', { from: 'media', as: '__proto__' }).bind(below), below);
  const odd = objectOf({ ['__proto__']: openFields('constructor') });
  expectLaws(hoist('constructor', { from: '__proto__' }).bind(odd), odd);
});
