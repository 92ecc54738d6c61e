import type { JsonValue } from '../json/json.js';
import { firstDifference } from './difference.js';
import { failureMessage } from './failure-message.js';
import type { Law } from './law.js';
import { converted, documentOf } from './trial.js';

/** A conversion never throws, whatever JSON is stored, and always gives JSON. */
export const totality: Law = {
  name: 'totality',
  statement:
    'JSON of any shape is converted to JSON, and no function of a rung throws or changes what it is handed',
  triedOn: 'anything',
  violation: (ladder, trial) => {
    const { from, to, type } = trial;
    const { content, broken } = converted(ladder, type, documentOf(trial), from, to);
    const [failure] = broken;
    if (failure) return { pointer: '', message: failureMessage(failure) };
    return firstDifference(JSON.parse(JSON.stringify(content)) as JsonValue, content);
  },
};
