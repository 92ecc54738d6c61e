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
  collectChanged({ path: '', value: from }, { path: '', value: to }, (pointer) => {
    if (pointers.size < limit) pointers.add(pointer);
    return pointers.size < limit;
  });
  return [...pointers];
}

/** A value, `undefined` where there is none, and where it stands in its document. */
interface Side {
  readonly path: string;
  readonly value: JsonValue | undefined;
}

/** Answers whether to go on, as `note` does. */
function collectChanged(from: Side, to: Side, note: (pointer: string) => boolean): boolean {
  if (from.value === to.value) return true;
  if (isObject(from.value) && isObject(to.value)) {
    const keys = new Set([...Object.keys(from.value), ...Object.keys(to.value)]);
    return [...keys].every((key) => collectChanged(memberSide(from, key), memberSide(to, key), note));
  }
  if (!isArray(from.value) || !isArray(to.value)) return note(to.value === undefined ? from.path : to.path);
  const { origins, removed } = alignArrays(from.value, to.value);
  const moved = movedItems(origins);
  return (
    origins.every((origin, index) => {
      if (origin < 0 || moved.has(index)) return note(childPointer(to.path, index));
      return collectChanged(itemSide(from, origin), itemSide(to, index), note);
    }) && removed.every((index) => note(childPointer(from.path, index)))
  );
}

function memberSide({ path, value }: Side, key: string): Side {
  return { path: childPointer(path, key), value: isObject(value) ? member(value, key) : undefined };
}

function itemSide({ path, value }: Side, index: number): Side {
  return { path: childPointer(path, index), value: isArray(value) ? value[index] : undefined };
}
