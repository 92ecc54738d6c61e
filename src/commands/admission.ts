import { isConcerned } from '../schema/conversion.js';
import { view, type StoredVersion } from '../schema/views.js';
import { requireServed, type Ladder } from '../schema/ladder.js';
import type { Situation } from './decision.js';

/**
 * The lowest schema version that is served.
 * @throws Refusal when clients can't be served at this one: asked again here, as the minimum may have moved
 */
export function requireServedHere({ ladder, schema }: Situation, schemaVersion: number): number {
  const minimum = schema.minimum();
  requireServed(ladder, minimum, schemaVersion);
  return ladder.lowestServed(minimum);
}

/**
 * Content that is valid as it was sent is let in if it is so as clients at every other schema version that is still
 * served will see it. What a rung fails on is not the author's fault and is let through.
 * @param text of the version's document
 * @param lowest schema version that is served
 * @throws Refusal `content-invalid`, with the schema version and the pointers
 */
export function requireValidElsewhere(
  version: StoredVersion,
  text: string,
  ladder: Ladder,
  lowest: number,
): void {
  const { type, schemaVersion, views } = version;
  const isSameAt = (other: number): boolean =>
    !views.has(other) &&
    ladder.leads(schemaVersion, other) &&
    !isConcerned(ladder.way(schemaVersion, other), type, text);
  for (let served = lowest; served <= ladder.current; served++) {
    if (served === schemaVersion || !ladder.at(served).types.pages.has(type) || isSameAt(served)) continue;
    const { content, broken } = view(ladder, version, served);
    if (broken.every(({ id }) => id !== null)) ladder.requireValid(served, type, content);
  }
}
