import type { Command } from 'commander';
import { checkLog } from '../log/check-log.js';
import type { Database } from '../log/database.js';
import { readHead } from '../log/log.js';
import { requireFit } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import { projectionsOf } from '../projections/index.js';
import { fingerprint, type Projection } from '../projections/projection.js';
import { replayBeside } from '../projections/replay/rebuild.js';
import type { Swap } from '../commands/change-set.js';
import { withApi } from './api.js';
import { ensureDirectories } from '../installation/data-directory.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { inTurns } from '../installation/in-turns.js';
import { print, type CommonOptions } from '../installation/output.js';
import { progressOn } from '../installation/progress.js';
import { reading } from '../installation/reading.js';
import { withScratch } from '../installation/scratch-file.js';

export function addRebuild(cli: Command): void {
  cli
    .command('rebuild [projection...]')
    .description(
      'replay the log beside the live tables, compare, and swap what differs; works while a server runs',
    )
    .action(async (names: string[], _options, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>();
      const { data, json, migrations } = options;
      const known = await openLadder(migrations);
      const { position, chosen, swapped } = await reading(data, async (db, directory) => {
        const chosen = choose(projectionsOf(requireFit(db, known)), names);
        ensureDirectories(directory);
        const progress = progressOn(process.stderr, 'rebuilding');
        const total = readHead(db).position;
        requireSound(db);
        return withScratch(directory, 'rebuild', async (file) => {
          const { wrong, position } = await inTurns(replayBeside(file, db, chosen), (done) => {
            progress.update(done, total);
          });
          progress.finish();
          const swapped = wrong.map(({ name }) => name);
          // The server swaps between two commits; without one, taking charge has already brought up what was missing.
          if (swapped.length > 0) {
            await withApi(options, (api) =>
              api.swapProjections({ file, projections: wrong.map(made), built: position }),
            );
          }
          return { position, swapped, chosen };
        });
      });
      print(json, { position, projections: chosen.map(({ name }) => name), swapped }, () =>
        swapped.length === 0
          ? `${chosen.length} projections rebuilt up to position ${position}: identical to the live ones`
          : `rebuilt up to position ${position} and swapped in: ${swapped.join(', ')}`,
      );
    });
}

/** What is made of damage would take the place of what was made before it. @throws OperatorError 65 */
function requireSound(db: Database): void {
  const [damage] = checkLog(db, () => undefined);
  if (!damage) return;
  throw new OperatorError(
    exitCodes.badData,
    `the log is damaged (${damage.message}): run \`palimpsest verify\`, and restore a backup`,
  );
}

function made(projection: Projection): Swap['projections'][number] {
  return { name: projection.name, fingerprint: fingerprint(projection) };
}

function choose(all: readonly Projection[], names: readonly string[]): readonly Projection[] {
  if (names.length === 0) return all;
  const known = all.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new OperatorError(
      exitCodes.usage,
      `there is no projection "${unknown}": choose from ${known.join(', ')}`,
    );
  }
  return [...new Set(names)].flatMap((name) => all.filter((each) => each.name === name));
}
