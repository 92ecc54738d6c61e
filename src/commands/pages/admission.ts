import { documentLimitBytes } from '../../events/limits.js';
import { Refusal } from '../../refusal.js';
import { documentLevelLimit } from '../../schema/json/check-document.js';
import { SoundSlots } from '../../schema/sound-slots.js';
import { sizeOf, sizeRefusal } from '../../schema/json/document-size.js';
import { requireNoFault, type Faults } from '../../schema/faults.js';
import { isConcerned } from '../../schema/conversion.js';
import { Conversions } from '../../schema/conversions.js';
import { isArray, type JsonObject, type JsonValue } from '../../schema/json/json.js';
import { printPointer } from '../../schema/json/pointer.js';
import { isPlainAt, type StoredVersion } from '../../schema/views.js';
import { requireServed, type Ladder } from '../../schema/ladder.js';
import type { Situation } from '../decision.js';
import { StepCounter } from '../../schema/steps.js';
import { tellInTheirs } from './faults-in-theirs.js';

/** To convert and check a value takes so many times the steps of looking at it. */
const stepsOfCheck = 2;

/**
 * Whether a document's text may be kept. What came inside an envelope is written anew, and may have grown.
 * @throws Refusal `too-large`
 */
export function requireStorable(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= documentLimitBytes) return;
  throw new Refusal(
    'too-large',
    `the document has ${bytes} bytes as it is kept, ${documentLimitBytes} are allowed: send less in one page`,
    { limitBytes: documentLimitBytes },
  );
}

/**
 * The lowest schema version that is served.
 * @throws Refusal when clients can't be served at this one: asked again here, as the minimum may have moved
 */
export function requireServedHere({ ladder, servedVersions }: Situation, schemaVersion: number): number {
  const minimum = servedVersions.minimum();
  requireServed(ladder, minimum, schemaVersion);
  return ladder.lowestServed(minimum);
}

/**
 * Content that is valid as it was sent is let in if it is so as clients at every other schema version that is still
 * served will see it. What a rung fails on is not the author's fault and is let through.
 * @param text of the version's document
 * @param lowest schema version that is served
 * @throws Refusal `content-invalid`, with the schema version and the pointers; `too-much-work`
 */
export function requireValidElsewhere(
  version: StoredVersion,
  text: string,
  { ladder, work }: Pick<Situation, 'ladder' | 'work'>,
  lowest: number,
): void {
  const { type, schemaVersion, document, views } = version;
  const isSameAt = (other: number): boolean =>
    isPlainAt(version, other) &&
    ladder.leads(schemaVersion, other) &&
    !isConcerned(ladder.way(schemaVersion, other), type, text);
  const viewAt = new Conversions(ladder, type, schemaVersion, document, (at) => views.get(at));
  const found: { readonly served: number; readonly faults: Faults }[] = [];
  const different = servedVersions(ladder, schemaVersion, lowest).filter(
    (served) => ladder.at(served).types.pages.has(type) && !isSameAt(served),
  );
  const wayOut = `make the document smaller (it has to be valid at ${different.length} other schema versions), or send fewer at once`;
  const steps = new StepCounter();
  const sound = new SoundSlots();
  for (const served of different) {
    const { content, broken } = viewAt.at(served);
    sound.useTypes(ladder.at(served).types.blocks);
    work.spend(stepsOfCheck * steps.of(content, (list) => sound.isKnown(list)), wayOut);
    requireNoLarger(served, content);
    if (broken.some(({ id }) => id === null)) continue;
    const faults = ladder.faultsOf(served, type, content, sound);
    addTooDeep(faults, content);
    if (faults.found.length > 0)
      found.push({ served, faults: tellInTheirs(ladder, version, served, content, faults) });
  }
  found.sort((a, b) => a.served - b.served);
  for (const { served, faults } of found) requireNoFault(served, faults);
}

/**
 * What hidden blocks are copied into, or rungs add to, grows: nobody could save it at that schema version.
 * @throws Refusal `too-large`, `too-much-work`
 */
function requireNoLarger(schemaVersion: number, content: JsonObject): void {
  const size = sizeOf(content);
  const refusal = sizeRefusal(size);
  if (refusal)
    throw new Refusal(refusal.code, `at schema version ${schemaVersion} ${refusal.message}`, refusal.details);
  if (size.characters <= documentLimitBytes) return;
  throw new Refusal(
    'too-large',
    `at schema version ${schemaVersion} the document has more than the ${documentLimitBytes} bytes that are allowed: send less in one page`,
    { limitBytes: documentLimitBytes },
  );
}

/** But for the client's own; the nearest first in both directions. */
function servedVersions(ladder: Ladder, schemaVersion: number, lowest: number): readonly number[] {
  const served = ladder.versions.map(({ version }) => version).filter((version) => version >= lowest);
  const below = served.filter((version) => version < schemaVersion).reverse();
  return [...served.filter((version) => version > schemaVersion), ...below];
}

/** What is let in at one schema version can be sent at every other. */
function addTooDeep(faults: Faults, content: JsonObject): void {
  const pointer = tooDeepIn(content);
  if (pointer === undefined) return;
  const message = `is nested deeper than ${documentLevelLimit} levels`;
  faults.add({ pointer, keyword: 'levels', params: { limit: documentLevelLimit }, message });
}

function tooDeepIn(value: JsonValue): string | undefined {
  const path: string[] = [];
  return goTooDeep(value, path) ? printPointer(path) : undefined;
}

/** @param path to the value, which is changed on the way, and led to what is too deep where there is anything */
function goTooDeep(value: JsonValue, path: string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (path.length >= documentLevelLimit) return true;
  for (const key of isArray(value) ? value.keys() : Object.keys(value)) {
    path.push(String(key));
    if (goTooDeep((value as JsonObject)[key] as JsonValue, path)) return true;
    path.pop();
  }
  return false;
}
