import type { Command } from 'commander';
import { checkLog, type Damage } from '../log/check-log.js';
import { checkKept } from '../log/check-kept.js';
import { damagesOf, isDamage, snapshot, type Database } from '../log/database.js';
import { readHead } from '../log/log.js';
import { requireFit } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import type { Difference } from '../projections/replay/compare.js';
import { checkOlderViews } from '../projections/check-older-views.js';
import { projectionsOf } from '../projections/index.js';
import { checkTables } from '../projections/replay/check-tables.js';
import { replayBeside } from '../projections/replay/rebuild.js';
import type { Ladder } from '../schema/ladder.js';
import type { DataDirectory } from '../installation/data-directory.js';
import { exitCodes } from '../installation/operator-error.js';
import { inTurns } from '../installation/in-turns.js';
import { print, type CommonOptions } from '../installation/output.js';
import { progressOn } from '../installation/progress.js';
import { reading } from '../installation/reading.js';
import { withScratchSomewhere } from '../installation/scratch-file.js';
import { FileStore } from '../files/file-store.js';
import { files as filesProjection } from '../projections/files.js';
import { checkFiles, type FileFault, type FileFindings } from './check-files.js';

/** What is wrong with an installation; all empty when it is sound. */
interface Findings {
  readonly position: number;
  /** What is wrong with the database file, in SQLite's words. */
  readonly file: readonly string[];
  readonly log: readonly Damage[];
  /** Projections whose tables are missing or of another make. */
  readonly stale: readonly string[];
  readonly rows: readonly Difference[];
  /** Null: not looked at, as nothing tells for sure which files there have to be. */
  readonly assets: FileFindings | null;
}

export function addVerify(cli: Command): void {
  cli
    .command('verify')
    .description(
      'check the file, prove the log by its chain, every projection by replaying the log, and read every file of an asset',
    )
    .action(async (_options, command: Command) => {
      const { data, json, migrations } = command.optsWithGlobals<CommonOptions>();
      const known = await openLadder(migrations);
      const findings = await reading(data, (db, directory) => verify(db, directory, requireFit(db, known)));
      const { file, log, stale, rows, assets } = findings;
      const faults = assets?.faults ?? [];
      const sound = file.length + log.length + stale.length + rows.length + faults.length === 0;
      print(json, { sound, ...findings, rows: rows.map(withoutDigests) }, () => describe(findings));
      if (!sound) process.exitCode = exitCodes.badData;
    });
}

async function verify(db: Database, directory: DataDirectory, ladder: Ladder): Promise<Findings> {
  const file = damagesOf(db);
  const log = asFarAsReadable(file.length > 0, () => checkWholeLog(db, ladder));
  const found = { position: log.position, file, log: log.faults, stale: [], rows: [], assets: null };
  // What can't be trusted can't tell whether its projections can.
  if (file.length + log.faults.length > 0) return found;
  const compared = await compareProjections(db, directory, ladder);
  const assets = isKnown(filesProjection.name, compared)
    ? await checkFiles(db, new FileStore(directory.content), compared.position)
    : null;
  if (compared.stale.length + compared.rows.length > 0) return { ...found, ...compared, assets };
  return { ...found, ...compared, assets, log: snapshot(db, () => checkOlderViews(db, ladder)) };
}

function isKnown(projection: string, { stale, rows }: Pick<Findings, 'stale' | 'rows'>): boolean {
  return !stale.includes(projection) && !rows.some((row) => row.projection === projection);
}

/** In a damaged file what can be read may still be of use. */
function asFarAsReadable(isDamaged: boolean, check: () => CheckedLog): CheckedLog {
  try {
    return check();
  } catch (error) {
    if (isDamaged && isDamage(error)) return { position: 0, faults: [] };
    throw error;
  }
}

interface CheckedLog {
  readonly position: number;
  readonly faults: readonly Damage[];
}

function checkWholeLog(db: Database, ladder: Ladder): CheckedLog {
  return snapshot(db, () => {
    const { position } = readHead(db);
    const progress = progressOn(process.stderr, 'checking the log');
    const faults = checkLog(db, (done, end) => {
      progress.update(done, end);
    });
    progress.finish();
    const others =
      faults.length > 0 ? [] : [...checkTables(db, projectionsOf(ladder), position), ...checkKept(db)];
    return { position, faults: [...faults, ...others] };
  });
}

async function compareProjections(
  db: Database,
  directory: DataDirectory,
  ladder: Ladder,
): Promise<Pick<Findings, 'position' | 'stale' | 'rows'>> {
  const { position } = readHead(db);
  const progress = progressOn(process.stderr, 'replaying');
  const replay = await withScratchSomewhere(directory, 'verify', (file) =>
    inTurns(replayBeside(file, db, projectionsOf(ladder)), (done) => {
      progress.update(done, position);
    }),
  );
  progress.finish();
  const differing = new Set(replay.differences.map(({ projection }) => projection));
  const stale = replay.wrong.map(({ name }) => name).filter((name) => !differing.has(name));
  return { position: replay.position, stale, rows: replay.differences };
}

/** As JSON a row is told as a whole, but for the digest of a token's secret, which is for nobody's eyes. */
function withoutDigests(difference: Difference): Difference {
  if (difference.table !== 'tokens') return difference;
  const [live, replayed] = [difference.live, difference.replayed].map(
    (row) => row && { ...row, hash: '(not shown)' },
  );
  return { ...difference, live: live ?? null, replayed: replayed ?? null };
}

function describe({ position, file, log, stale, rows, assets }: Findings): string {
  const lines = [
    ...file.map((damage) => `the file is damaged: ${damage}: keep it, and restore a backup`),
    ...log.map(({ message }) => message),
    ...stale.map(
      (name) => `projection ${name} is missing or of another make: run \`palimpsest rebuild ${name}\``,
    ),
    ...rows.map(describeRow),
    ...(assets?.faults ?? []).map(describeFault),
  ];
  const whole = `${position} positions, the chain and all projections are whole`;
  return [...(lines.length > 0 ? lines : [whole]), ...describeFiles(assets)].join('\n');
}

function describeFault({ asset, version, path, fault }: FileFault): string {
  return `the file of the asset ${asset}, version ${version}, ${fault}: bring ${path} back from a backup`;
}

function describeFiles(assets: FileFindings | null): readonly string[] {
  if (!assets) return [];
  const { files, bytes, faults, leftovers } = assets;
  return [
    ...(files > 0 && faults.length === 0 ? [`${files} files of assets, ${bytes} bytes, are whole`] : []),
    ...(leftovers.files > 0
      ? [
          `files that no event names: ${leftovers.files}, ${leftovers.bytes} bytes; the server removes them a day after they came`,
        ]
      : []),
  ];
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
