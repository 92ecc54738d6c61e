import { copyJson, type JsonObject } from '../json.js';
import type { Ladder } from '../ladder.js';
import { merge } from '../merge.js';
import { viewAt } from '../views.js';
import { firstDifference } from './difference.js';
import { versionsIn } from './history.js';
import type { History } from './trial.js';
import type { Law } from './law.js';
import { readersOf } from './readers.js';
import { converted, type Trial } from './trial.js';

/** What is remembered of views is what the log says. */
export const cacheIndependence: Law = {
  name: 'cache independence',
  statement: 'views that are remembered from save to save are those that the bare history gives',
  triedOn: 'histories',
  violation: (ladder, trial) => {
    const versions = versionsIn(ladder, trial);
    for (const [index, version] of versions.entries()) {
      for (const reader of readersOf(ladder, version, trial)) {
        const fresh = viewFromHistory(ladder, trial, index, reader);
        const difference = fresh && firstDifference(fresh, viewAt(ladder, version, reader));
        const which = `content version ${index + 1}, seen at schema version ${reader}`;
        if (difference) return { ...difference, message: `${which}: ${difference.message}` };
      }
    }
    return undefined;
  },
};

/** `V(i,t)` by its definition, remembering nothing; nothing where no way leads. */
function viewFromHistory(
  ladder: Ladder,
  trial: Trial,
  index: number,
  reader: number,
): JsonObject | undefined {
  const { type, history } = trial;
  const step = history[index];
  if (!step) return undefined;
  if (step.kind === 'restore') return viewFromHistory(ladder, trial, step.restored - 1, reader);
  const { schemaVersion, document } = step;
  if (schemaVersion === reader) return document;
  if (!ladder.leads(schemaVersion, reader)) return undefined;
  const here = (content: JsonObject): JsonObject =>
    converted(ladder, type, content, schemaVersion, reader).content;
  if (step.kind === 'create') return here(document);
  const seen = viewFromHistory(ladder, trial, index - 1, schemaVersion);
  const other = viewFromHistory(ladder, trial, index - 1, reader);
  if (!seen || !other) return here(document);
  const { types } = ladder.at(reader);
  const { content } = merge(
    { base: here(seen), mine: here(document), other, copies: copiesOf(history, index) },
    {
      type,
      schemaOf: (name) => types.pages.get(name) ?? types.blocks.get(name),
      rules: ladder.way(schemaVersion, reader).rules,
    },
  );
  return copyJson(content);
}

function copiesOf(history: History, index: number): ReadonlyMap<string, string> {
  const step = history[index];
  return new Map(step?.kind === 'save' ? Object.entries(step.copies) : []);
}
