import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { exitCodeOf, sentenceOf } from '../installation/exit-code.js';
import { printableLines } from '../printable.js';
import { program } from '../installation/program.js';
import { addExport } from './export.js';
import { addFinalize } from './finalize.js';
import { addImport } from './import.js';
import { addLogin } from './login.js';
import { addMigrations } from './migrations/group.js';
import { addOpenApi } from './openapi.js';
import { addRebuild } from './rebuild.js';
import { addRun } from './run.js';
import { addServe } from './serve.js';
import { readSettings, type Settings } from '../installation/settings.js';
import { addStatus } from './status.js';
import { addTail } from './tail.js';
import { addToken } from './token.js';
import { addRevert, addUpgrade } from './upgrade.js';
import { addVerify } from './verify.js';

/** Parses what the process was started with, and does it. Sets the exit code. */
export async function runCommandLine(): Promise<void> {
  // A reader of the first lines only has had enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    process.exit(
      report(new OperatorError(exitCodes.cannotCreate, `can't write to standard output: ${error.message}`)),
    );
  });
  try {
    await commandLine(readSettings()).parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** One sentence on stderr; what nobody foresaw comes with its stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  const exitCode = exitCodeOf(error);
  const thrown = error instanceof Error ? error : new Error(String(error));
  const text = exitCode === undefined ? (thrown.stack ?? thrown.message) : sentenceOf(thrown);
  process.stderr.write(`palimpsest: ${printableLines(text)}\n`);
  return exitCode ?? exitCodes.bug;
}

/** A variable of a script that is not set, most likely. @throws OperatorError 64 */
function named(directory: string): string {
  if (directory !== '') return directory;
  throw new OperatorError(exitCodes.usage, '--data is empty: name the data directory');
}

function commandLine(settings: Settings): Command {
  const cli = new Command('palimpsest')
    .description(
      'An event-sourced CMS backend: every edit is kept, every version of every page stays readable.',
    )
    .version(program.version)
    .option('--data <directory>', 'the data directory (PALIMPSEST_DATA)', named, settings.dataDirectory)
    .option(
      '--migrations <directory>',
      'the rungs of schema versions, instead of those of the program (PALIMPSEST_MIGRATIONS)',
      settings.migrationsDirectory,
    )
    .option('--json', 'answer in JSON, for machines')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) => {
        write(text.replace(/^error: (.*)/, 'palimpsest: $1 (see --help)'));
      },
    })
    .exitOverride();

  addServe(cli, settings);
  addToken(cli);
  addLogin(cli);
  addImport(cli, settings);
  addExport(cli, settings);
  addRebuild(cli);
  addVerify(cli);
  addStatus(cli);
  addTail(cli);
  addMigrations(cli);
  addOpenApi(cli);
  addUpgrade(cli, settings);
  addRevert(cli, settings);
  addFinalize(cli, settings);
  addRun(cli);
  return cli;
}
