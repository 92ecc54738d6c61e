import { describeReport } from '../../src/cli/migrations/check-report.js';
import { Faults, requireNoFault } from '../../src/schema/faults.js';
import { fieldsFrom, objectFrom } from '../../src/schema/operations/foreign.js';

const long = 'x'.repeat(3_000_000);

function saidBy(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was refused nowhere');
}

test.each<[string, () => unknown]>([
  ['a text in the place of an object', () => objectFrom(long, 'up')],
  ['a field with a long name', () => fieldsFrom({ [long]: 1 }, new Set(['a']), 'up')],
  [
    'a fault at a long pointer',
    () => {
      const faults = new Faults();
      faults.add({ pointer: `/${long}`, keyword: 'type', params: {}, message: 'must be string' });
      requireNoFault(2, faults);
    },
  ],
])('what a rung makes is not told whole: %s', (_what, act) => {
  const said = saidBy(act);
  expect(said).toContain('xxx');
  expect(said.length).toBeLessThan(1_000);
});

test('a report of a check does not tell it whole either', () => {
  const finding = {
    law: 'validity',
    from: 1,
    to: 2,
    type: 'page',
    rung: 2,
    trial: null,
    seed: 1,
    file: null,
  };
  const told = describeReport({
    sound: false,
    runs: 1,
    seed: 1,
    rungs: [],
    findings: [{ ...finding, pointer: `/${long}`, message: long }],
    stored: null,
  });
  expect(told.length).toBeLessThan(10_000);
});
