import { alignArrays, movedItems } from './align-arrays.js';
import { arrangeItems } from '../merge/arrange-items.js';
import { isArray, isObject, type JsonObject, type JsonValue, member, type Spend } from './json.js';
import type { PatchOperation } from './json-patch.js';
import { childPointer } from './pointer.js';

/** What an operation costs, in values: it is made, and written out with its path. */
const valuesAnOperation = 10;
const charactersAValue = 4;

/**
 * A JSON Patch (add, remove, replace, move) that makes `to` of `from`. Objects are compared key by key; arrays
 * of blocks by `_id`, so that a block that moved is moved and one that changed is changed inside; other arrays
 * by position between their equal ends. Empty when both are the same JSON value. O(n log n) per array.
 * @param spend is told of the values that are looked at, and may end this by throwing: arrays in arrays are compared once
 *   for each level, and a path is as long as the names above it
 */
export function diffJson(from: JsonValue, to: JsonValue, spend: Spend = () => undefined): PatchOperation[] {
  const making = new Making(spend);
  making.value('', from, to);
  return making.operations;
}

class Making {
  readonly operations: PatchOperation[] = [];

  constructor(private readonly spend: Spend) {}

  value(path: string, from: JsonValue, to: JsonValue): void {
    this.spend(1);
    if (isObject(from) && isObject(to)) this.object(path, from, to);
    else if (isArray(from) && isArray(to)) this.array(path, from, to);
    else if (from !== to) this.add({ op: 'replace', path, value: to });
  }

  private object(path: string, from: JsonObject, to: JsonObject): void {
    for (const key of Object.keys(from)) {
      if (!Object.hasOwn(to, key)) this.add({ op: 'remove', path: childPointer(path, key) });
    }
    for (const key of Object.keys(to)) {
      const value = to[key] as JsonValue;
      const child = childPointer(path, key);
      if (Object.hasOwn(from, key)) this.value(child, from[key] as JsonValue, value);
      else this.add({ op: 'add', path: child, value });
    }
  }

  private array(path: string, from: readonly JsonValue[], to: readonly JsonValue[]): void {
    this.spend(from.length + to.length);
    const alignment = alignArrays(from, to, this.spend);
    for (const index of alignment.removed.toReversed()) {
      this.add({ op: 'remove', path: childPointer(path, index) });
    }
    for (const step of arrangeItems(from.length, alignment)) {
      const at = childPointer(path, step.at);
      if (step.from === undefined) this.add({ op: 'add', path: at, value: to[step.item] as JsonValue });
      else this.add({ op: 'move', from: childPointer(path, step.from), path: at });
    }
    // By now every item is where it belongs, so inner paths are those of `to`.
    for (const [index, origin] of alignment.origins.entries()) {
      if (origin >= 0)
        this.value(childPointer(path, index), from[origin] as JsonValue, to[index] as JsonValue);
    }
  }

  private add(operation: PatchOperation): void {
    this.spend(valuesAnOperation + operation.path.length / charactersAValue);
    this.operations.push(operation);
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
