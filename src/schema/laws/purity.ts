import { type JsonObject, type JsonValue } from '../json/json.js';
import { childPointer } from '../json/pointer.js';
import { firstDifference } from './difference.js';
import type { Law, Violation } from './law.js';
import { converted, documentOf } from './trial.js';

/** The same document always looks the same, and what one reader is handed is nobody else's. */
export const purity: Law = {
  name: 'purity',
  statement: 'converting the same document twice gives the same twice, and the two share nothing',
  triedOn: 'anything',
  violation: (ladder, trial) => {
    const { from, to, type } = trial;
    const document = documentOf(trial);
    const before = JSON.stringify(document);
    const once = converted(ladder, type, document, from, to).content;
    const again = converted(ladder, type, document, from, to).content;
    const difference = firstDifference(once, again);
    if (difference) return { ...difference, message: `converted twice: ${difference.message}` };
    if (JSON.stringify(document) !== before)
      return { pointer: '', message: 'the document itself was changed' };
    return firstShared(once, partsOf(again), '') ?? firstShared(once, partsOf(document), '');
  },
};

function firstShared(
  value: JsonValue,
  parts: ReadonlySet<JsonValue>,
  pointer: string,
): Violation | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (parts.has(value)) return { pointer, message: 'is shared: whoever changes it changes it for others' };
  for (const key of Object.keys(value)) {
    const shared = firstShared((value as JsonObject)[key] as JsonValue, parts, childPointer(pointer, key));
    if (shared) return shared;
  }
  return undefined;
}

function partsOf(value: JsonValue, parts = new Set<JsonValue>()): ReadonlySet<JsonValue> {
  if (typeof value !== 'object' || value === null) return parts;
  parts.add(value);
  for (const child of Object.values(value)) partsOf(child, parts);
  return parts;
}
