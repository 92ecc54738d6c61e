import type { Ladder } from '../ladder.js';
import { saved } from '../merge/saved.js';
import { created, restored, type StoredVersion } from '../views.js';
import { perTrial } from './per-trial.js';
import type { Step } from './trial.js';

/** The content versions that a history makes: the one that step i makes stands at index i. */
export const versionsIn = perTrial((ladder, { type, history }) =>
  history.reduce<readonly StoredVersion[]>(
    (versions, step) => [...versions, nextVersion(ladder, type, versions, step)],
    [],
  ),
);

/** The content version that a step makes on top of those before it. */
export function nextVersion(
  ladder: Ladder,
  type: string,
  versions: readonly StoredVersion[],
  step: Step,
): StoredVersion {
  if (step.kind === 'create') return created(type, step.schemaVersion, step.document);
  if (step.kind === 'restore')
    return restored(contentVersion(versions, versions.length), contentVersion(versions, step.restored));
  const { schemaVersion, document } = step;
  const sent = { schemaVersion, document, copies: new Map(Object.entries(step.copies)) };
  const base = contentVersion(versions, versions.length);
  return saved(ladder, base, sent, (number) => versions[number - 1]).version;
}

function contentVersion(versions: readonly StoredVersion[], number: number): StoredVersion {
  const version = versions[number - 1];
  if (!version) throw new Error(`there is no content version ${number}: a history begins with its creation`);
  return version;
}
