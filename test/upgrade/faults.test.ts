import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { steps, type Step } from '../../src/upgrade/steps.js';
import { buildOf, changedProjection } from '../support/builds.js';
import { startLoad, type Load, type LoadReport } from '../support/load.js';
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
const ratePerSecond = 100;
const names = Object.keys(steps) as Step[];
/** Longer than the lease, shorter than what a running version bears before it ends the new one. */
const frozenMs = 3_000;

type Fault = 'kill' | 'stop';

/** An upgrade under load, in which the process that takes `step` meets a fault there. */
interface Scene {
  readonly site: Site;
  readonly old: Release;
  readonly load: Load;
  /** The operator's process; the new version is its child. */
  readonly upgrade: Release;
}

async function upgradeUnderLoad(step: Step, how: Fault): Promise<Scene> {
  const site = makeSite();
  const env = { PALIMPSEST_TEST_FAULT: `${step}:${how}` };
  const isOld = steps[step].by === 'old';
  const old = await site.serve(older, isOld ? env : {});
  const load = startLoad(site.port, ratePerSecond);
  await until(() => load.report().acknowledged.length > 5, 'the load is running');
  const upgrade = site.start(newer, ['upgrade', '--here'], isOld ? {} : env);
  return { site, old, load, upgrade };
}

/** The load goes on until somebody has served for a while. */
async function served({ site, old, upgrade, load }: Scene): Promise<LoadReport> {
  await until(() => isServing(site, old, upgrade), 'somebody serves');
  const before = load.report().answered;
  await until(() => load.report().answered > before + ratePerSecond / 4, 'requests are answered');
  return load.stop();
}

/** The process that takes the step has stopped itself there; answers it and the other one, if there are two. */
async function stoppedAt(step: Step, scene: Scene): Promise<{ taker: number; other: number }> {
  const { site, old, upgrade } = scene;
  const stopped = (): number | undefined => processesOn(site.data).find((pid) => stateOf(pid) === 'T');
  await until(() => stopped() !== undefined, 'a process has stopped');
  const taker = stopped() ?? 0;
  const successor = processesOn(site.data).find((pid) => pid !== old.pid && pid !== upgrade.pid) ?? 0;
  return { taker, other: steps[step].by === 'old' ? successor : old.pid };
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

/** Steps at which the death of the new version has to go unnoticed. */
const beforeLive = names.filter((step) => names.indexOf(step) < names.indexOf('accept'));

/** What clients may see of it: nothing, as long as the old version lives and the new one isn't live. */
async function expectUnnoticed({ site }: Scene, { failures }: LoadReport): Promise<void> {
  expect((await site.system()).version).toBe('1.0.0');
  expect(failures).toEqual([]);
}

describe('the process that takes a step', () => {
  test.each(names)('killed at %s: one version serves and nothing is lost', async (step) => {
    const scene = await upgradeUnderLoad(step, 'kill');
    await (steps[step].by === 'old' ? scene.old : scene.upgrade).ended;
    const report = await served(scene);
    if (steps[step].by === 'new' && beforeLive.includes(step)) await expectUnnoticed(scene, report);
    await expectSound(scene.site, report);
  });

  test.each(names)(
    'frozen at %s for longer than the lease: one version serves, and nobody is refused',
    async (step) => {
      const scene = await upgradeUnderLoad(step, 'stop');
      const { taker } = await stoppedAt(step, scene);
      await wait(frozenMs);
      // After the fence the old version doesn't wait for ever.
      if (stateOf(taker) === 'T') process.kill(taker, 'SIGCONT');
      const report = await served(scene);
      expect(report.failures).toEqual([]);
      await expectSound(scene.site, report);
    },
  );
});

describe('the other process', () => {
  test.each(names)('killed at %s: one version serves and nothing is lost', async (step) => {
    const scene = await upgradeUnderLoad(step, 'stop');
    const { taker, other } = await stoppedAt(step, scene);
    process.kill(other, 'SIGKILL');
    process.kill(taker, 'SIGCONT');
    const report = await served(scene);
    if (steps[step].by === 'old' && beforeLive.includes(step)) await expectUnnoticed(scene, report);
    await expectSound(scene.site, report);
  });

  test.each(names)(
    'frozen at %s for longer than the lease: one version serves, and nobody is refused',
    async (step) => {
      const scene = await upgradeUnderLoad(step, 'stop');
      const { taker, other } = await stoppedAt(step, scene);
      process.kill(other, 'SIGSTOP');
      process.kill(taker, 'SIGCONT');
      await wait(frozenMs);
      if (stateOf(other) === 'T') process.kill(other, 'SIGCONT');
      const report = await served(scene);
      expect(report.failures).toEqual([]);
      await expectSound(scene.site, report);
    },
  );
});
