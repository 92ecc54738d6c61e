import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { openDatabase } from '../events/database.js';
import { readInstallation } from '../events/installation.js';
import { finalizeReigns, readVersionHistory } from '../events/version-history.js';
import { predecessors } from '../upgrade/files.js';
import { isUpgrading, takeUpgradeLock } from '../upgrade/upgrade-lock.js';
import { ensureDirectories, type DataDirectory } from './data-directory.js';
import { CliError, exitCodes } from './exit-code.js';
import { print, type CommonOptions } from './output.js';
import { program } from './program.js';
import { reading } from './reading.js';

/** After this long nobody is expected to go back. */
const daysUntilFinal = 7;
const dayMs = 24 * 60 * 60 * 1000;

export function addFinalize(cli: Command): void {
  cli
    .command('finalize')
    .description('stay with the version in charge: the databases of earlier ones are removed')
    .action(async (_options, command: Command) => {
      const { data, json } = command.optsWithGlobals<CommonOptions>();
      const { directory, version } = await reading(data, (db, directory) => ({
        directory,
        version: readInstallation(db).programVersion,
      }));
      if (version !== program.version) {
        throw new CliError(
          exitCodes.wrongVersion,
          `this is ${program.version}, the database belongs to ${version}: run the \`palimpsest\` of that version`,
        );
      }
      const removed = finalize(directory);
      print(json, { version, removed }, () =>
        removed.length === 0
          ? `${version} is final: there was nothing to remove`
          : `${version} is final: removed ${removed.join(', ')}`,
      );
    });
}

/** Notes that there is no way back any more, and removes what it would need. @throws CliError 75 during an upgrade */
function finalize(directory: DataDirectory): readonly string[] {
  ensureDirectories(directory);
  const lock = takeUpgradeLock(directory);
  try {
    const db = openDatabase(directory.database);
    try {
      finalizeReigns(db, new Date().toISOString());
    } finally {
      db.close();
    }
    const files = predecessors(directory);
    for (const file of files)
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    return files.map((file) => basename(file));
  } finally {
    lock.release();
  }
}

/** The last upgrade is final by itself when it is long ago. */
export function finalizeInTime(directory: DataDirectory, now: Date): void {
  if (predecessors(directory).length === 0 || isUpgrading(directory)) return;
  const db = openDatabase(directory.database, 'read');
  let last;
  try {
    last = readVersionHistory(db).at(-1);
  } finally {
    db.close();
  }
  if (last && now.getTime() - Date.parse(last.at) > daysUntilFinal * dayMs) finalize(directory);
}
