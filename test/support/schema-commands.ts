import type { SetMinimumSchemaVersion } from '../../src/commands/schema/set-minimum-schema-version.js';
import type { SunsetSchemaVersion } from '../../src/commands/schema/sunset-schema-version.js';

export function setMinimum(minimum: number): SetMinimumSchemaVersion {
  return { kind: 'set-minimum-schema-version', minimum };
}

export function sunset(schemaVersion: number, at: string): SunsetSchemaVersion {
  return { kind: 'sunset-schema-version', schemaVersion, at };
}
