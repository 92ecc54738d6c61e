import { join } from 'node:path';
import { steps, type Step } from '../../src/upgrade/steps.js';
import { buildOf } from '../support/builds.js';
import { startLoad, type Load, type LoadReport } from '../support/load.js';
import {
  chainOf,
  expectLeft,
  makeSite,
  processesOn,
  stateOf,
  until,
  type Release,
  type Site,
} from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
const ratePerSecond = 100;
export const names = Object.keys(steps) as Step[];
/** Longer than the lease, shorter than what a running version bears before it ends the new one. */
export const frozenMs = 3_000;

type Fault = 'kill' | 'stop';

/** An upgrade under load, in which the process that takes `step` meets a fault there. */
interface Scene {
  readonly site: Site;
  readonly old: Release;
  readonly load: Load;
  /** The operator's process; the new version is its child. */
  readonly upgrade: Release;
}

export async function upgradeUnderLoad(step: Step, how: Fault): Promise<Scene> {
  const site = makeSite();
  // A machine that is busy is slow as well as frozen, and what is held is refused for neither.
  const patient = { PALIMPSEST_TEST_HOLD_MS: '600000' };
  const faulty = { ...patient, PALIMPSEST_TEST_FAULT: `${step}:${how}` };
  const isOld = steps[step].by === 'old';
  const old = await site.serve(older, isOld ? faulty : patient);
  const load = startLoad(site.port, ratePerSecond);
  await until(() => load.report().acknowledged.length > 5, 'the load is running');
  const upgrade = site.start(newer, ['upgrade', '--here'], isOld ? patient : faulty);
  return { site, old, load, upgrade };
}

/** The load goes on until somebody has served for a while. */
export async function served({ site, old, upgrade, load }: Scene): Promise<LoadReport> {
  await until(() => isServing(site, old, upgrade), 'somebody serves');
  const before = load.report().answered;
  await until(() => load.report().answered > before + ratePerSecond / 4, 'requests are answered');
  return load.stop();
}

/** The process that takes the step has stopped itself there; answers it and the other one, if there are two. */
export async function stoppedAt(step: Step, scene: Scene): Promise<{ taker: number; other: number }> {
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
export async function expectSound(site: Site, { acknowledged }: LoadReport): Promise<void> {
  await until(async () => (await site.system()).mode === 'live', 'one version is in charge');
  await until(async () => {
    if ((await site.system()).version === '1.1.0') return true;
    // The first still goes on, or gives up: the log that it moves keeps files for whoever looks at it then.
    if (processesOn(site.data, 'upgrade').length > 0) return false;
    return (await site.run(newer, 'upgrade')).code === 0;
  }, 'a clean upgrade');
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
  const events = chainOf(join(site.data, 'db.sqlite'));
  expect(acknowledged.filter(({ page, position }) => events[position - 1]?.stream !== page)).toEqual([]);
  await expectLeft(site, ['db_1.0.0.sqlite']);
}

/** Steps at which the death of the new version has to go unnoticed. */
export const beforeLive = names.filter((step) => names.indexOf(step) < names.indexOf('accept'));

/** What clients may see of it: nothing, as long as the old version lives and the new one isn't live. */
export async function expectUnnoticed({ site }: Scene, { failures }: LoadReport): Promise<void> {
  expect((await site.system()).version).toBe('1.0.0');
  expect(failures).toEqual([]);
}
