import { steps } from '../../src/upgrade/steps.js';
import {
  beforeLive,
  expectSound,
  expectUnnoticed,
  names,
  served,
  stoppedAt,
  upgradeUnderLoad,
} from './upgrade-with-fault.js';

test.each(names)('the other process, killed at %s: one version serves and nothing is lost', async (step) => {
  const scene = await upgradeUnderLoad(step, 'stop');
  const { taker, other } = await stoppedAt(step, scene);
  process.kill(other, 'SIGKILL');
  process.kill(taker, 'SIGCONT');
  const report = await served(scene);
  if (steps[step].by === 'old' && beforeLive.includes(step)) await expectUnnoticed(scene, report);
  await expectSound(scene.site, report);
});
