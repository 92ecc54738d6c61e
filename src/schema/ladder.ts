import first from '../migrations/0001-documents-folders-pages.js';
import { Refusal } from '../refusal.js';
import { contentCheck, type ContentCheck, type ContentTypes } from './content-types.js';

/** The schema versions that this program knows: rung N is at index N - 1. */
const rungs: readonly ContentTypes[] = [first];

/** The newest schema version. */
export const currentSchemaVersion = rungs.length;

/** The oldest one that clients may still speak. */
export const minimumSchemaVersion = 1;

const checks: readonly ContentCheck[] = rungs.map((rung, index) => contentCheck(index + 1, rung));

/** @throws Refusal when clients can't be served at this schema version */
export function requireServed(schemaVersion: number): void {
  if (schemaVersion > currentSchemaVersion) {
    throw new Refusal(
      'schema-version-unknown',
      `schema version ${schemaVersion} is not known here: the newest is ${currentSchemaVersion}`,
      { requested: schemaVersion, current: currentSchemaVersion },
    );
  }
  if (schemaVersion < minimumSchemaVersion) {
    throw new Refusal(
      'schema-version-too-old',
      `schema version ${schemaVersion} is no longer served: reload for version ${currentSchemaVersion}`,
      {
        requested: schemaVersion,
        minimum: minimumSchemaVersion,
        current: currentSchemaVersion,
        action: 'reload',
      },
    );
  }
}

/** @throws Refusal `content-invalid` */
export function checkContent(schemaVersion: number, ...content: Parameters<ContentCheck>): void {
  requireServed(schemaVersion);
  checks[schemaVersion - 1]?.(...content);
}
