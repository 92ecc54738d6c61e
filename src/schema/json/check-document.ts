import { Refusal, type RefusalFacts } from '../../refusal.js';
import type { Fault } from '../faults.js';
import { isArray, isObject, type JsonObject, type JsonValue } from './json.js';
import { printPointer } from './pointer.js';

/** How many objects and arrays may enclose each other in a document, itself included. */
export const documentLevelLimit = 64;

/**
 * Makes sure that a value that was computed (patched, taken out of a batch) may be a document: one object, at
 * most {@link documentLevelLimit} levels, no string `_id` on two of its objects. `readJson` has checked the rest.
 * `at` is put before the pointers in refusals.
 *
 * @throws Refusal `content-invalid` {errors: [a fault]}, `duplicate-block-id` {pointer, id}
 */
export function checkDocument(value: JsonValue | undefined, at = ''): asserts value is JsonObject {
  if (!isObject(value))
    throw contentInvalid({
      pointer: at,
      keyword: 'type',
      params: { type: 'object' },
      message: 'expected one JSON object',
    });
  checkInside(value, [], new Set(), at);
}

function checkInside(value: JsonValue, path: (string | number)[], ids: Set<string>, at: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (path.length >= documentLevelLimit) throw tooDeep(at + printPointer(path));
  if (isArray(value)) {
    for (const [index, item] of value.entries()) {
      path.push(index);
      checkInside(item, path, ids, at);
      path.pop();
    }
    return;
  }
  for (const key of Object.keys(value)) {
    const child = value[key] as JsonValue;
    path.push(key);
    if (key === '_id' && typeof child === 'string') {
      if (ids.has(child)) throw duplicateBlockId(at + printPointer(path), child);
      ids.add(child);
    }
    checkInside(child, path, ids, at);
    path.pop();
  }
}

/**
 * What is told of a refusal: of content also at which schema version it was sent, which those who only look at its JSON
 * don't know. Content that does not fit another schema version is told with that one.
 */
export function withSchemaVersion(facts: RefusalFacts, schemaVersion: number): RefusalFacts {
  if (facts.code !== 'content-invalid') return facts;
  return { ...facts, details: { schemaVersion, ...facts.details } };
}

function contentInvalid(fault: Fault): Refusal {
  return new Refusal('content-invalid', `invalid content at "${fault.pointer}": ${fault.message}`, {
    errors: [fault],
  });
}

export function tooDeep(pointer: string): Refusal {
  return contentInvalid({
    pointer,
    keyword: 'levels',
    params: { limit: documentLevelLimit },
    message: `nested deeper than ${documentLevelLimit} levels`,
  });
}

export function duplicateBlockId(pointer: string, id: string): Refusal {
  return new Refusal(
    'duplicate-block-id',
    `the _id at "${pointer}" is already that of another object in this document: give one of them a new _id`,
    { pointer, id },
  );
}
