import type { Command } from 'commander';
import { checkLog, type Fault } from '../events/check-log.js';
import type { Database } from '../events/database.js';
import { readHead } from '../events/log.js';
import { requireFit } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import type { Difference } from '../projections/compare.js';
import { projectionsOf } from '../projections/index.js';
import { discardScratch, replayBeside } from '../projections/rebuild.js';
import type { Ladder } from '../schema/ladder.js';
import { scratchFile } from './charge.js';
import { ensureDirectories, type DataDirectory } from './data-directory.js';
import { exitCodes } from './exit-code.js';
import { print, type CommonOptions } from './output.js';
import { progressOn } from './progress.js';
import { reading } from './reading.js';

/** What is wrong with an installation; all empty when it is sound. */
interface Findings {
  readonly position: number;
  readonly log: readonly Fault[];
  /** Projections whose tables are missing or of another make. */
  readonly stale: readonly string[];
  readonly rows: readonly Difference[];
}

export function addVerify(cli: Command): void {
  cli
    .command('verify')
    .description('prove the log by its chain, and every projection by replaying the log')
    .action(async (_options, command: Command) => {
      const { data, json, migrations } = command.optsWithGlobals<CommonOptions>();
      const known = await openLadder(migrations);
      const findings = await reading(data, (db, directory) => verify(db, directory, requireFit(db, known)));
      const sound = findings.log.length + findings.stale.length + findings.rows.length === 0;
      print(json, { sound, ...findings }, () => describe(findings));
      if (!sound) process.exitCode = exitCodes.badData;
    });
}

function verify(db: Database, directory: DataDirectory, ladder: Ladder): Findings {
  const log = snapshot(db, () => {
    const { position } = readHead(db);
    const end = Math.max(position, lastPosition(db));
    const progress = progressOn(process.stderr, 'checking the log');
    const faults = checkLog(db, end, (done) => {
      progress.update(done, end);
    });
    progress.finish();
    return { position, faults };
  });
  // A log that can't be trusted can't tell whether its projections can.
  if (log.faults.length > 0) return { position: log.position, log: log.faults, stale: [], rows: [] };
  ensureDirectories(directory);
  const file = scratchFile(directory, 'verify');
  const progress = progressOn(process.stderr, 'replaying');
  try {
    const replay = replayBeside(file, db, projectionsOf(ladder), (done) => {
      progress.update(done, log.position);
    });
    progress.finish();
    const differing = new Set(replay.differences.map(({ projection }) => projection));
    const stale = replay.wrong.map(({ name }) => name).filter((name) => !differing.has(name));
    return { position: replay.position, log: [], stale, rows: replay.differences };
  } finally {
    discardScratch(file);
  }
}

/** Where the rows end, whatever the head says. */
function lastPosition(db: Database): number {
  return db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0;
}

function snapshot<T>(db: Database, read: () => T): T {
  return db.transaction(read)();
}

function describe({ position, log, stale, rows }: Findings): string {
  const lines = [
    ...log.map(({ message }) => message),
    ...stale.map(
      (name) => `projection ${name} is missing or of another make: run \`palimpsest rebuild ${name}\``,
    ),
    ...rows.map(describeRow),
  ];
  return lines.length > 0
    ? lines.join('\n')
    : `${position} positions, the chain and all projections are whole`;
}

function describeRow({ projection, table, key, live, replayed }: Difference): string {
  const where = Object.entries(key)
    .map(([column, value]) => `${column} = ${String(value)}`)
    .join(', ');
  const what =
    live === null
      ? 'is missing'
      : replayed === null
        ? 'should not be there'
        : `differs in ${differing(live, replayed)}`;
  return `table ${table}, row ${where} ${what}: run \`palimpsest rebuild ${projection}\``;
}

function differing(
  live: Readonly<Record<string, unknown>>,
  replayed: Readonly<Record<string, unknown>>,
): string {
  return Object.keys(replayed)
    .filter((column) => live[column] !== replayed[column])
    .join(', ');
}
