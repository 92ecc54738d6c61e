import { readFileSync } from 'node:fs';
import { currentSchemaVersion } from '../schema/ladder.js';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What this program is, as it signs databases. */
export const program = { version: manifest.version, schemaVersion: currentSchemaVersion } as const;
