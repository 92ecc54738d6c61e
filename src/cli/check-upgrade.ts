import { readInstallation } from '../log/installation.js';
import { usableLadder } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import { projectionsOf } from '../projections/index.js';
import { asOperatorError } from '../upgrade/copy-log.js';
import { rechainedNote } from '../upgrade/format-3.js';
import { mebibytes, mostPages, requireRights, requireRoom } from '../upgrade/preflight.js';
import { rehearse, type ProjectionReport, type Rehearsal } from '../upgrade/rehearse.js';
import { takeUpgradeLock } from '../upgrade/upgrade-lock.js';
import { mayReplace } from '../upgrade/versions.js';
import { exitCodes } from '../installation/operator-error.js';
import { dataDirectory } from '../installation/data-directory.js';
import { print } from '../installation/output.js';
import { program, signatureWith } from '../installation/program.js';
import { progressOn } from '../installation/progress.js';
import { reading } from '../installation/reading.js';
import type { Settings } from '../installation/settings.js';
import type { UpgradeOptions } from '../upgrade/upgrade-options.js';

/** The rehearsal: exit 0 when the upgrade would work, 65 when something in the log speaks against it. */
export async function checkUpgrade(
  { data, json, migrations }: UpgradeOptions,
  settings: Settings,
): Promise<void> {
  requireRights(dataDirectory(data));
  const known = await openLadder(migrations);
  const { directory, ladder, from } = await reading(
    data,
    (db, directory) => ({
      directory,
      ladder: usableLadder(db, known),
      from: readInstallation(db).programVersion,
    }),
    'older ones, too',
  );
  const lock = takeUpgradeLock(directory);
  try {
    await reading(data, (db) => mayReplace('upgrade', program.version, ladder, db), 'older ones, too');
    const disk = requireRoom(directory, directory.predecessor(from));
    const progress = progressOn(process.stderr, 'rehearsing');
    const found = await rehearse(
      directory,
      signatureWith(ladder),
      projectionsOf(ladder),
      settings.pageLimit ?? mostPages(disk),
      progress.update,
    );
    progress.finish();
    const waiting = known.versions
      .slice(ladder.finalized)
      .map(({ version, title, rung }) => ({ version, title, irreversible: rung.irreversible }));
    const unexplained = found.projections.filter(isUnexplained).map(({ name }) => name);
    const isFine = found.badEvents.length === 0 && unexplained.length === 0;
    print(
      json,
      { from, to: program.version, fine: isFine, unexplained, waiting, ...found, freeBytes: disk.freeBytes },
      () => [describe(from, found, disk.freeBytes, isFine), ...waiting.map(describeWaiting)].join('\n'),
    );
    if (!isFine) process.exitCode = exitCodes.badData;
  } catch (error) {
    throw asOperatorError(error, directory.nextDatabase);
  } finally {
    lock.release();
  }
}

/** A schema version that clients may not use before nobody goes back. */
interface Waiting {
  readonly version: number;
  readonly title: string;
  readonly irreversible: string | null;
}

/** Rows that differ though both versions project the same way: the running one's are wrong, or the new one is. */
function isUnexplained({ make, differences }: ProjectionReport): boolean {
  return make === 'same' && differences.length > 0;
}

function describe(from: string, found: Rehearsal, freeBytes: number, isFine: boolean): string {
  const { position, isRechained, replayMs, newBytes, expectedWindowMs, badEvents, projections } = found;
  return [
    `${from} → ${program.version}: ${isFine ? 'would work' : 'would not work'}; nothing was changed`,
    `log           ${position} events, chain whole, replayed in ${(replayMs / 1000).toFixed(1)} s`,
    ...(isRechained ? [`format        ${rechainedNote(from)}`] : []),
    `disk          ${mebibytes(newBytes)} needed, ${mebibytes(freeBytes)} free`,
    `window        writes would wait for about ${Math.ceil(expectedWindowMs)} ms`,
    ...projections.map(describeProjection),
    ...badEvents.map(({ message }) => `fails         ${message}`),
  ].join('\n');
}

function describeWaiting({ version, title, irreversible }: Waiting): string {
  const why = irreversible === null ? '' : `, which has no way down: ${irreversible}`;
  return `waits         schema version ${version} (${title})${why}, until \`palimpsest finalize\``;
}

function describeProjection({ name, make, rows, differences }: ProjectionReport): string {
  const [first] = differences;
  const what =
    first === undefined
      ? 'no row differs'
      : `at least ${differences.length} rows differ, such as ${first.table} ${JSON.stringify(first.key)}`;
  const why = {
    same: first === undefined ? '' : ', which nothing explains: run `palimpsest verify`',
    changed: ' (it is made differently now)',
    new: ' (it is new)',
  };
  return `projection    ${name.padEnd(16)}${rows} rows, ${what}${why[make]}`;
}
