import { isArray, isObject, member, type JsonValue } from '../json/json.js';
import { childPointer } from '../json/pointer.js';
import { shortened } from '../shortened.js';
import type { Violation } from './law.js';

/** Where two JSON values first differ, key order aside; nothing when they are the same. */
export function firstDifference(
  expected: JsonValue | undefined,
  found: JsonValue | undefined,
  pointer = '',
): Violation | undefined {
  if (isObject(expected) && isObject(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      const difference = firstDifference(
        member(expected, key),
        member(found, key),
        childPointer(pointer, key),
      );
      if (difference) return difference;
    }
    return undefined;
  }
  if (isArray(expected) && isArray(found) && expected.length === found.length) {
    for (const [index, item] of expected.entries()) {
      const difference = firstDifference(item, found[index], childPointer(pointer, index));
      if (difference) return difference;
    }
    return undefined;
  }
  if (expected === found) return undefined;
  return { pointer, message: `expected ${shown(expected)}, found ${shown(found)}` };
}

/** A value as it stands in a sentence, cut where it is long. */
function shown(value: JsonValue | undefined): string {
  return shortened(value === undefined ? 'nothing' : JSON.stringify(value), shownLimit);
}

const shownLimit = 120;
