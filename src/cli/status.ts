import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { snapshot, type Database } from '../log/database.js';
import { readInstallation } from '../log/installation.js';
import { readHead } from '../log/log.js';
import { formatVersion } from '../log/log-tables.js';
import { lastUpgrade, readVersionHistory } from '../log/version-history.js';
import { usableLadder } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import { projectionsOf } from '../projections/index.js';
import { files } from '../projections/files.js';
import { fileTotals, type FileTotals } from '../projections/named-files.js';
import { fingerprint } from '../projections/projection.js';
import { servedVersionFinders } from '../projections/served-versions.js';
import { registered } from '../projections/replay/registry.js';
import type { Ladder } from '../schema/ladder.js';
import { predecessors } from '../installation/files.js';
import { describeProgress, isUpgrading, readProgress } from '../upgrade/upgrade-lock.js';
import { apiOfServer } from './api.js';
import { isServed, type DataDirectory } from '../installation/data-directory.js';
import { print, type CommonOptions } from '../installation/output.js';
import { program } from '../installation/program.js';
import { reading } from '../installation/reading.js';

export function addStatus(cli: Command): void {
  cli
    .command('status')
    .description('tell what is here, who serves it, and how far the projections are')
    .action(async (_options, command: Command) => {
      const { data, json, migrations } = command.optsWithGlobals<CommonOptions>();
      const known = await openLadder(migrations);
      const status = await reading(data, async (db, directory) => {
        const status = snapshot(db, () => statusOf(db, directory, known));
        return { ...status, ...(status.served ? await askServer(directory) : unasked) };
      });
      print(json, status, () => describe(status));
    });
}

type Status = ReturnType<typeof statusOf> & FromServer;

/** What only the server knows; null where it does not say. */
interface FromServer {
  readonly storage: Noticed | null;
  /** ISO 8601. */
  readonly since: string | null;
}

const unasked: FromServer = { storage: null, since: null };

/** `storage` of `GET /system`. */
interface Noticed {
  readonly status: string;
  readonly lastDamage: string | null;
  readonly loss: string | null;
}

interface System {
  readonly storage?: Noticed;
  readonly schema?: { readonly usage: { readonly since: string } };
}

async function askServer(directory: DataDirectory): Promise<FromServer> {
  try {
    const { storage, schema } = (await apiOfServer(directory, answerMs).call('GET', '/system')) as System;
    return { storage: storage ?? null, since: schema?.usage.since ?? null };
  } catch {
    return unasked; // it may be ending, frozen, or another version
  }
}

const answerMs = 2_000;

function statusOf(db: Database, directory: DataDirectory, known: Ladder) {
  const ladder = usableLadder(db, known);
  const { position, hash } = readHead(db);
  const installation = readInstallation(db);
  const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
  const { minimum, sunsets } = servedVersionFinders(db);
  const built = new Map(registered(db).map((row) => [row.name, row]));
  return {
    data: directory.path,
    program: program.version,
    database: {
      programVersion: installation.programVersion,
      schemaVersion: installation.schemaVersion,
      ladderHash: installation.ladderHash,
      format: formatVersion,
      mode: installation.mode,
      epoch: installation.epoch,
      bytes: count('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size'),
    },
    files: filesOf(directory),
    pages: pagesOf(db),
    // A program that knew of no files may have been here last.
    assets: built.has(files.name) ? fileTotals(db) : null,
    schema: { minimum: ladder.lowestServed(minimum()), sunsets: sunsets() },
    served: isServed(directory) ? { pid: installation.pid } : null,
    position,
    hash,
    changesets: count('SELECT count(*) FROM changesets'),
    streams: count('SELECT count(*) FROM streams'),
    upgrade: upgradeOf(db, directory, ladder),
    projections: projectionsOf(ladder).map((projection) => {
      const row = built.get(projection.name);
      return {
        name: projection.name,
        position: row?.position ?? 0,
        lag: position - (row?.position ?? 0),
        current: row?.fingerprint === fingerprint(projection),
      };
    }),
  };
}

/** Bytes of what lies in the directory, by name. */
function filesOf(directory: DataDirectory): Readonly<Record<string, number>> {
  const files = [directory.database, `${directory.database}-wal`, ...predecessors(directory)];
  return Object.fromEntries(
    files.map((file) => [basename(file), statSync(file, { throwIfNoEntry: false })?.size ?? 0]),
  );
}

/** `deleted`: by themselves; what hangs beneath goes with them. */
function pagesOf(db: Database) {
  return db
    .prepare<[], { all: number; published: number; deleted: number }>(
      'SELECT count(*) AS "all", count(published_version) AS published, count(deleted_position) AS deleted FROM pages',
    )
    .get();
}

/** What is going on, what went on, and what there is to go back to. */
function upgradeOf(db: Database, directory: DataDirectory, ladder: Ladder) {
  const history = readVersionHistory(db);
  return {
    running: isUpgrading(directory) ? (readProgress(directory) ?? null) : null,
    last: lastUpgrade(db),
    // Schema versions that clients may not use before one stays with the version in charge.
    waiting: range(ladder.finalized + 1, ladder.newest),
    predecessors: predecessors(directory).map((file) => basename(file)),
    history: history.map(({ programVersion, schemaVersion, at, position, epoch }) => ({
      programVersion,
      schemaVersion,
      at,
      position,
      epoch,
    })),
  };
}

function describeUpgrade(upgrade: ReturnType<typeof upgradeOf>): readonly string[] {
  const { running, last, waiting, predecessors } = upgrade;
  const lines = [];
  if (running) lines.push(`upgrading     ${describeProgress(running)}`);
  if (last) {
    const { predecessorVersion, programVersion, at, position, windowMs, finalizedAt } = last;
    const window = windowMs === null ? '' : `, writes waited for ${windowMs.toFixed(1)} ms`;
    lines.push(
      `last upgrade  ${predecessorVersion ?? ''} to ${programVersion}, ${at}, position ${position}${window}`,
    );
    if (finalizedAt !== null) lines.push(`final         since ${finalizedAt}`);
  }
  if (waiting.length > 0) {
    lines.push(`waiting       schema versions ${waiting.join(', ')}, for \`palimpsest finalize\``);
  }
  if (predecessors.length > 0) lines.push(`kept          ${predecessors.join(', ')}`);
  return lines;
}

function describeStorage(storage: Noticed | null): readonly string[] {
  if (!storage) return [];
  const { status, loss, lastDamage } = storage;
  return [
    ...(loss === null ? [] : [`storage       ${status === 'lost' ? 'lost' : 'full'}: ${loss}`]),
    ...(lastDamage === null
      ? []
      : [`storage       damaged: met by ${lastDamage}: run \`palimpsest verify\``]),
  ];
}

function describeAssets(assets: FileTotals | null): readonly string[] {
  return assets ? [`assets        ${assets.assets}, ${assets.files} files (${mib(assets.bytes)})`] : [];
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** How long ago, in the two largest units. */
function age(since: string): string {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 60_000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  return days > 0 ? `${days} d ${hours} h` : `${hours} h ${minutes % 60} min`;
}

function describe(status: Status): string {
  const { database } = status;
  return [
    `data          ${status.data} (${mib(database.bytes)}, format ${database.format})`,
    `served by     ${status.served ? `process ${String(status.served.pid)}` : 'nobody'}`,
    ...(status.since === null ? [] : [`since         ${status.since} (${age(status.since)})`]),
    `version       ${database.programVersion} here, this program is ${status.program}`,
    `schema        ${database.schemaVersion}, minimum ${status.schema.minimum}`,
    ...status.schema.sunsets.map(({ schemaVersion, at }) => `sunset        ${schemaVersion} at ${at}`),
    `mode          ${database.mode}, epoch ${database.epoch}`,
    ...describeStorage(status.storage),
    `log           ${status.position} positions, ${status.changesets} change sets, ${status.streams} streams`,
    `pages         ${status.pages?.all ?? 0}, ${status.pages?.published ?? 0} published, ${status.pages?.deleted ?? 0} deleted`,
    ...describeAssets(status.assets),
    ...Object.entries(status.files).map(([name, bytes]) => `file          ${name} ${mib(bytes)}`),
    ...describeUpgrade(status.upgrade),
    ...status.projections.map(
      ({ name, lag, current }) =>
        `projection    ${name.padEnd(16)}${current ? `lag ${lag}` : 'of another make'}`,
    ),
  ].join('\n');
}
