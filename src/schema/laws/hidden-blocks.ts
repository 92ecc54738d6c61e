import { blockId } from '../blocks.js';
import type { BlockPlace } from './block-places.js';
import { firstDifference } from './difference.js';
import type { Violation } from './law.js';
import type { SeenSave } from './saves.js';
import type { BlocksOfSave } from './touched.js';

/** A block that the writer could not see and that readers miss, find changed, or find in another place. */
export function hiddenBlockLost({ copies }: SeenSave, blocks: BlocksOfSave): Violation | undefined {
  const { seen, sent, before, after } = blocks;
  for (const [id, was] of before) {
    if (seen.has(id) || !isKept(blocks, was)) continue;
    const is = after.get(id);
    if (!is)
      return { pointer: was.pointer, message: `block "${id}", which the writer could not see, is gone` };
    const difference = firstDifference(was.block, is.block, is.pointer);
    if (difference)
      return { ...difference, message: `could not be seen by the writer: ${difference.message}` };
    const expected = survivors(was, is, copies, (other) => seen.has(other));
    const found = predecessor(is, (other) => seen.has(other) || sent.has(other));
    if (!expected.includes(found)) {
      const message = `block "${id}", which the writer could not see, is behind ${named(found)}: expected ${named(expected[0])}`;
      return { pointer: is.pointer, message };
    }
  }
  return undefined;
}

/** Whether a hidden block has to stay: what it stands in was seen, and left in its place with its list. */
function isKept(blocks: BlocksOfSave, { parent, list }: BlockPlace): boolean {
  const { seen, sent, after, typeOf } = blocks;
  if (parent === null || list === null || /\/\d+(?:\/|$)/.test(list.slot)) return false;
  const [was, is, now] = [seen.get(parent), sent.get(parent), after.get(parent)];
  if (!was || !is || !now || typeOf(was) !== typeOf(is) || blocks.isOpaque(parent)) return false;
  return list.items.every((item) => blockId(item) !== undefined) && listAt(now, list.slot) !== undefined;
}

/** The list of blocks in a slot, found by any block that still stands in it. */
function listAt({ block }: BlockPlace, slot: string): readonly unknown[] | undefined {
  let value: unknown = block;
  for (const token of slot.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    const isInside = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    value = isInside ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  }
  return Array.isArray(value) ? value : undefined;
}

/**
 * Behind which blocks one may stand now: the nearest that it stood behind and that is still in the list, or a copy of it
 * that has taken its place; none for the beginning.
 */
function survivors(
  was: BlockPlace,
  is: BlockPlace,
  copies: Readonly<Record<string, string>>,
  isSeen: (id: string) => boolean,
): readonly (string | undefined)[] {
  const still = new Set(is.list?.items.map(blockId));
  for (const item of was.list?.items.slice(0, was.list.index).reverse() ?? []) {
    const id = blockId(item);
    if (id === undefined || !isSeen(id)) continue;
    if (still.has(id)) return [id];
    const taking = Object.keys(copies).filter((copy) => copies[copy] === id && still.has(copy));
    if (taking.length > 0) return taking;
  }
  return [undefined];
}

/** The nearest block before it in its list that counts; none: it stands at the beginning. */
function predecessor({ list }: BlockPlace, counts: (id: string) => boolean): string | undefined {
  return list?.items
    .slice(0, list.index)
    .map(blockId)
    .findLast((id) => id !== undefined && counts(id));
}

function named(id: string | undefined): string {
  return id === undefined ? 'none' : `"${id}"`;
}
