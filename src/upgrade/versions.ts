import { OperatorError, exitCodes } from '../installation/operator-error.js';
import type { Database } from '../log/database.js';
import { readInstallation } from '../log/installation.js';
import { savedAbove } from '../log/saved-above.js';
import { schemaVersionsOfReturn } from '../log/version-history.js';
import { fitLadder, requireFit } from '../ladder/fit-ladder.js';
import { Refusal } from '../refusal.js';
import type { Ladder } from '../schema/ladder.js';

/** Which way a database goes: to a newer program, or back to an older one. */
export type Direction = 'upgrade' | 'revert';

/**
 * Whether a program with this ladder has to take over the database; nothing to do when both made it. The one place where
 * two programs are compared: what counts is what the log has used of a ladder, not what the other program knows.
 * @throws OperatorError 78; WrongLadder, and the Refusal `log-too-new`
 */
export function mayReplace(direction: Direction, version: string, ladder: Ladder, db: Database): boolean {
  const { programVersion, schemaVersion } = readInstallation(db);
  const order = compareVersions(version, programVersion) || ladder.finalized - schemaVersion;
  const isOfOne = version === programVersion;
  const is = isOfOne ? `schema version ${ladder.finalized}` : version;
  const belongs = isOfOne ? `schema version ${schemaVersion}` : programVersion;
  if (direction === 'upgrade' && order < 0) {
    throw new OperatorError(
      exitCodes.wrongVersion,
      `this is ${is}, the database belongs to ${belongs}: to go back, run \`palimpsest revert\``,
    );
  }
  if (direction === 'revert' && order > 0) {
    throw new OperatorError(
      exitCodes.wrongVersion,
      `this is ${is}, the database belongs to ${belongs}: to go forward, run \`palimpsest upgrade\``,
    );
  }
  if (order === 0) return false;
  if (direction === 'revert') requireReturn(db, ladder);
  else requireFit(db, ladder);
  return true;
}

const listedLimit = 10;

/** @throws Refusal `log-too-new` that lists what the program could not show; WrongLadder */
function requireReturn(db: Database, ladder: Ladder): void {
  const tooNew = fitLadder(db, ladder, true);
  if (!tooNew) return;
  const above = savedAbove(db, ladder.finalized);
  const listed = above
    .slice(0, listedLimit)
    .map(
      ({ page, version, schemaVersion }) =>
        `page ${page} version ${version} (schema version ${schemaVersion})`,
    );
  const more = above.length > listedLimit ? `, and ${above.length - listedLimit} more` : '';
  const { schemaVersion } = readInstallation(db);
  const others = schemaVersionsOfReturn(db).filter((version) => version < schemaVersion);
  const why =
    others.length === 0
      ? 'since the upgrade was final'
      : `and was not in charge before (a program of schema version ${others.join(' or ')} can)`;
  throw new Refusal(
    'log-too-new',
    `schema version ${ladder.finalized} can't show what was saved above it ${why}: ${listed.join(', ')}${more}`,
    { ...tooNew.details, versions: above },
  );
}

/** Negative, zero or positive (semver.org §11, without build numbers; a pre-release comes before its release). */
export function compareVersions(one: string, other: string): number {
  const [core, pre] = split(one);
  const [otherCore, otherPre] = split(other);
  for (const [index, part] of core.entries()) {
    const difference = part - (otherCore[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (pre === otherPre) return 0;
  if (pre === '') return 1;
  if (otherPre === '') return -1;
  return pre.localeCompare(otherPre, 'en', { numeric: true });
}

function split(version: string): [core: readonly number[], pre: string] {
  const [core = '', ...pre] = version.split('-');
  return [core.split('.').map(Number), pre.join('-')];
}
