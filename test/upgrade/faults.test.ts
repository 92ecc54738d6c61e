import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { steps, type Step } from '../../src/upgrade/steps.js';
import { buildOf, changedProjection } from '../support/builds.js';
import { startLoad, type LoadReport } from '../support/load.js';
import {
  chainOf,
  leftovers,
  makeSite,
  processesOn,
  stateOf,
  until,
  type Release,
  type Site,
} from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0', changedProjection);
const ratePerSecond = 50;
const names = Object.keys(steps) as Step[];
/** Longer than the lease, shorter than what a running version bears before it ends the new one. */
const frozenMs = 3_000;

/** An upgrade under load in which one process meets a fault; the load goes on until somebody has served for a while. */
async function upgradeWith(site: Site, step: Step, how: 'kill' | 'stop'): Promise<LoadReport> {
  const env = { PALIMPSEST_TEST_FAULT: `${step}:${how}` };
  const isOld = steps[step].by === 'old';
  const old = await site.serve(older, isOld ? env : {});
  const load = startLoad(site.port, ratePerSecond);
  await until(() => load.report().acknowledged.length > 20, 'the load is running');
  const upgrade = site.start(newer, ['upgrade', '--here'], isOld ? {} : env);
  if (how === 'stop') await thaw(site);
  else if (isOld) await old.ended;
  else await upgrade.ended;
  await until(() => isServing(site, old, upgrade), 'somebody serves');
  const before = load.report().answered;
  await until(() => load.report().answered > before + ratePerSecond, 'requests are answered');
  return load.stop();
}

/** Waits until one process has stopped, and lets it go on a while later. */
async function thaw(site: Site): Promise<void> {
  const frozen = (): number | undefined => processesOn(site.data).find((pid) => stateOf(pid) === 'T');
  await until(() => frozen() !== undefined, 'a process has stopped');
  await wait(frozenMs);
  const pid = frozen();
  if (pid !== undefined) process.kill(pid, 'SIGCONT');
}

/** The old version is started again where both are gone, as a service manager would. */
async function isServing(site: Site, old: Release, upgrade: Release): Promise<boolean> {
  const isGone = ({ process: { exitCode, signalCode } }: Release): boolean =>
    exitCode !== null || signalCode !== null;
  if (isGone(old) && isGone(upgrade) && processesOn(site.data).length === 0) await site.serve(older);
  try {
    return (await site.system()).mode === 'live';
  } catch {
    return false;
  }
}

/** One version answers, everything acknowledged is there, and a clean upgrade works. */
async function expectSound(site: Site, { acknowledged }: LoadReport): Promise<void> {
  await until(async () => (await site.system()).mode === 'live', 'one version is in charge');
  await until(async () => {
    if ((await site.system()).version === '1.1.0') return true;
    return (await site.run(newer, 'upgrade')).code === 0;
  }, 'a clean upgrade');
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
  const events = chainOf(join(site.data, 'db.sqlite'));
  expect(acknowledged.filter(({ page, position }) => events[position - 1]?.stream !== page)).toEqual([]);
  expect(leftovers(site.data)).toEqual(['db_1.0.0.sqlite']);
}

const beforeLive = names.filter((step) => steps[step].by === 'new' && step !== 'accept');

test.each(beforeLive)('the new version, killed at step %s, was never there', async (step) => {
  const site = makeSite();
  const report = await upgradeWith(site, step, 'kill');
  expect((await site.system()).version).toBe('1.0.0');
  expect(report.failures).toEqual([]);
  await expectSound(site, report);
});

test.each(names.filter((step) => !beforeLive.includes(step)))(
  'killed at step %s, one version serves and nothing is lost',
  async (step) => {
    const site = makeSite();
    await expectSound(site, await upgradeWith(site, step, 'kill'));
  },
);

test.each(names)('frozen at step %s for longer than the lease, one version serves', async (step) => {
  const site = makeSite();
  await expectSound(site, await upgradeWith(site, step, 'stop'));
});
