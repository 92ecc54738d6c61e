import type { Outcome } from '../../commands/change-set.js';
import type { VersionConflict } from '../../commands/decision.js';
import type { Command } from '../../commands/index.js';
import { Refusal } from '../../refusal.js';
import { TooDear } from '../../queries/bearable.js';
import { changedBetween, type Changed } from '../../schema/json/changed-pointers.js';
import { ReadModel } from '../../queries/read-model.js';

type Refused = Extract<Outcome, { kind: 'refused' }>;

/**
 * What has changed, for the command's author, since the version that they saw; undefined for all refusals but
 * `version-conflict`. It is worked out here, and not where it was refused: others wait for the writer.
 */
export function changedSince(
  model: ReadModel,
  command: Command | undefined,
  { refusal, position }: Refused,
): Changed | undefined {
  if (refusal.code !== 'version-conflict' || !command || !('page' in command)) return undefined;
  const { expected, current } = refusal.details as unknown as VersionConflict; // as `requireVersion` makes it
  const schemaVersion = 'schemaVersion' in command ? command.schemaVersion : model.ladder.finalized;
  model.beginTurn();
  const { page } = command;
  const [seen, there] = [expected, current.contentVersion].map((version) =>
    model.pages.bytesOfVersion(page, version, position),
  );
  // They named a version that never was; or their own batch has made the current one, and is undone.
  if (seen === undefined) return { changed: [] };
  if (there === undefined || seen + there > textLimitBytes) return { changed: [], more: true };
  try {
    return changedBetween(textOf(expected), textOf(current.contentVersion), textLimitBytes);
  } catch (error) {
    const isPurged = error instanceof Refusal && error.code === 'purged';
    // What would have to be read by a thread of its own is not worth it: the client reads the page anyway.
    if (isPurged || error instanceof TooDear) return { changed: [], more: true };
    throw error;
  }

  function textOf(version: number): string {
    const found = model.pages.version(page, version);
    if (!found) throw new Error(`page ${page} misses its version ${version}`);
    return model.shown(found, schemaVersion, position).content;
  }
}

/** Of both versions together: some ten milliseconds of the thread that answers everybody. */
const textLimitBytes = 1024 * 1024;
