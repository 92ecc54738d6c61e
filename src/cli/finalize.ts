import type { Command } from 'commander';
import { snapshot } from '../log/database.js';
import { readInstallation } from '../log/installation.js';
import { requireFit } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import { finalize, lastEpoch } from '../duties/finality.js';
import type { Ladder } from '../schema/ladder.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { print, type CommonOptions } from '../installation/output.js';
import { program } from '../installation/program.js';
import { reading } from '../installation/reading.js';
import type { Settings } from '../installation/settings.js';

export function addFinalize(cli: Command, settings: Settings): void {
  cli
    .command('finalize')
    .description('stay with the version in charge: what it would take to go back is removed')
    .action(async (_options, command: Command) => {
      await stay(command.optsWithGlobals(), settings);
    });
}

async function stay(options: CommonOptions, settings: Settings): Promise<void> {
  const { data, json, migrations } = options;
  const ladder = await openLadder(migrations);
  const { directory, version, epoch, waiting } = await inCharge(data, ladder);
  let removed = finalize(directory, ladder, epoch);
  if (waiting > 0) {
    // The server has to begin anew with the whole ladder, which is an upgrade like any other.
    const { replaceRunning } = await import('./start-upgrade.js');
    await replaceRunning('upgrade', options, settings);
    const next = await inCharge(data, ladder);
    removed = [...new Set([...removed, ...finalize(directory, ladder, next.epoch)])];
  }
  print(json, { version, schemaVersion: ladder.newest, removed }, () =>
    [
      `${version} is final, and schema version ${ladder.newest}`,
      removed.length === 0 ? 'there was nothing to remove' : `removed ${removed.join(', ')}`,
    ].join(': '),
  );
}

/** What there is to decide about, all of one moment. @throws OperatorError 78 when another version is in charge */
function inCharge(data: string, ladder: Ladder) {
  return reading(data, (db, directory) =>
    snapshot(db, () => {
      const version = readInstallation(db).programVersion;
      if (version !== program.version) {
        throw new OperatorError(
          exitCodes.wrongVersion,
          `this is ${program.version}, the database belongs to ${version}: run the \`palimpsest\` of that version`,
        );
      }
      const waiting = ladder.newest - requireFit(db, ladder).finalized;
      return { directory, version, epoch: lastEpoch(db), waiting };
    }),
  );
}
