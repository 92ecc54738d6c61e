import { saved } from '../merge/saved.js';
import { viewAt } from '../views.js';
import { firstDifference } from './difference.js';
import { versionsIn } from './history.js';
import type { Law } from './law.js';
import { readersOf } from './readers.js';

/** Opening a page and saving it as it is does nothing to anybody. */
export const stable: Law = {
  name: 'stable',
  statement: 'a save that changes nothing changes no view, and overwrites nothing',
  triedOn: 'histories',
  violation: (ladder, trial) => {
    const versions = versionsIn(ladder, trial);
    const version = versions.at(-1);
    if (!version) return undefined;
    for (const writer of readersOf(ladder, version, trial)) {
      const document = viewAt(ladder, version, writer);
      const sent = { schemaVersion: writer, document, copies: new Map<string, string>() };
      const again = saved(ladder, version, sent, (number) => versions[number - 1]);
      const [lost] = again.overwritten;
      if (lost)
        return {
          pointer: lost.pointer,
          message: `is overwritten by a save at ${writer} that changes nothing`,
        };
      for (const reader of readersOf(ladder, again.version, trial)) {
        const difference = firstDifference(
          viewAt(ladder, version, reader),
          viewAt(ladder, again.version, reader),
        );
        const who = `seen at schema version ${reader}, after a save at ${writer} that changes nothing`;
        if (difference) return { ...difference, message: `${who}: ${difference.message}` };
      }
    }
    return undefined;
  },
};
