import { Refusal } from '../../refusal.js';
import { documentLevelLimit } from './check-document.js';
import { isArray, isObject, type JsonObject, type JsonValue, member, setMember } from './json.js';
import { parseIndex, printPointer } from './pointer.js';

export type Path = readonly string[];
export type OwnArray = JsonValue[];
export type OwnObject = Record<string, JsonValue>;

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
  /** How many bytes of JSON the document may weigh, and all copies together. */
  readonly limitBytes: number;
  copyBytesLeft: number;
  /** How many array items may still be shifted by insertions and removals before them. */
  shiftsLeft: number;
}

/** Above what an editor does to a big document, below a second of computing. */
const shiftLimit = 1_000_000_000;

export function draftOf(document: JsonObject, limitBytes: number): PatchDraft {
  return {
    root: document,
    operation: 0,
    owned: new WeakSet(),
    limitBytes,
    copyBytesLeft: limitBytes,
    shiftsLeft: shiftLimit,
  };
}

export function patchInvalid(operation: number, reason: string): Refusal {
  return new Refusal('patch-invalid', `operation ${operation} of the patch can't be applied: ${reason}`, {
    operation,
  });
}

/** What stands at the path, if anything does. */
export function findAt(draft: PatchDraft, path: Path): JsonValue | undefined {
  let value = draft.root;
  for (const token of path) value = childOf(value, token);
  return value;
}

/** @throws Refusal `patch-invalid` when there is nothing at the path */
export function valueAt(draft: PatchDraft, path: Path): JsonValue {
  const value = findAt(draft, path);
  if (value === undefined) throw noPlace(draft, path);
  return value;
}

/** The object or array that the path's last token is about, and all above it, as copies of the draft's own. */
export function writableParent(draft: PatchDraft, path: Path): OwnArray | OwnObject {
  let parent = (draft.root = own(draft, draft.root, path));
  for (const token of path.slice(0, -1)) {
    const child = own(draft, childOf(parent, token), path);
    if (Array.isArray(parent)) parent[Number(token)] = child;
    else setMember(parent, token, child);
    parent = child;
  }
  return parent;
}

function own(draft: PatchDraft, value: JsonValue | undefined, path: Path): OwnArray | OwnObject {
  if (!isArray(value) && !isObject(value)) throw noPlace(draft, path);
  // What is owned was made here, below, as a mutable copy.
  if (draft.owned.has(value)) return value as OwnArray | OwnObject;
  const copy = isArray(value) ? [...value] : { ...value };
  draft.owned.add(copy);
  return copy;
}

function childOf(value: JsonValue | undefined, token: string): JsonValue | undefined {
  if (isObject(value)) return member(value, token);
  const index = parseIndex(token);
  return isArray(value) && index !== undefined ? value[index] : undefined;
}

export function noPlace(draft: PatchDraft, path: Path): Refusal {
  return patchInvalid(draft.operation, `"${pointerTo(path)}" is no place in the document as it is then`);
}

/** The pointer, for refusals, which need not repeat more of it than may lead anywhere. */
export function pointerTo(path: Path): string {
  return printPointer(path.slice(0, documentLevelLimit + 1));
}

/** Counts bytes that a copy adds. @throws Refusal `too-large` {limitBytes} */
export function weigh(draft: PatchDraft, bytes: number): void {
  draft.copyBytesLeft -= bytes;
  if (draft.copyBytesLeft < 0) {
    throw new Refusal(
      'too-large',
      `the patch copies more than ${draft.limitBytes} bytes: send a smaller one`,
      { limitBytes: draft.limitBytes },
    );
  }
}

/** Counts items that make or close a gap. @throws Refusal `too-large` */
export function shift(draft: PatchDraft, items: number): void {
  draft.shiftsLeft -= items;
  if (draft.shiftsLeft < 0) {
    throw new Refusal('too-large', 'the patch has too many operations on long arrays: send it in parts');
  }
}
