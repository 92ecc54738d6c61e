import { firstDifference } from './difference.js';
import type { Law } from './law.js';
import { converted, documentOf } from './trial.js';
import { unveiled, veilBetween } from './veil.js';

/** down∘up and up∘down change nothing but what is declared to be hidden. */
export const faithful: Law = {
  name: 'faithful',
  statement:
    'a document comes back from the other schema version as it was, but for what the rung says it loses',
  triedOn: 'documents',
  isOfTexts: true,
  violation: (ladder, trial) => {
    const { from, to, type } = trial;
    if (!ladder.leads(from, to) || !ladder.leads(to, from)) return undefined;
    const document = documentOf(trial);
    const there = converted(ladder, type, document, from, to).content;
    const back = converted(ladder, type, there, to, from).content;
    const veil = veilBetween(ladder, from, to);
    return firstDifference(unveiled(type, document, veil), unveiled(type, back, veil));
  },
};
