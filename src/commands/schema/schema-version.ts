import { Refusal } from '../../refusal.js';
import type { Ladder } from '../../schema/ladder.js';

/** @throws Refusal `malformed-request` for what is no schema version, `schema-version-unknown` for one above the newest */
export function requireKnownVersion(what: string, version: number, { finalized }: Ladder): void {
  if (!Number.isInteger(version) || version < 1) {
    throw new Refusal(
      'malformed-request',
      `${what} has to be a whole number from 1 to ${finalized}, not ${version}`,
    );
  }
  if (version > finalized) {
    throw new Refusal(
      'schema-version-unknown',
      `schema version ${version} is not known here: the newest is ${finalized}`,
      { requested: version, current: finalized },
    );
  }
}
