import { requireServed } from './ladder.js';

/** Content as it is stored: JSON text at the schema version it was sent in. */
export interface StoredContent {
  readonly text: string;
  readonly schemaVersion: number;
}

/**
 * What stored content looks like at a schema version: the one way by which content leaves this program.
 * At the version it is stored in, it is the very text.
 * @throws Refusal when that schema version is not served
 */
export function contentAt(schemaVersion: number, stored: StoredContent): string {
  requireServed(schemaVersion);
  if (stored.schemaVersion !== schemaVersion) {
    throw new Error(`no way from schema version ${stored.schemaVersion} to ${schemaVersion}`);
  }
  return stored.text;
}
