import { Refusal } from '../refusal.js';
import { blockId, isStandIn } from '../schema/blocks.js';
import { isConcerned } from '../schema/conversion.js';
import { isArray, isObject, member, sameJson, type JsonObject, type JsonValue } from '../schema/json.js';
import { placesInSent } from '../schema/places-in-sent.js';
import { childPointer } from '../schema/pointer.js';
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
    if (broken.some(({ id }) => id === null)) continue;
    const sent = { schemaVersion, content: version.document };
    ladder.requireValid(served, type, content, (pointer) =>
      placesInSent(ladder, type, { schemaVersion: served, content }, sent, pointer),
    );
  }
}

/**
 * Blocks that stand for what a client can't see may be moved, copied and deleted, not edited or made up.
 * @param seen what the client had; `null`: nothing yet
 * @param copies `_id` of a block → `_id` of the one it is a copy of
 * @throws Refusal `content-invalid`
 */
export function requireStandInsUntouched(
  schemaVersion: number,
  seen: JsonObject | null,
  sent: JsonObject,
  copies: ReadonlyMap<string, string>,
): void {
  const originals = new Map<string, JsonObject>();
  const byWhatTheyStandFor = new Map<JsonValue | undefined, JsonObject>();
  if (seen) {
    forEachStandIn(seen, '', (block) => {
      originals.set(blockId(block) ?? '', block);
      byWhatTheyStandFor.set(member(block, 'of'), block);
    });
  }
  forEachStandIn(sent, '', (block, pointer) => {
    const id = blockId(block) ?? '';
    const original =
      originals.get(id) ?? originals.get(copies.get(id) ?? '') ?? byWhatTheyStandFor.get(member(block, 'of'));
    if (original && sameJson({ ...original, _id: id }, block)) return;
    const message = original
      ? 'stands for a block that this schema version can’t show: it may be moved, copied and deleted, not edited'
      : 'stands for no block of this page: only the server makes such blocks';
    throw new Refusal('content-invalid', `the content does not fit: ${pointer} ${message}`, {
      schemaVersion,
      errors: [{ pointer, keyword: 'standIn', params: { of: member(block, 'of') ?? null }, message }],
    });
  });
}

function forEachStandIn(
  value: JsonValue,
  pointer: string,
  visit: (block: JsonObject, pointer: string) => void,
): void {
  if (isArray(value)) {
    for (const [index, item] of value.entries()) forEachStandIn(item, childPointer(pointer, index), visit);
  } else if (isObject(value)) {
    if (pointer !== '' && isStandIn(value)) visit(value, pointer);
    for (const key of Object.keys(value)) {
      forEachStandIn(value[key] as JsonValue, childPointer(pointer, key), visit);
    }
  }
}
