import { failureMessage } from './failure-message.js';
import type { Law } from './law.js';
import { converted, documentOf } from './trial.js';

/** Valid in, valid out: what clients send fits its types at every schema version that shows it. */
export const validity: Law = {
  name: 'validity',
  statement: 'a document that fits its type fits it at the other schema version too, with no block broken',
  triedOn: 'documents',
  violation: (ladder, trial) => {
    const { from, to, type } = trial;
    const document = documentOf(trial);
    if (!ladder.at(to).types.pages.has(type)) return undefined;
    if (ladder.faults(from, type, document).length > 0) return undefined;
    const { content, broken } = converted(ladder, type, document, from, to);
    const [failure] = broken;
    if (failure) return { pointer: '', message: failureMessage(failure) };
    return ladder.faults(to, type, content)[0];
  },
};
