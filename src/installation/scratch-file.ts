import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNoRoom, isUnwritable } from '../log/database.js';
import { discardScratch } from '../projections/replay/rebuild.js';
import type { DataDirectory } from './data-directory.js';
import { beforeLeaving } from './leaving.js';

type Purpose = 'charge' | 'rebuild' | 'verify';

/** A file to build projections in beside the live ones. It is gone when the work has ended, or a signal ends it. */
export async function withScratch<T>(
  { run }: DataDirectory,
  purpose: Purpose,
  work: (file: string) => Promise<T>,
): Promise<T> {
  const file = join(run, `${purpose}-${process.pid}.sqlite`);
  const discard = (): void => {
    discardScratch(file);
  };
  const keep = beforeLeaving(discard);
  try {
    return await work(file);
  } finally {
    discard();
    keep();
  }
}

/** The same for work that changes nothing: where the data directory takes no file, it is among the temporary ones. */
export async function withScratchSomewhere<T>(
  directory: DataDirectory,
  purpose: Purpose,
  work: (file: string) => Promise<T>,
): Promise<T> {
  try {
    // A copy that was brought back may have none.
    if (existsSync(directory.run)) return await withScratch(directory, purpose, work);
  } catch (error) {
    if (!isNoRoom(error) && !isUnwritable(error)) throw error;
  }
  const elsewhere = mkdtempSync(join(tmpdir(), 'palimpsest-'));
  const discard = (): void => {
    rmSync(elsewhere, { recursive: true, force: true });
  };
  const keep = beforeLeaving(discard);
  try {
    return await work(join(elsewhere, 'scratch.sqlite'));
  } finally {
    discard();
    keep();
  }
}
