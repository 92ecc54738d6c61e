import { createWriteStream, existsSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { snapshot, type Database } from '../log/database.js';
import { readHead } from '../log/log.js';
import { requireFit } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { exportFiles, type CopiedFiles } from '../exchange/asset-files.js';
import { exportLines } from '../exchange/jsonl.js';
import { FileStore } from '../files/file-store.js';
import type { DataDirectory } from '../installation/data-directory.js';
import { files } from '../projections/files.js';
import { projectionsOf } from '../projections/index.js';
import { fileTotals } from '../projections/named-files.js';
import { staleProjections } from '../projections/replay/registry.js';
import type { Ladder } from '../schema/ladder.js';
import { syncDirectory } from '../installation/files.js';
import { print, type CommonOptions } from '../installation/output.js';
import { progressOn } from '../installation/progress.js';
import { reading, stopSignal } from '../installation/reading.js';
import type { Settings } from '../installation/settings.js';

export function addExport(cli: Command, settings: Settings): void {
  const verb = cli.command('export').description('write the log in a form for elsewhere');
  verb
    .command('git <directory>')
    .description('a git repository whose trees are the pages and whose commits are the change sets')
    .action((directory: string, _options, command: Command) =>
      toGit(directory, command.optsWithGlobals(), settings),
    );
  verb
    .command('jsonl [file]')
    .description('the log itself, one event a line, hash chain included; to standard output for - or nothing')
    .option('--assets <directory>', 'copy the files of assets there, too; again: what is new')
    .action((file: string | undefined, _options, command: Command) =>
      toLines(file, command.optsWithGlobals()),
    );
}

async function toGit(
  directory: string,
  { data, json, migrations }: CommonOptions,
  { searchPath }: Settings,
): Promise<void> {
  const { exportGit } = await import('../exchange/git/export-git.js');
  const ladder = await openLadder(migrations);
  return reading(data, async (db, { content }) => {
    requireFit(db, ladder);
    const progress = progressOn(process.stderr, 'exporting');
    const exported = await exportGit(directory, {
      db,
      ladder,
      store: new FileStore(content),
      progress: progress.update,
      signal: stopSignal(),
      searchPath,
    });
    if (!exported.complete) throw stoppedBeforeTheEnd();
    progress.finish();
    print(
      json,
      exported,
      () => `${exported.commits} commits in ${directory}, up to position ${exported.position}`,
    );
  });
}

interface LinesOptions extends CommonOptions {
  /** The directory for the files of assets. */
  readonly assets?: string;
}

async function toLines(
  name: string | undefined,
  { data, json, migrations, assets }: LinesOptions,
): Promise<void> {
  const file = name === '-' ? undefined : name;
  const ladder = assets === undefined ? undefined : await openLadder(migrations);
  return reading(data, async (db, directory) => {
    if (file !== undefined && existsSync(file)) throw exists(file);
    const position = snapshot(db, () => {
      const { position } = readHead(db);
      if (ladder) requireFilesUpTo(db, requireFit(db, ladder), position);
      return position;
    });
    const signal = stopSignal();
    const copied = assets === undefined ? null : await toFiles(db, directory, assets, { position, signal });
    const progress = progressOn(process.stderr, 'exporting');
    const damages: string[] = [];
    const lines = Readable.from(
      exportLines(
        db,
        (done) => {
          progress.update(done, position);
        },
        position,
        (damage) => {
          if (damages.length === 0) damages.push(damage);
        },
      ),
    );
    try {
      if (file === undefined) await pipeline(lines, process.stdout, { end: false, signal });
      else await writeNew(file, lines, signal);
    } catch (error) {
      if (signal.aborted) throw stoppedBeforeTheEnd(error);
      throw explain(file ?? 'standard output', error as NodeJS.ErrnoException);
    }
    progress.finish();
    const [damage] = damages;
    if (damage !== undefined) throw damaged(file ?? 'what was written', damage);
    const told = copied ? `, ${copied.files} files of assets in ${assets ?? ''}` : '';
    if (file !== undefined)
      print(
        json,
        { file, position, ...(copied && { assets: copied }) },
        () => `${position} events in ${file}${told}`,
      );
  });
}

/** @throws OperatorError 78 when it can't be told which files there are */
function requireFilesUpTo(db: Database, ladder: Ladder, position: number): void {
  const stale = staleProjections(db, projectionsOf(ladder), position);
  if (stale.every(({ name }) => name !== files.name)) return;
  throw new OperatorError(
    exitCodes.wrongVersion,
    `projection ${files.name} is missing or of another make: run \`palimpsest rebuild ${files.name}\``,
  );
}

/** Before the log: that speaks of none that is not there. */
async function toFiles(
  db: Database,
  { content }: DataDirectory,
  target: string,
  upTo: { readonly position: number; readonly signal: AbortSignal },
): Promise<CopiedFiles> {
  if (existsSync(target) && realpathSync(target) === realpathSync(content)) {
    throw new OperatorError(
      exitCodes.cannotCreate,
      `${target} is where the files are: choose another directory`,
    );
  }
  const total = fileTotals(db).bytes / mib;
  const progress = progressOn(process.stderr, 'copying files of assets, MiB');
  try {
    const copied = await exportFiles(db, new FileStore(content), target, upTo, (done) => {
      progress.update(Math.floor(done / mib), Math.ceil(total));
    });
    progress.finish();
    return copied;
  } catch (error) {
    throw explain(target, error as NodeJS.ErrnoException);
  }
}

const mib = 1024 * 1024;

/** All of it, on the disk, or no file of that name. */
async function writeNew(file: string, lines: Readable, signal: AbortSignal): Promise<void> {
  const unfinished = `${file}.unfinished-${process.pid}`;
  try {
    await pipeline(lines, createWriteStream(unfinished, { flush: true }), { signal });
    renameSync(unfinished, file);
    syncDirectory(dirname(resolve(file)));
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** It may be all that is left, so it is written; and nobody is to take it for a backup. */
function damaged(file: string, damage: string): OperatorError {
  return new OperatorError(
    exitCodes.badData,
    `the log is damaged (${damage}): ${file} can't be imported; run \`palimpsest verify\`, and restore a backup`,
  );
}

const unwritable: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EACCES',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
]);

function stoppedBeforeTheEnd(cause?: unknown): OperatorError {
  return new OperatorError(exitCodes.busy, 'stopped before the end: nothing is exported', { cause });
}

function explain(file: string, error: NodeJS.ErrnoException): Error {
  if (error.code === 'EEXIST') return exists(file);
  if (unwritable.has(error.code)) {
    return new OperatorError(exitCodes.cannotCreate, `can't write ${file}: ${error.message}`, {
      cause: error,
    });
  }
  return error;
}

function exists(file: string): OperatorError {
  return new OperatorError(exitCodes.cannotCreate, `${file} exists: choose another file`);
}
