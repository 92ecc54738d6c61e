import fc from 'fast-check';
import { momentFinder } from '../../src/projections/moments.js';
import { append, pageCreated } from '../support/append.js';
import { createPage } from '../support/commands.js';
import { openInstallation, type Installation } from '../support/installation.js';

const second = (n: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();

/** One change set for each: at that second, of that many events. */
function happened(...changeSets: readonly (readonly [second: number, events: number])[]): Installation {
  const installation = openInstallation();
  let pages = 0;
  for (const [at, events] of changeSets) {
    const created = Array.from({ length: events }, () => pageCreated(`page ${++pages}`));
    append(installation, created, { at: second(at) });
  }
  return installation;
}

describe('a time', () => {
  it('before everything is position 0', () => {
    const { db } = happened([5, 1]);
    expect(momentFinder(db)(second(4))).toBe(0);
    expect(momentFinder(openInstallation().db)(second(4))).toBe(0);
  });

  it('is the last position of its change sets, or of those before it', () => {
    const { db } = happened([5, 2], [7, 1], [7, 1], [9, 1]);
    const positionAt = momentFinder(db);
    expect([5, 6, 7, 8, 9, 10].map((n) => positionAt(second(n)))).toEqual([2, 2, 4, 4, 5, 5]);
  });

  it('is a later position when the clock went back or a past was imported', () => {
    const { db } = happened([5, 1], [9, 1], [6, 1], [7, 1]);
    const positionAt = momentFinder(db);
    expect([4, 5, 6, 7, 9].map((n) => positionAt(second(n)))).toEqual([0, 1, 3, 4, 4]);
  });

  it('is not what a change set said that has not happened', () => {
    const installation = happened([9, 1]);
    installation.accept(createPage('b'), { at: second(5), dryRun: true });
    installation.accept(createPage('b'), { at: second(6) });
    const positionAt = momentFinder(installation.db);
    expect([5, 6, 9].map((n) => positionAt(second(n)))).toEqual([0, 2, 2]);
  });

  it('is found in a log whose first change set was tried before', () => {
    const installation = openInstallation();
    installation.accept(createPage('a'), { at: second(9), dryRun: true });
    installation.accept(createPage('a'), { at: second(5) });
    expect(momentFinder(installation.db)(second(5))).toBe(1);
  });

  it('has to be one: nothing is kept under a time of SQLite’s choice', () => {
    const installation = openInstallation();
    expect(() => {
      append(installation, [pageCreated('a')], { at: 'yesterday' });
    }).toThrow('"yesterday" is no time');
  });

  it('is always the highest position whose event is not later', () => {
    const changeSets = fc.array(fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 3 })), { maxLength: 12 });
    fc.assert(
      fc.property(changeSets, (list) => {
        const times = list.flatMap(([at, events]) => Array.from({ length: events }, () => at));
        const installation = happened(...list);
        const positionAt = momentFinder(installation.db);
        for (let n = -1; n <= 13; n++) {
          expect(positionAt(second(n))).toBe(times.findLastIndex((at) => at <= n) + 1);
        }
        installation.finish();
      }),
      { numRuns: 50 },
    );
  });
});
