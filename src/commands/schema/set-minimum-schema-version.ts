import { schemaStream } from '../../events/event.js';
import { Refusal } from '../../refusal.js';
import type { Rule } from '../decision.js';
import { requireKnownVersion } from './schema-version.js';

/** Clients that speak a lower schema version are told to reload, from the commit on. */
export interface SetMinimumSchemaVersion {
  readonly kind: 'set-minimum-schema-version';
  readonly minimum: number;
}

export const setMinimumSchemaVersion: Rule<SetMinimumSchemaVersion> = (
  { minimum },
  { ladder, servedVersions },
) => {
  requireKnownVersion('the minimum', minimum, ladder);
  if (minimum < ladder.floor) {
    throw new Refusal(
      'no-way-down',
      `nothing comes down to schema version ${minimum}: rung ${ladder.floor} is irreversible, so the minimum is ${ladder.floor} or more`,
      { requested: minimum, floor: ladder.floor },
    );
  }
  if (minimum === servedVersions.minimum()) return [];
  return [
    {
      type: 'MinimumSchemaVersionSet',
      stream: schemaStream,
      expectedVersion: servedVersions.schemaStreamVersion(),
      data: { minimum },
    },
  ];
};
