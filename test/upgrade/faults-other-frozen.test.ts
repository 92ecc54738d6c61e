import { setTimeout as wait } from 'node:timers/promises';
import { stateOf } from './releases.js';
import { expectSound, frozenMs, names, served, stoppedAt, upgradeUnderLoad } from './upgrade-with-fault.js';

test.each(names)(
  'the other process, frozen at %s for longer than the lease: one version serves, and nobody is refused',
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
