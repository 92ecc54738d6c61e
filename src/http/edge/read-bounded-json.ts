import {
  holdsMoreValues,
  mostValues,
  sizeOf,
  sizeRefusal,
  tooManyValues,
} from '../../schema/json/document-size.js';
import { parseJson, readJson, type ReadJson } from '../../schema/json/read-json.js';
import type { DocumentPlace } from '../../schema/json/scan-json.js';

/**
 * Reads a body whose values are counted before anything is made of them, as it holds up all others. Of one that has too
 * many (`refusal` is `too-much-work`), `value` is null, unless there are members of an envelope to be read; and whether it is
 * acceptable otherwise is not looked at.
 * @throws Refusal `malformed-request`
 */
export function readBoundedJson(bytes: Uint8Array, place: DocumentPlace): ReadJson {
  if (holdsMoreValues(bytes, mostValues)) {
    return { text: '{}', value: place === 'content' ? parseJson(bytes) : null, refusal: tooManyValues() };
  }
  const read = readJson(bytes, place);
  // How deep it is, is looked at first: deeper than that nobody counts.
  if (read.refusal || place === 'none') return read;
  const refusal = sizeRefusal(sizeOf(read.value));
  return refusal ? { ...read, refusal } : read;
}
