import type { Installation } from '../events/installation.js';
import { CliError, exitCodes } from '../cli/exit-code.js';

/** Which way a database goes: to a newer program, or back to an older one. */
export type Direction = 'upgrade' | 'revert';

export interface ProgramVersion {
  readonly version: string;
  readonly schemaVersion: number;
}

/**
 * Whether this program may take over from what made the database; nothing to do when they are the same version.
 * The one place where schema versions of two programs are compared.
 * @throws CliError 78
 */
export function mayReplace(
  direction: Direction,
  program: ProgramVersion,
  { programVersion, schemaVersion }: Installation,
): boolean {
  const order = compareVersions(program.version, programVersion);
  if (direction === 'upgrade' && order < 0) {
    throw new CliError(
      exitCodes.wrongVersion,
      `this is ${program.version}, the database belongs to ${programVersion}: to go back, run \`palimpsest revert\``,
    );
  }
  if (direction === 'revert' && order > 0) {
    throw new CliError(
      exitCodes.wrongVersion,
      `this is ${program.version}, the database belongs to ${programVersion}: to go forward, run \`palimpsest upgrade\``,
    );
  }
  if (order === 0) return false;
  const irreversible = irreversibleBetween(program.schemaVersion, schemaVersion);
  if (irreversible.length > 0) {
    throw new CliError(
      exitCodes.wrongVersion,
      `schema version ${irreversible.join(', ')} can't be read by ${program.version}, which knows versions up to ${program.schemaVersion}: stay with ${programVersion}`,
    );
  }
  return true;
}

/** @throws CliError 78 for a database whose content this program may not be able to read */
export function requireKnownSchema(
  program: ProgramVersion,
  { programVersion, schemaVersion }: Installation,
): void {
  if (schemaVersion <= program.schemaVersion) return;
  throw new CliError(
    exitCodes.wrongVersion,
    `the database speaks schema version ${schemaVersion}, ${program.version} knows versions up to ${program.schemaVersion}: run ${programVersion}, or go back with \`palimpsest revert\``,
  );
}

/** Schema versions in use that a program which knows versions up to `known` has no way down from. */
function irreversibleBetween(known: number, used: number): readonly number[] {
  return Array.from({ length: Math.max(0, used - known) }, (_, index) => known + 1 + index);
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
