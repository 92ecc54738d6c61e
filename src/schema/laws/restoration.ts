import { viewAt } from '../views.js';
import { firstDifference } from './difference.js';
import { versionsIn } from './history.js';
import type { Law } from './law.js';
import { readersOf } from './readers.js';

/** A restored version is the old one again, for everybody. */
export const restoration: Law = {
  name: 'restore',
  statement:
    'a restored version looks as the version that it restores, at every schema version, hidden fields included',
  triedOn: 'histories',
  violation: (ladder, trial) => {
    const versions = versionsIn(ladder, trial);
    for (const [index, step] of trial.history.entries()) {
      const version = versions[index];
      const restored = step.kind === 'restore' ? versions[step.restored - 1] : undefined;
      if (!version || !restored) continue;
      for (const reader of readersOf(ladder, restored, trial)) {
        const difference = firstDifference(viewAt(ladder, restored, reader), viewAt(ladder, version, reader));
        if (difference)
          return { ...difference, message: `restored, at schema version ${reader}: ${difference.message}` };
      }
    }
    return undefined;
  },
};
