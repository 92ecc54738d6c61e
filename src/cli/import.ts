import { createReadStream, statSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { readHead } from '../log/log.js';
import { usableLadder } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import { openApi } from './api.js';
import { takeChargeOf } from '../server/charge.js';
import { importFiles, type CopiedFiles } from '../exchange/asset-files.js';
import { FileStore } from '../files/file-store.js';
import type { Database } from '../log/database.js';
import { fileTotals } from '../projections/named-files.js';
import {
  dataDirectory,
  hasDatabase,
  requireSameUser,
  type DataDirectory,
} from '../installation/data-directory.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { onConflict } from '../exchange/git/conflicts.js';
import type { ImportedHistory, ImportGitOptions, Told } from '../exchange/git/import-git.js';
import { importLines, requireEmptyLog } from '../exchange/jsonl.js';
import { linesOf } from '../exchange/read-lines.js';
import { print, type CommonOptions } from '../installation/output.js';
import { printable } from '../printable.js';
import { progressOn } from '../installation/progress.js';
import { reading, readingOn, stopSignal } from '../installation/reading.js';
import type { Settings } from '../installation/settings.js';

interface GitOptions extends CommonOptions, ImportGitOptions {
  readonly branch?: string;
}

export function addImport(cli: Command, settings: Settings): void {
  const verb = cli.command('import').description('bring in the history of another system');
  verb
    .command('git <repository>')
    .description(
      'the first-parent history of a git repository: each commit is a change set; resumes where it stopped',
    )
    .option('--branch <name>', 'the branch to follow, instead of the one checked out')
    .option('--match <glob>', 'the files that are pages', '**/*.md')
    .option('--assets <glob>', 'the files that are assets, as in **/*.{png,jpg,svg,gif,webp,pdf}')
    .option('--parent <path>', 'the page beneath which to put everything')
    .option('--strip-extension', 'leave the extension out of the path')
    .option('--publish', 'publish every version as it comes')
    .option(
      '--encoding <name>',
      'how to read files and names that are not UTF-8; what nothing reads is kept with U+FFFD and told at the end',
    )
    .addOption(
      new Option(
        '--on-conflict <side>',
        "where an editor has changed what the next commit changes: take the repository's side, the editor's, or stop",
      )
        .choices(onConflict)
        .default('stop'),
    )
    .action((repository: string, _options, command: Command) =>
      fromGit(repository, command.optsWithGlobals(), settings),
    );
  verb
    .command('jsonl [file]')
    .description(
      'an exported log into an empty one, all of it or nothing, its chain verified; from standard input for - or nothing',
    )
    .option('--assets <directory>', 'where `export jsonl --assets` put the files of assets')
    .option('--without-files', 'import a log whose assets have files that are not here')
    .action((file: string | undefined, _options, command: Command) =>
      fromLines(file, command.optsWithGlobals()),
    );
}

async function fromGit(
  repository: string,
  { data, json, migrations, branch, ...options }: GitOptions,
  { searchPath, fileMib }: Settings,
): Promise<void> {
  requireEncoding(options.encoding);
  const { globOf } = await import('../exchange/git/glob.js');
  for (const glob of [options.match, options.assets]) if (glob !== undefined) globOf(glob);
  const { importGit } = await import('../exchange/git/import-git.js');
  const { openHistoryLine } = await import('../exchange/git/history-line.js');
  const line = await openHistoryLine(repository, { searchPath, ...(branch !== undefined && { branch }) });
  const known = await openLadder(migrations);
  const directory = dataDirectory(data);
  const api = await openApi(directory, migrations, { mayCreate: true });
  try {
    // Files of assets are written from here, whoever serves.
    if (options.assets !== undefined) requireSameUser(directory);
    await readingOn(data, async (db, follow) => {
      const progress = progressOn(process.stderr, 'importing commits');
      const imported = await importGit(line, options, {
        db,
        submit: async (changeSet) => {
          const outcome = await api.submit(changeSet);
          follow();
          return outcome;
        },
        files: { store: new FileStore(directory.content), limitBytes: fileMib * mib },
        schemaVersion: usableLadder(db, known).finalized,
        progress: progress.update,
        signal: stopSignal(),
      });
      progress.finish();
      print(json, imported, () => describe(imported));
      if (!imported.complete) {
        throw new OperatorError(
          exitCodes.busy,
          'stopped before the end: run the same again to go on from here',
        );
      }
    });
  } finally {
    await api.close();
  }
}

/** @throws OperatorError 64 */
function requireEncoding(encoding: string | undefined): void {
  try {
    new TextDecoder(encoding);
  } catch (cause) {
    throw new OperatorError(
      exitCodes.usage,
      `there is no encoding "${String(encoding)}": name one of the Encoding Standard, such as windows-1252 or shift_jis`,
      { cause },
    );
  }
}

function describe({ commits, changes, position, since, unreadable, skipped }: ImportedHistory): string {
  const lines = [`${commits} commits, ${changes} changes, up to position ${position}`];
  if (since !== undefined) lines.push(`what came after ${since} on other lines came as one commit`);
  if (unreadable) {
    lines.push(
      `${unreadable.count} texts and names are kept with U+FFFD; --encoding NAME reads what is not UTF-8:`,
      ...listed(unreadable, ({ commit, path, what }) => `${what} of ${printable(path)} in commit ${commit}`),
    );
  }
  if (skipped) {
    lines.push(
      `${skipped.count} changes were left out:`,
      ...listed(
        skipped,
        ({ commit, path, why }) => `${printable(path)} in commit ${commit}: ${printable(why)}`,
      ),
    );
  }
  return lines.join('\n');
}

function listed<T>({ count, first }: Told<T>, describe: (one: T) => string): readonly string[] {
  const more = count - first.length;
  return [...first.map((one) => `  ${describe(one)}`), ...(more > 0 ? [`  and ${more} more`] : [])];
}

interface LinesOptions extends CommonOptions {
  /** The directory with the files of assets. */
  readonly assets?: string;
  readonly withoutFiles?: boolean;
}

async function fromLines(
  name: string | undefined,
  { data, json, migrations, assets, withoutFiles = false }: LinesOptions,
): Promise<void> {
  if (assets !== undefined) {
    if (withoutFiles)
      throw new OperatorError(exitCodes.usage, 'choose one of --assets and --without-files, not both');
    if (statSync(assets, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw new OperatorError(exitCodes.badData, `there is no directory ${assets}`);
  }
  const file = name === '-' ? undefined : name;
  if (file !== undefined && statSync(file, { throwIfNoEntry: false })?.isDirectory() !== false) {
    throw new OperatorError(exitCodes.badData, `there is no file ${file}`);
  }
  const directory = dataDirectory(data);
  if (hasDatabase(directory)) {
    await reading(data, (db) => {
      requireEmptyLog(readHead(db).position);
    });
  }
  const charge = await takeChargeOf(directory, await openLadder(migrations));
  try {
    const input = file === undefined ? process.stdin : createReadStream(file);
    const progress = progressOn(process.stderr, 'importing');
    let copied: CopiedFiles | undefined;
    const position = await importLines(charge.db, charge.epoch, charge.ladder, linesOf(input), {
      progress: (done) => {
        progress.update(done, done);
      },
      beforeCommit: async (upTo) => {
        progress.finish();
        if (!withoutFiles) copied = await bringFiles(charge.db, directory, assets, upTo);
      },
    });
    const told = copied && copied.files > 0 ? `, ${copied.files} files of assets whole` : '';
    print(
      json,
      { position, ...(copied && { assets: copied }) },
      () => `${position} events, chain verified${told}`,
    );
  } finally {
    charge.release();
  }
}

async function bringFiles(
  db: Database,
  { content }: DataDirectory,
  from: string | undefined,
  upTo: number,
): Promise<CopiedFiles> {
  const total = Math.ceil(fileTotals(db).bytes / mib);
  const progress = progressOn(process.stderr, 'bringing files of assets, MiB');
  const copied = await importFiles(db, new FileStore(content), from, upTo, (done) => {
    progress.update(Math.floor(done / mib), total);
  });
  progress.finish();
  return copied;
}

const mib = 1024 * 1024;
