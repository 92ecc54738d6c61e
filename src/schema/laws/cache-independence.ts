import type { JsonObject } from '../json/json.js';
import { viewAt, type StoredVersion } from '../views.js';
import { firstDifference } from './difference.js';
import { nextVersion, versionsIn } from './history.js';
import type { Law } from './law.js';
import { readersOf } from './readers.js';

/** What is remembered of views is what the log says. */
export const cacheIndependence: Law = {
  name: 'cache independence',
  statement: 'views that are kept as texts from save to save are those that the bare history gives',
  triedOn: 'histories',
  violation: (ladder, trial) => {
    const versions = versionsIn(ladder, trial);
    const kept: StoredVersion[] = [];
    for (const [index, step] of trial.history.entries()) {
      const version = versions[index];
      const again = readBack(nextVersion(ladder, trial.type, kept, step));
      kept.push(again);
      if (!version) continue;
      for (const reader of readersOf(ladder, version, trial)) {
        const difference = firstDifference(viewAt(ladder, version, reader), viewAt(ladder, again, reader));
        const which = `content version ${index + 1}, seen at schema version ${reader}`;
        if (difference) return { ...difference, message: `${which}: ${difference.message}` };
      }
    }
    return undefined;
  },
};

/** A version as it comes out of the projections. */
function readBack(version: StoredVersion): StoredVersion {
  const texts = Array.from(version.views, ([at, view]) => [at, JSON.stringify(view)] as const);
  return {
    ...version,
    document: JSON.parse(JSON.stringify(version.document)) as JsonObject,
    views: new Map(texts.map(([at, text]) => [at, JSON.parse(text) as JsonObject])),
  };
}
