import { changedBetween } from '../../src/schema/json/changed-pointers.js';

const object = (value: number, members: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: members }, (_, index) => [`x${index}`, value])));

it('changedBetween tells all that has changed, where that is at most a hundred places', () => {
  expect(changedBetween('{"a":1,"b":2}', '{"a":2,"b":2}', 100)).toEqual({ changed: ['/a'] });
  expect(changedBetween('{}', '{ }', 100)).toEqual({ changed: [] });
  expect(changedBetween(object(1, 100), object(2, 100), 10_000).more).toBeUndefined();
});

it('changedBetween tells a hundred, and that there are more', () => {
  const { changed, more } = changedBetween(object(1, 101), object(2, 101), 10_000);
  expect([changed.length, more]).toEqual([100, true]);
});

it('changedBetween does not read texts that are longer than it may', () => {
  expect(changedBetween('not JSON', 'at all', 13)).toEqual({ changed: [], more: true });
});
