import { createReadStream, statSync } from 'node:fs';
import type { Command } from 'commander';
import { readHead } from '../events/log.js';
import { usableLadder } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import { openApi } from './api.js';
import { takeChargeOf } from './charge.js';
import { dataDirectory, hasDatabase } from './data-directory.js';
import { CliError, exitCodes } from './exit-code.js';
import type { ImportGitOptions } from './git/import-git.js';
import { importLines, linesOf, requireEmptyLog } from './jsonl.js';
import { print, type CommonOptions } from './output.js';
import { progressOn } from './progress.js';
import { reading, stopSignal } from './reading.js';
import type { Settings } from './settings.js';

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
    .option('--parent <path>', 'the page beneath which to put everything')
    .option('--strip-extension', 'leave the extension out of the path')
    .option('--publish', 'publish every version as it comes')
    .action((repository: string, _options, command: Command) =>
      fromGit(repository, command.optsWithGlobals(), settings),
    );
  verb
    .command('jsonl [file]')
    .description('an exported log into an empty one, its chain verified; from standard input without a file')
    .action((file: string | undefined, _options, command: Command) =>
      fromLines(file, command.optsWithGlobals()),
    );
}

async function fromGit(
  repository: string,
  { data, json, migrations, branch, match, parent, stripExtension, publish }: GitOptions,
  { searchPath }: Settings,
): Promise<void> {
  const options: ImportGitOptions = {
    ...(match !== undefined && { match }),
    ...(parent !== undefined && { parent }),
    ...(stripExtension !== undefined && { stripExtension }),
    ...(publish !== undefined && { publish }),
  };
  const { importGit } = await import('./git/import-git.js');
  const { openHistoryLine } = await import('./git/history-line.js');
  const line = await openHistoryLine(repository, { searchPath, ...(branch !== undefined && { branch }) });
  const known = await openLadder(migrations);
  const api = await openApi(dataDirectory(data), migrations, { mayCreate: true });
  try {
    await reading(data, async (db) => {
      const progress = progressOn(process.stderr, 'importing commits');
      const imported = await importGit(line, options, {
        db,
        submit: api.submit,
        schemaVersion: usableLadder(db, known).current,
        progress: progress.update,
        signal: stopSignal(),
      });
      progress.finish();
      print(
        json,
        imported,
        () => `${imported.commits} commits, ${imported.changes} changes, up to position ${imported.position}`,
      );
      if (!imported.complete) {
        throw new CliError(exitCodes.busy, 'stopped before the end: run the same again to go on from here');
      }
    });
  } finally {
    await api.close();
  }
}

async function fromLines(file: string | undefined, { data, json, migrations }: CommonOptions): Promise<void> {
  if (file !== undefined && statSync(file, { throwIfNoEntry: false })?.isDirectory() !== false)
    throw new CliError(exitCodes.badData, `there is no file ${file}`);
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
    const position = await importLines(charge.db, charge.epoch, charge.ladder, linesOf(input), (done) => {
      progress.update(done, done);
    });
    progress.finish();
    print(json, { position }, () => `${position} events, chain verified`);
  } finally {
    charge.release();
  }
}
