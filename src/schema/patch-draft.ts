import { Refusal } from '../refusal.js';
import { MAX_LEVELS, tooDeep } from './check-document.js';
import { isArray, isObject, type JsonObject, type JsonValue, member, sameJson, setMember } from './json.js';
import { parseIndex, printPointer } from './pointer.js';

type Path = readonly string[];
type OwnArray = JsonValue[];
type OwnObject = Record<string, JsonValue>;

/**
 * A document while a patch is applied to it. Objects and arrays are copied when they are first written to, so the
 * original stays as it was, and the result shares with it what no operation touched.
 */
export interface PatchDraft {
  /** `undefined` after the whole document was removed. */
  root: JsonValue | undefined;
  /** The index of the operation at hand, for refusals. */
  operation: number;
  /** The copies: they stand in the draft only, in one place, and may be written to. */
  readonly owned: WeakSet<object>;
  /** How many bytes of JSON `copy` may still add. */
  copyBytesLeft: number;
  /** How many items may still be shifted and members counted. */
  stepsLeft: number;
}

/** Above what an editor does to a big document, below a second of computing. */
const MAX_STEPS = 100_000_000;
/** Counting the members of a wide object costs about as much as shifting this many items. */
const STEPS_PER_MEMBER = 100;

/** `copy` operations may add `limitBytes` of JSON in all. */
export function draftOf(document: JsonObject, limitBytes: number): PatchDraft {
  return { root: document, operation: 0, owned: new WeakSet(), copyBytesLeft: limitBytes, stepsLeft: MAX_STEPS };
}

export function patchInvalid(operation: number, reason: string): Refusal {
  return new Refusal('patch-invalid', `Operation ${operation} of the patch can't be applied: ${reason}.`, {
    operation,
  });
}

/** @throws Refusal `patch-invalid` when there is nothing at the path */
export function valueAt(draft: PatchDraft, path: Path): JsonValue {
  let value = draft.root;
  for (const token of path) value = childOf(value, token);
  if (value === undefined) throw nothingAt(draft, path);
  return value;
}

/** @throws Refusal `patch-test-failed` {operation, pointer}, `patch-invalid`, `too-large` */
export function testAt(draft: PatchDraft, path: Path, expected: JsonValue): void {
  const found = valueAt(draft, path);
  if (isObject(found) && isObject(expected)) spend(draft, Object.keys(found).length * STEPS_PER_MEMBER);
  if (sameJson(found, expected)) return;
  const pointer = printPointer(path);
  throw new Refusal('patch-test-failed', `"${pointer}" is not what operation ${draft.operation} expects.`, {
    operation: draft.operation,
    pointer,
  });
}

/** RFC 6902 §4.1: sets the document or a member, or inserts an item. */
export function addAt(draft: PatchDraft, path: Path, value: JsonValue): void {
  const token = path.at(-1);
  if (token === undefined) {
    draft.root = value;
    return;
  }
  const parent = writableParent(draft, path);
  if (!Array.isArray(parent)) {
    setMember(parent, token, value);
    return;
  }
  const index = token === '-' ? parent.length : parseIndex(token);
  if (index === undefined || index > parent.length) throw nothingAt(draft, path);
  spend(draft, parent.length - index);
  parent.splice(index, 0, value);
}

/** RFC 6902 §4.3: the place must be taken. */
export function replaceAt(draft: PatchDraft, path: Path, value: JsonValue): void {
  valueAt(draft, path);
  const token = path.at(-1);
  if (token === undefined) {
    draft.root = value;
    return;
  }
  const parent = writableParent(draft, path);
  if (Array.isArray(parent)) parent[Number(token)] = value;
  else setMember(parent, token, value);
}

/** RFC 6902 §4.2. Answers what stood there. */
export function removeAt(draft: PatchDraft, path: Path): JsonValue {
  const removed = valueAt(draft, path);
  const token = path.at(-1);
  if (token === undefined) {
    draft.root = undefined;
    return removed;
  }
  const parent = writableParent(draft, path);
  if (Array.isArray(parent)) {
    spend(draft, parent.length - Number(token));
    parent.splice(Number(token), 1);
  } else {
    Reflect.deleteProperty(parent, token);
  }
  return removed;
}

/**
 * A deep copy, for a second place in the draft.
 *
 * @throws Refusal `too-large` {limitBytes} when all copies together exceed what a document may weigh
 */
export function copyOf(draft: PatchDraft, value: JsonValue, path: Path): JsonValue {
  if (isArray(value)) {
    weigh(draft, value.length + 1);
    return value.map((item, index) => copyOf(draft, item, deeper(path, String(index))));
  }
  if (isObject(value)) {
    weigh(draft, 2);
    const copy: OwnObject = {};
    for (const key of Object.keys(value)) {
      weigh(draft, Buffer.byteLength(key) + 4);
      setMember(copy, key, copyOf(draft, value[key] as JsonValue, deeper(path, key)));
    }
    return copy;
  }
  weigh(draft, typeof value === 'string' ? Buffer.byteLength(value) + 2 : 1);
  return value;
}
