import { Refusal } from '../refusal.js';
import { MAX_LEVELS, tooDeep } from './check-document.js';
import { isArray, type JsonValue, sameJson, setMember } from './json.js';
import { noPlace, type Path, type PatchDraft, spend, valueAt, weigh, writableParent } from './patch-draft.js';
import { parseIndex, printPointer } from './pointer.js';

/** Counting the members of a wide object costs about as much as shifting this many items. */
const STEPS_PER_MEMBER = 100;

/** @throws Refusal `patch-test-failed` {operation, pointer}, `patch-invalid`, `too-large` */
export function testAt(draft: PatchDraft, path: Path, expected: JsonValue): void {
  const found = valueAt(draft, path);
  const onMembers = (count: number): void => {
    spend(draft, count * STEPS_PER_MEMBER);
  };
  if (sameJson(found, expected, onMembers)) return;
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
  if (index === undefined || index > parent.length) throw noPlace(draft, path);
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
 * Lets a value stand in a second place, at the given number of tokens below the root: from now on neither place
 * may be written to without copying.
 *
 * @throws Refusal `content-invalid` when it would be nested too deep there, `too-large` {limitBytes} when all
 * copies together weigh more than a document may
 */
export function share(draft: PatchDraft, value: JsonValue, at: Path): void {
  shareBelow(draft, value, at.length, at);
}

function shareBelow(draft: PatchDraft, value: JsonValue, level: number, at: Path): void {
  if (typeof value !== 'object' || value === null) {
    weigh(draft, Buffer.byteLength(String(value)) + (typeof value === 'string' ? 2 : 0));
    return;
  }
  if (level >= MAX_LEVELS) throw tooDeep(printPointer(at));
  draft.owned.delete(value);
  weigh(draft, 2);
  if (isArray(value)) {
    for (const item of value) {
      weigh(draft, 1);
      shareBelow(draft, item, level + 1, at);
    }
    return;
  }
  for (const key of Object.keys(value)) {
    weigh(draft, Buffer.byteLength(key) + 4);
    shareBelow(draft, value[key] as JsonValue, level + 1, at);
  }
}
