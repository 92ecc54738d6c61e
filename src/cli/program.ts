import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What this program is, as it signs databases together with the newest schema version of its ladder. */
export const program = { version: manifest.version } as const;
