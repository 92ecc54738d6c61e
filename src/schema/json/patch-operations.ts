import { Refusal } from '../../refusal.js';
import { documentLevelLimit, tooDeep } from './check-document.js';
import { isArray, type JsonValue, sameJson, setMember } from './json.js';
import {
  findAt,
  noPlace,
  type Path,
  type PatchDraft,
  pointerTo,
  shift,
  valueAt,
  weigh,
  writableParent,
} from './patch-draft.js';
import { parseIndex, printPointer } from './pointer.js';

/**
 * RFC 6902 §4.6. Where nothing stands, nothing equals what is expected.
 *
 * @throws Refusal `patch-test-failed` {operation, pointer}
 */
export function testAt(draft: PatchDraft, path: Path, expected: JsonValue): void {
  const found = findAt(draft, path);
  if (found !== undefined && sameJson(found, expected)) return;
  const pointer = pointerTo(path);
  throw new Refusal('patch-test-failed', `"${pointer}" is not what operation ${draft.operation} expects`, {
    operation: draft.operation,
    pointer,
  });
}

/**
 * RFC 6902 §4.1: sets the document or a member, or inserts an item.
 *
 * @throws Refusal `patch-invalid`, `too-large`
 */
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
  shift(draft, parent.length - index);
  parent.splice(index, 0, value);
}

/** RFC 6902 §4.3: something must stand there. @throws Refusal `patch-invalid` */
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

/** RFC 6902 §4.2. Answers what stood there. @throws Refusal `patch-invalid`, `too-large` */
export function removeAt(draft: PatchDraft, path: Path): JsonValue {
  const removed = valueAt(draft, path);
  const token = path.at(-1);
  if (token === undefined) {
    draft.root = undefined;
    return removed;
  }
  const parent = writableParent(draft, path);
  if (Array.isArray(parent)) {
    shift(draft, parent.length - Number(token));
    parent.splice(Number(token), 1);
  } else {
    Reflect.deleteProperty(parent, token);
  }
  return removed;
}

/**
 * Lets a value of the draft stand in a second place, `at`: from now on neither may be written to without copying.
 *
 * @throws Refusal `content-invalid` when it would be nested too deep there, `too-large` {limitBytes} when all
 * copies together weigh more than a document may. So what copies cost later, when they are written to, is bounded too
 */
export function share(draft: PatchDraft, value: JsonValue, at: Path): void {
  shareBelow(draft, value, at.length, at);
}

function shareBelow(draft: PatchDraft, value: JsonValue, level: number, at: Path): void {
  if (typeof value !== 'object' || value === null) {
    weigh(draft, Buffer.byteLength(String(value)) + (typeof value === 'string' ? 2 : 0));
    return;
  }
  if (level >= documentLevelLimit) throw tooDeep(printPointer(at));
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
