import { readFileSync } from 'node:fs';
import { currentSchemaVersion } from '../schema/ladder.js';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What this program is, as it signs databases. */
export const program = { version: manifest.version, schemaVersion: currentSchemaVersion } as const;

/** Where this program can be started again. */
export const programFile = {
  execPath: process.execPath,
  main: process.argv[1] ?? '',
} as const;
