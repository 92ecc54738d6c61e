import { alignArrays, movedItems } from './align-arrays.js';
import { arrangeItems } from './arrange-items.js';
import { isArray, isObject, type JsonObject, type JsonValue, member } from './json.js';
import type { Operation } from './json-patch.js';
import { childPointer } from './pointer.js';

/**
 * A JSON Patch (add, remove, replace, move) that makes `to` of `from`. Objects are compared key by key; arrays
 * of blocks by `_id`, so that a block that moved is moved and one that changed is changed inside; other arrays
 * by position between their equal ends. Nothing when both are the same JSON value. O(n log n) per array.
 */
export function diffJson(from: JsonValue, to: JsonValue): Operation[] {
  const operations: Operation[] = [];
  diffAt('', from, to, operations);
  return operations;
}

function diffAt(path: string, from: JsonValue, to: JsonValue, operations: Operation[]): void {
  if (isObject(from) && isObject(to)) diffObjects(path, from, to, operations);
  else if (isArray(from) && isArray(to)) diffArrays(path, from, to, operations);
  else if (from !== to) operations.push({ op: 'replace', path, value: to });
}

function diffObjects(path: string, from: JsonObject, to: JsonObject, operations: Operation[]): void {
  for (const key of Object.keys(from)) {
    if (!Object.hasOwn(to, key)) operations.push({ op: 'remove', path: childPointer(path, key) });
  }
  for (const key of Object.keys(to)) {
    const value = to[key] as JsonValue;
    const child = childPointer(path, key);
    if (Object.hasOwn(from, key)) diffAt(child, from[key] as JsonValue, value, operations);
    else operations.push({ op: 'add', path: child, value });
  }
}

function diffArrays(
  path: string,
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  operations: Operation[],
): void {
  const alignment = alignArrays(from, to);
  for (const index of alignment.removed.toReversed()) {
    operations.push({ op: 'remove', path: childPointer(path, index) });
  }
  for (const step of arrangeItems(from.length, alignment)) {
    const at = childPointer(path, step.at);
    if (step.from === undefined) operations.push({ op: 'add', path: at, value: to[step.item] as JsonValue });
    else operations.push({ op: 'move', from: childPointer(path, step.from), path: at });
  }
  // By now every item is where it belongs, so inner paths are those of `to`.
  for (const [index, origin] of alignment.origins.entries()) {
    if (origin >= 0)
      diffAt(childPointer(path, index), from[origin] as JsonValue, to[index] as JsonValue, operations);
  }
}

/**
 * Distinct pointers to what differs, the innermost that say it, at most `limit`. What is changed, added or moved
 * is pointed to in `to`, what is gone in `from`.
 */
export function changedPointers(from: JsonValue, to: JsonValue, limit: number): string[] {
  const pointers = new Set<string>();
  collectChanged('', from, to, (pointer) => {
    if (pointers.size < limit) pointers.add(pointer);
    return pointers.size < limit;
  });
  return [...pointers];
}

/** Answers whether to go on, as `note` does. */
function collectChanged(
  path: string,
  from: JsonValue | undefined,
  to: JsonValue | undefined,
  note: (pointer: string) => boolean,
): boolean {
  if (from === to) return true;
  if (isObject(from) && isObject(to)) {
    const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...keys].every((key) =>
      collectChanged(childPointer(path, key), member(from, key), member(to, key), note),
    );
  }
  if (!isArray(from) || !isArray(to)) return note(path);
  const { origins, removed } = alignArrays(from, to);
  const moved = movedItems(origins);
  return (
    origins.every((origin, index) => {
      const child = childPointer(path, index);
      if (moved.has(index)) return note(child);
      return collectChanged(child, origin < 0 ? undefined : from[origin], to[index], note);
    }) && removed.every((index) => note(childPointer(path, index)))
  );
}
