import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readRungFiles } from '../../ladder/rung-files.js';
import { OperatorError, exitCodes } from '../../installation/operator-error.js';
import { makeFilesAsTheUserDoes } from '../../installation/private-files.js';
import { print, type CommonOptions } from '../../installation/output.js';
import { requireReadable } from './require-readable.js';
import { ownRungs } from './own-rungs.js';
import { rungTemplate } from './templates.js';

export function addNew(migrations: Command): void {
  migrations
    .command('new <title>')
    .description('write the file of the next rung, to be filled in')
    .action((title: string, _options, command: Command) => {
      const { json, migrations } = command.optsWithGlobals<CommonOptions>();
      const file = writeRung(title.trim(), ownRungs(migrations));
      print(json, { file }, () => `wrote ${file}`);
    });
}

function writeRung(title: string, { directory, language }: ReturnType<typeof ownRungs>): string {
  if (!/[\p{L}\p{N}]/u.test(title)) {
    throw new OperatorError(
      exitCodes.usage,
      `the title needs letters or digits to name a file by, and is "${title}"`,
    );
  }
  const count = existsSync(directory) ? requireReadable(() => readRungFiles(directory).files.length) : 0;
  const extension = language === 'typescript' ? 'ts' : 'mjs';
  const file = join(directory, `${String(count + 1).padStart(4, '0')}-${kebabCase(title)}.${extension}`);
  makeFilesAsTheUserDoes();
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, rungTemplate(title, count === 0, language), { flag: 'wx' });
  } catch (cause) {
    throw new OperatorError(exitCodes.cannotCreate, `can't write ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
  return file;
}

/** Names that grow long are cut between words. */
const slugLimit = 60;

/** What a file is called whose title has no letter or digit that a file name may have: its number tells it from others. */
const namelessSlug = 'rung';

function kebabCase(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? [namelessSlug]).reduce(
    (slug, word) =>
      slug === ''
        ? word.slice(0, slugLimit)
        : `${slug}-${word}`.length > slugLimit
          ? slug
          : `${slug}-${word}`,
    '',
  );
}
