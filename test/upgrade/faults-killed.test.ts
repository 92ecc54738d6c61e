import { steps } from '../../src/upgrade/steps.js';
import {
  beforeLive,
  expectSound,
  expectUnnoticed,
  names,
  served,
  upgradeUnderLoad,
} from './upgrade-with-fault.js';

test.each(names)(
  'the process that takes a step, killed at %s: one version serves and nothing is lost',
  async (step) => {
    const scene = await upgradeUnderLoad(step, 'kill');
    await (steps[step].by === 'old' ? scene.old : scene.upgrade).ended;
    const report = await served(scene);
    if (steps[step].by === 'new' && beforeLive.includes(step)) await expectUnnoticed(scene, report);
    await expectSound(scene.site, report);
  },
);
