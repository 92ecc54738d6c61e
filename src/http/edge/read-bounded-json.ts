import {
  holdsMoreValues,
  valueLimit,
  sizeOf,
  sizeRefusal,
  tooManyValues,
} from '../../schema/json/document-size.js';
import { readJson, type ReadJson } from '../../schema/json/read-json.js';
import type { DocumentPlace } from '../../schema/json/scan-json.js';

/**
 * Reads a body whose values are counted before anything is made of them, as that holds up all others. Of one that has too
 * many, `refusal` is `too-much-work` and `value` null; whether it is acceptable otherwise is not looked at.
 * @throws Refusal `malformed-request`; `too-much-work` of an envelope with content, which is nothing without its members
 */
export function readBoundedJson(bytes: Uint8Array, place: DocumentPlace): ReadJson {
  if (holdsMoreValues(bytes, valueLimit)) {
    if (place === 'content') throw tooManyValues();
    return { text: '{}', value: null, refusal: tooManyValues() };
  }
  const read = readJson(bytes, place);
  // How deep it is, is looked at first: deeper than that nobody counts.
  if (read.refusal || place === 'none') return read;
  const refusal = sizeRefusal(sizeOf(read.value));
  return refusal ? { ...read, refusal } : read;
}
