import { compareVersions, mayReplace, requireKnownSchema } from '../../src/upgrade/versions.js';
import type { Installation } from '../../src/events/installation.js';

const database = (programVersion: string, schemaVersion = 1): Installation => ({
  programVersion,
  schemaVersion,
  mode: 'live',
  epoch: 1,
  pid: null,
  pidStarted: null,
  bootId: null,
});

const program = (version: string, schemaVersion = 1) => ({ version, schemaVersion });

test('a program that knows less than was written can not take over, and is told what it does not know', () => {
  expect(() => mayReplace('revert', program('1.0.0', 1), database('1.1.0', 3))).toThrow(
    "schema version 2, 3 can't be read by 1.0.0",
  );
  expect(() => {
    requireKnownSchema(program('1.0.0', 1), database('1.1.0', 2));
  }).toThrow('the database speaks schema version 2');
});

test('each direction has its verb, and the same version has nothing to do', () => {
  expect(() => mayReplace('upgrade', program('1.0.0'), database('1.1.0'))).toThrow('palimpsest revert');
  expect(() => mayReplace('revert', program('1.1.0'), database('1.0.0'))).toThrow('palimpsest upgrade');
  expect(mayReplace('upgrade', program('1.0.0'), database('1.0.0'))).toBe(false);
  expect(mayReplace('upgrade', program('1.1.0', 2), database('1.0.0'))).toBe(true);
  expect(mayReplace('revert', program('1.0.0'), database('1.1.0'))).toBe(true);
});

test.each([
  ['1.0.0', '1.0.0', 0],
  ['1.9.0', '1.10.0', -1],
  ['2.0.0', '1.99.99', 1],
  ['1.0.0-rc.1', '1.0.0', -1],
  ['1.0.0-rc.10', '1.0.0-rc.9', 1],
])('%s against %s', (one, other, order) => {
  expect(Math.sign(compareVersions(one, other))).toBe(order);
  expect(Math.sign(compareVersions(other, one))).toBe(-order + 0);
});
