import { Refusal } from '../../refusal.js';
import { checkDocument } from './check-document.js';
import { isArray, isObject, type JsonObject, type JsonValue, member } from './json.js';
import { draftOf, patchInvalid, type Path, type PatchDraft, valueAt } from './patch-draft.js';
import { addAt, removeAt, replaceAt, share, testAt } from './patch-operations.js';
import { parsePointer } from './pointer.js';

/** One operation of a JSON Patch (RFC 6902 §4); paths are JSON pointers. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/**
 * What the document becomes when the operations are applied in order, all or none. The document is not changed;
 * the result shares with it, and with the patch, what it can. Members that RFC 6902 does not define are ignored.
 * The patch must come from `readJson`, which bounds its depth; the result may be saved as a document.
 * `limitBytes` bounds the result, and the sum of all that `copy` adds on the way.
 *
 * @throws Refusal what {@link readJsonPatch} finds, `patch-invalid` {operation} for a place that is not there,
 * `patch-test-failed` {operation, pointer}, `too-large`, and what {@link checkDocument} finds in the result
 */
export function applyJsonPatch(document: JsonObject, patch: JsonValue, limitBytes: number): JsonObject {
  // The whole patch is read first: one that has the wrong shape is refused as such, whatever its tests say.
  const operations = readJsonPatch(patch);
  const draft = draftOf(document, limitBytes);
  for (const [index, operation] of operations.entries()) {
    draft.operation = index;
    apply(draft, operation);
  }
  checkDocument(draft.root);
  if (Buffer.byteLength(JSON.stringify(draft.root)) > limitBytes) {
    throw new Refusal('too-large', `the patched document is larger than ${limitBytes} bytes`, {
      limitBytes,
    });
  }
  return draft.root;
}

type ReadOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: Path; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: Path }
  | { readonly op: 'move' | 'copy'; readonly from: Path; readonly path: Path };

/**
 * The operations of a JSON Patch, whatever it will be applied to.
 *
 * @throws Refusal `malformed-request` {operation} for a patch of the wrong shape
 */
export function readJsonPatch(patch: JsonValue): readonly ReadOperation[] {
  if (isArray(patch)) return patch.map(readOperation);
  throw new Refusal('malformed-request', 'a JSON Patch is an array of operations (RFC 6902 §3)');
}

function apply(draft: PatchDraft, operation: ReadOperation): void {
  const { path } = operation;
  switch (operation.op) {
    case 'add':
      addAt(draft, path, operation.value);
      return;
    case 'remove':
      removeAt(draft, path);
      return;
    case 'replace':
      replaceAt(draft, path, operation.value);
      return;
    case 'move':
      if (isAncestor(operation.from, path)) {
        throw patchInvalid(draft.operation, "a value can't move into itself");
      }
      addAt(draft, path, removeAt(draft, operation.from));
      return;
    case 'copy': {
      const value = valueAt(draft, operation.from);
      share(draft, value, path);
      addAt(draft, path, value);
      return;
    }
    case 'test':
      testAt(draft, path, operation.value);
  }
}

function isAncestor(from: Path, path: Path): boolean {
  return from.length < path.length && from.every((token, i) => token === path[i]);
}

function readOperation(operation: JsonValue, index: number): ReadOperation {
  if (!isObject(operation)) throw malformed(index, 'it is no object');
  const op = member(operation, 'op');
  const path = readPath(operation, 'path', index);
  if (op === 'remove') return { op, path };
  if (op === 'move' || op === 'copy') return { op, path, from: readPath(operation, 'from', index) };
  if (op === 'add' || op === 'replace' || op === 'test') {
    const value = member(operation, 'value');
    if (value === undefined) throw malformed(index, `"${op}" needs a "value"`);
    return { op, path, value };
  }
  throw malformed(index, 'its "op" is none of add, remove, replace, move, copy, test');
}

function readPath(operation: JsonObject, name: 'path' | 'from', index: number): Path {
  const text = member(operation, name);
  const path = typeof text === 'string' ? parsePointer(text) : undefined;
  if (path === undefined) throw malformed(index, `its "${name}" is no JSON pointer (RFC 6901)`);
  return path;
}

function malformed(operation: number, reason: string): Refusal {
  return new Refusal('malformed-request', `operation ${operation} of the patch is malformed: ${reason}`, {
    operation,
  });
}
