import type { Ladder } from '../ladder.js';
import type { StoredVersion } from '../views.js';
import { versionsBetween, type Trial } from './trial.js';

/** The schema versions of a trial that show a content version: there is a way to them, and they know its type. */
export function readersOf(ladder: Ladder, version: StoredVersion, trial: Trial): readonly number[] {
  return versionsBetween(trial).filter(
    (reader) =>
      (ladder.leads(version.schemaVersion, reader) || version.views.has(reader)) &&
      ladder.at(reader).types.pages.has(version.type),
  );
}
