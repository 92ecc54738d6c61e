import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFileName, parseLock, requireReleased, type LockedRung, type RungFile } from './lock-file.js';

/** The rungs of a directory in their order, and which of them are released. */
export interface RungFiles {
  readonly files: readonly RungFile[];
  readonly lock: readonly LockedRung[];
}

/** What of a directory is a rung; everything else in it is nobody's business here. */
const rungName = /^\d{4}-[a-z0-9]+(?:-[a-z0-9]+)*\.(?:js|mjs|ts)$/;

/**
 * Reads the rungs of a directory as text: 0001, 0002 … without a gap, none of the released ones missing.
 * @throws Error that names the files that are in each other's way, or what is missing
 */
export function readRungFiles(directory: string): RungFiles {
  const names = readdirSync(directory)
    .filter((name) => rungName.test(name))
    .sort();
  const lock = readLock(directory);
  requireReleased(names, lock);
  requireNumbers(names);
  return { files: names.map((name) => ({ name, text: readFileSync(join(directory, name), 'utf8') })), lock };
}

function requireNumbers(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const before = names[index - 1];
    if (before?.slice(0, 4) === name.slice(0, 4)) {
      throw new Error(`${before} and ${name} have the same number: give one of them the next free one`);
    }
    const expected = String(index + 1).padStart(4, '0');
    if (name.startsWith(expected)) continue;
    const place = before === undefined ? `comes first` : `follows ${before}`;
    throw new Error(`${name} ${place} and should have number ${expected}: rungs are numbered without gaps`);
  }
}

function readLock(directory: string): readonly LockedRung[] {
  const file = join(directory, lockFileName);
  if (!existsSync(file)) return [];
  try {
    return parseLock(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${lockFileName}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
