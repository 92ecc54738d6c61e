import { setTimeout as wait } from 'node:timers/promises';
import { stateOf } from './releases.js';
import { expectSound, frozenMs, names, served, stoppedAt, upgradeUnderLoad } from './upgrade-with-fault.js';

test.each(names)(
  'the process that takes a step, frozen at %s for longer than the lease: one version serves, and nobody is refused',
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
