import fc from 'fast-check';
import { isArray, isObject, setMember, type JsonObject, type JsonValue } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { documentsOf } from './documents.js';
import { fragments, paragraph, wholes } from './real-texts.js';
import type { CheckOptions, Stage } from './stage.js';
import { noTexts } from './texts.js';

const documentsLookedAt = 30;

/**
 * Valid documents in which one text after the other stands wherever any text may: what a function does to a text that is
 * seldom made up is not left to chance. At most twice as many as examples are asked for.
 */
export function* textSweep(
  ladder: Ladder,
  { type, from }: Stage,
  { runs, seed, texts = noTexts }: CheckOptions,
): Generator<JsonObject> {
  const fits = (document: JsonObject): boolean => ladder.faults(from, type, document).length === 0;
  const [base] = fc
    .sample(documentsOf(ladder, type, from, texts), { numRuns: documentsLookedAt, seed })
    .filter(fits)
    .sort((a, b) => placesOf(b).length - placesOf(a).length);
  if (!base) return;
  const places = placesOf(base).filter((place) => fits(withText(base, [place], 'any text')));
  if (places.length === 0) return;
  const usual = [...wholes, fragments.join(' '), paragraph, fragments.join('')];
  const all = [...usual, ...texts.literals, ...texts.stored];
  const most = Math.min(all.length, 2 * runs);
  for (let count = 0; count < most; count++) {
    const text = all[(seed + count) % all.length] ?? '';
    const document = withText(base, places, text);
    if (fits(document)) yield document;
    else {
      const [one] = places.map((place) => withText(base, [place], text)).filter(fits);
      if (one) yield one;
    }
  }
}

/** A smaller document that is still wanted: without members of the page that are of no account. */
export function withoutMembers(document: JsonObject, isWanted: (one: JsonObject) => boolean): JsonObject {
  let smallest = document;
  for (const key of Object.keys(document)) {
    const { [key]: _, ...rest } = smallest;
    if (isWanted(rest)) smallest = rest;
  }
  return smallest;
}

/** Strings of a document, counted in the order of its text; not those that say what a block is. */
function placesOf(document: JsonObject): readonly number[] {
  const places: number[] = [];
  replaced(document, (text, place) => {
    places.push(place);
    return text;
  });
  return places;
}

function withText(document: JsonObject, places: readonly number[], by: string): JsonObject {
  const wanted = new Set(places);
  return replaced(document, (text, place) => (wanted.has(place) ? by : text)) as JsonObject; // an object's copy
}

function replaced(document: JsonValue, change: (text: string, place: number) => string): JsonValue {
  let place = 0;
  const copy = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return change(value, place++);
    if (isArray(value)) return value.map(copy);
    if (!isObject(value)) return value;
    const object: Record<string, JsonValue> = {};
    for (const key of Object.keys(value)) {
      const child = value[key] as JsonValue;
      setMember(object, key, key === '_id' || key === '_type' ? child : copy(child));
    }
    return object;
  };
  return copy(document);
}
