import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Signature } from '../log/installation.js';
import { signatureOf } from '../ladder/signature.js';
import type { Ladder } from '../schema/ladder.js';

/**
 * Where the program's own files lie in directories by their subject. Only what lies in one of them itself may ask by its own
 * URL: the build puts it into another one (build/bundle.js).
 */
export const programDirectory = new URL('../', import.meta.url);

const manifest = JSON.parse(readFileSync(new URL('../package.json', programDirectory), 'utf8')) as {
  version: string;
};

/** What this program is. */
export const program = { version: manifest.version } as const;

/** Where a program can be started again. */
export interface ProgramFile {
  readonly execPath: string;
  readonly main: string;
  /** Go before every verb. */
  readonly options: readonly string[];
}

/** How it signs databases. */
export function signatureWith(ladder: Ladder): Signature {
  return signatureOf(program.version, ladder);
}

/** Where this program can be started again, with the ladder that it was given, if any. */
export function programFileWith(migrations: string | undefined): ProgramFile {
  return {
    execPath: process.execPath,
    main: process.argv[1] ?? '',
    options: migrations === undefined ? [] : ['--migrations', resolve(migrations)],
  };
}
