import { schemaStream } from '../../events/event.js';
import { Refusal } from '../../refusal.js';
import type { Rule } from '../decision.js';
import { requireKnownVersion } from './schema-version.js';

/** Announces that `schemaVersion` and all below it go at `at` (ISO 8601, UTC, milliseconds). Nothing ends by itself. */
export interface SunsetSchemaVersion {
  readonly kind: 'sunset-schema-version';
  readonly schemaVersion: number;
  readonly at: string;
}

const time = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

export const sunsetSchemaVersion: Rule<SunsetSchemaVersion> = (
  { schemaVersion, at },
  { ladder, servedVersions },
) => {
  requireKnownVersion('the schema version', schemaVersion, ladder);
  if (schemaVersion === ladder.finalized) {
    throw new Refusal(
      'malformed-request',
      `schema version ${schemaVersion} is the newest, so its clients have nowhere to go: announce an older one`,
      { requested: schemaVersion, current: ladder.finalized },
    );
  }
  if (!time.test(at)) throw new Refusal('malformed-request', `"${at}" is no time (ISO 8601, UTC)`);
  if (servedVersions.sunsets().some((sunset) => sunset.schemaVersion === schemaVersion && sunset.at === at))
    return [];
  return [
    {
      type: 'SchemaVersionSunset',
      stream: schemaStream,
      expectedVersion: servedVersions.schemaStreamVersion(),
      data: { schemaVersion, at },
    },
  ];
};
