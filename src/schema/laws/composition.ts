import { copyJson, type JsonObject } from '../json/json.js';
import { firstDifference } from './difference.js';
import type { Law } from './law.js';
import { converted, documentOf } from './trial.js';

/** The chain that is compiled for two schema versions does what its rungs do one after the other. */
export const composition: Law = {
  name: 'composition',
  statement: 'going all the way at once gives what going rung by rung gives, through a document at each',
  triedOn: 'documents',
  violation: (ladder, trial) => {
    const { from, to, type } = trial;
    const atOnce = converted(ladder, type, documentOf(trial), from, to);
    let content: JsonObject = documentOf(trial);
    const failures: string[] = [];
    for (let here = from; here !== to;) {
      const next = here < to ? here + 1 : here - 1;
      const step = converted(ladder, type, copyJson(content), here, next);
      content = step.content;
      failures.push(...step.broken.map(({ schemaVersion, id }) => `${schemaVersion} ${id ?? ''}`));
      here = next;
    }
    const broken = atOnce.broken.map(({ schemaVersion, id }) => `${schemaVersion} ${id ?? ''}`);
    return firstDifference(content, atOnce.content) ?? firstDifference(failures.sort(), broken.sort());
  },
};
