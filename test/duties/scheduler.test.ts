import { dataDirectory } from '../../src/installation/data-directory.js';
import type { Duty, Ground } from '../../src/duties/duty.js';
import { keepDuties } from '../../src/duties/scheduler.js';
import { FileStore } from '../../src/files/file-store.js';
import { lateDatabase } from '../../src/log/late-database.js';
import { ladder } from '../support/ladder.js';

const directory = dataDirectory('nowhere');
const ground: Ground = {
  directory,
  ladder,
  settings: { hourMs: 1 },
  db: lateDatabase().db,
  files: new FileStore(directory.content),
  isInCharge: () => true,
};

let stop: () => void = () => undefined;
afterEach(() => {
  stop();
});

/** A duty that is due all the time, and a promise for each time that it has begun. */
function dutyThat(run: (time: number) => Promise<void>) {
  const seen: (() => void)[] = [];
  let times = 0;
  const duty: Duty = {
    everyMs: ({ settings }) => settings.hourMs,
    failure: 'it failed: tried again soon',
    run: () => {
      times += 1;
      for (const resolve of seen.splice(0)) resolve();
      return run(times);
    },
  };
  const begun = (): Promise<void> =>
    new Promise((resolve) => {
      seen.push(resolve);
    });
  return { duty, begun, times: () => times };
}

const noFailure = (_duty: Duty, error: unknown): never => {
  throw error;
};

/** Long enough for what is due to have been begun: another duty that was begun twice meanwhile. */
async function laterOn(): Promise<void> {
  const clock = dutyThat(() => Promise.resolve());
  const stopClock = keepDuties([clock.duty], ground, noFailure);
  await clock.begun();
  await clock.begun();
  stopClock();
}

test('a duty is done again and again, on the ground that is given', async () => {
  const { duty, begun } = dutyThat(() => Promise.resolve());
  stop = keepDuties([duty], ground, noFailure);
  await begun();
  await begun();
  await begun();
});

test('a duty that fails is told of in its own words, and tried again', async () => {
  const failures: unknown[] = [];
  const { duty, begun } = dutyThat((time) => Promise.reject(new Error(`time ${time}`)));
  stop = keepDuties([duty], ground, ({ failure }, error) =>
    failures.push([failure, (error as Error).message]),
  );
  await begun();
  await begun();
  expect(failures[0]).toEqual(['it failed: tried again soon', 'time 1']);
});

test('a duty that is still at work is not begun again, and holds up no other', async () => {
  let finish: () => void = () => undefined;
  const slow = dutyThat(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  const other = dutyThat(() => Promise.resolve());
  stop = keepDuties([slow.duty, other.duty], ground, noFailure);
  await slow.begun();
  await other.begun();
  await other.begun();
  expect(slow.times()).toBe(1);
  finish();
  await slow.begun();
});

test('nothing is done by who is not in charge, until it is again', async () => {
  let isInCharge = false;
  const { duty, begun, times } = dutyThat(() => Promise.resolve());
  stop = keepDuties([duty], { ...ground, isInCharge: () => isInCharge }, noFailure);
  await laterOn();
  expect(times()).toBe(0);
  isInCharge = true;
  await begun();
});

test('nothing is begun after the end', async () => {
  const { duty, begun, times } = dutyThat(() => Promise.resolve());
  const end = keepDuties([duty], ground, noFailure);
  await begun();
  end();
  const before = times();
  await laterOn();
  expect(times()).toBe(before);
});
