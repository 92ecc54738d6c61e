import { CliError, exitCodes } from '../cli/exit-code.js';
import type { Database } from '../events/database.js';
import { readInstallation } from '../events/installation.js';
import { requireFit } from '../ladder/fit-ladder.js';
import type { Ladder } from '../schema/ladder.js';

/** Which way a database goes: to a newer program, or back to an older one. */
export type Direction = 'upgrade' | 'revert';

/**
 * Whether a program of this version, with this ladder, may take over the database; nothing to do when its own version
 * made it. The one place where two programs are compared: what counts is what the log has used of a ladder, not what
 * the other program knows.
 * @throws CliError 78; WrongLadder, and the Refusal `log-too-new`
 */
export function mayReplace(direction: Direction, version: string, ladder: Ladder, db: Database): boolean {
  const { programVersion } = readInstallation(db);
  const order = compareVersions(version, programVersion);
  if (direction === 'upgrade' && order < 0) {
    throw new CliError(
      exitCodes.wrongVersion,
      `this is ${version}, the database belongs to ${programVersion}: to go back, run \`palimpsest revert\``,
    );
  }
  if (direction === 'revert' && order > 0) {
    throw new CliError(
      exitCodes.wrongVersion,
      `this is ${version}, the database belongs to ${programVersion}: to go forward, run \`palimpsest upgrade\``,
    );
  }
  if (order === 0) return false;
  requireFit(db, ladder);
  return true;
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
