import type { Duty } from './duty.js';
import { removeLeftoverFiles } from './leftovers.js';

/** Removes files under `content/` that no event speaks of, a day after they came. */
export const leftoversDuty: Duty = {
  everyMs: ({ settings }) => settings.hourMs,
  failure: 'files that nobody needs could not be removed: tried again in an hour',
  run: async (ground) => {
    await removeLeftoverFiles(ground, new Date());
  },
};
