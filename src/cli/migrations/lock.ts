import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { hashRungs, lockFileName, printLock, type RungFile } from '../../ladder/lock-file.js';
import { openLadder } from '../../ladder/open-ladder.js';
import { readRungFiles } from '../../ladder/rung-files.js';
import { makeFilesAsTheUserDoes } from '../../installation/private-files.js';
import { print, type CommonOptions } from '../../installation/output.js';
import { requireReadable } from './require-readable.js';
import { ownRungs } from './own-rungs.js';
import { isTemplate } from './templates.js';

export function addLock(migrations: Command): void {
  migrations
    .command('lock')
    .description('release the new rungs: from now on they may not change')
    .action(async (_options, command: Command) => {
      const { json, migrations } = command.optsWithGlobals<CommonOptions>();
      const { directory, language } = ownRungs(migrations);
      const { lock, added } = requireReadable(() => {
        const { files, lock } = readRungFiles(directory);
        requireFilledIn(files.slice(lock.length));
        return { lock, added: hashRungs(files, lock).slice(lock.length) };
      });
      // What is frozen should at least work; TypeScript has to be compiled before that can be tried.
      if (language === 'module') await openLadder(directory);
      const file = join(directory, lockFileName);
      makeFilesAsTheUserDoes();
      if (added.length > 0) writeFileSync(file, printLock([...lock, ...added]));
      print(json, { file, locked: added }, () =>
        added.length === 0
          ? `${file} is up to date: all ${lock.length} rungs are released`
          : `released ${added.map(({ name }) => name).join(', ')} in ${file}`,
      );
    });
}

/** What is released can't be filled in any more. @throws Error that names the rung */
function requireFilledIn(files: readonly RungFile[]): void {
  const untouched = files.find(({ text }) => isTemplate(text));
  if (!untouched) return;
  throw new Error(
    `${untouched.name} is still as \`migrations new\` wrote it: fill it in, or remove it, and lock again`,
  );
}
