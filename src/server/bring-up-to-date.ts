import type { Database } from '../log/database.js';
import { readHead } from '../log/log.js';
import type { DataDirectory } from '../installation/data-directory.js';
import { inTurns } from '../installation/in-turns.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { progressOn } from '../installation/progress.js';
import { withScratch } from '../installation/scratch-file.js';
import { projectionsOf } from '../projections/index.js';
import { replayBeside, swapIn } from '../projections/replay/rebuild.js';
import { forgetOthers, staleProjections } from '../projections/replay/registry.js';
import type { Ladder } from '../schema/ladder.js';

/** Before anything is served: projections of another make, or name, are rebuilt, and those of other programs forgotten. */
export async function bringUpToDate(db: Database, directory: DataDirectory, ladder: Ladder): Promise<void> {
  const projections = projectionsOf(ladder);
  const { position } = readHead(db);
  const stale = staleProjections(db, projections, position);
  if (stale.length > 0) {
    const progress = progressOn(process.stderr, `rebuilding ${stale.map(({ name }) => name).join(', ')}`);
    await withScratch(directory, 'charge', async (file) => {
      const replay = await inTurns(replayBeside(file, db, stale), (done) => {
        progress.update(done, position);
      });
      swapIn(db, file, stale, replay.position);
    });
    progress.finish();
  }
  forgetOthers(db, projections);
}

/** Where nothing can be rebuilt. @throws OperatorError 75 when something would have to be */
export function requireUpToDate(db: Database, ladder: Ladder): void {
  const stale = staleProjections(db, projectionsOf(ladder), readHead(db).position);
  if (stale.length === 0) return;
  const names = stale.map(({ name }) => name).join(', ');
  throw new OperatorError(exitCodes.busy, `there is no room to rebuild ${names}: make room and start again`);
}
