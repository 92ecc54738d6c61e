import { blockType, isStandIn } from '../blocks.js';
import {
  copyJson,
  isArray,
  isObject,
  member,
  sameJson,
  setMember,
  type JsonObject,
  type JsonValue,
} from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { childPointer } from '../json/pointer.js';
import { saved } from '../merge/saved.js';
import { viewAt, type StoredVersion } from '../views.js';
import { blockPlaces } from './block-places.js';
import { keyOf, plainItems, placeOfList } from './list-items.js';
import { versionsIn } from './history.js';
import type { Law, Violation } from './law.js';
import { readersOf } from './readers.js';
import { veilBetween } from './veil.js';

/** So many items are edited, one at a time, of what clients at one schema version see. */
const editLimit = 6;

/** One item of one list, and what it is made. */
interface ItemEdit {
  /** Of the block that the list is in; the empty name for the page. */
  readonly block: string;
  readonly list: string;
  readonly index: number;
  readonly document: JsonObject;
}

/** Which item is meant is known everywhere. */
export const alignment: Law = {
  name: 'alignment',
  statement:
    'an edit of one item of a list without ids changes that item at every schema version, and no other',
  triedOn: 'histories',
  violation: (ladder, trial) => {
    const versions = versionsIn(ladder, trial);
    const version = versions.at(-1);
    if (!version) return undefined;
    const readers = readersOf(ladder, version, trial);
    for (const writer of readers) {
      for (const edit of editsOf(ladder, version, writer)) {
        const sent = { schemaVersion: writer, document: edit.document, copies: new Map<string, string>() };
        const after = saved(ladder, version, sent, (number) => versions[number - 1]).version;
        for (const reader of readers) {
          if (reader === writer || !ladder.leads(writer, reader)) continue;
          const found = otherChanged(ladder, edit, { writer, reader }, [version, after]);
          if (found) {
            const who = `item ${edit.index} was edited at schema version ${writer}, seen at ${reader}`;
            return { ...found, message: `${who}: ${found.message}` };
          }
        }
      }
    }
    return undefined;
  },
};

/** Valid documents in which one item is another. */
function editsOf(ladder: Ladder, version: StoredVersion, writer: number): readonly ItemEdit[] {
  const seen = viewAt(ladder, version, writer);
  const found: ItemEdit[] = [];
  for (const [block, { block: object, parent }] of blockPlaces(seen)) {
    if (isStandIn(object)) continue;
    const type = parent === null ? version.type : (blockType(object) ?? '');
    for (const list of Object.keys(object)) {
      for (const index of (plainItems(object, list) ?? []).keys()) {
        if (found.length === editLimit) return found;
        const document = copyJson(seen);
        const items = blockPlaces(document).get(block)?.block[list] as JsonValue[] | undefined; // our own copy
        const isChanged = items && changeItem(items, index, keyOf(ladder, writer, type, list));
        if (isChanged && ladder.faults(writer, version.type, document).length === 0)
          found.push({ block, list, index, document });
      }
    }
  }
  return found;
}

/** Makes an item another one, in what its key does not say. */
function changeItem(items: JsonValue[], index: number, key: string | undefined): boolean {
  const item = items[index] ?? null;
  if (isArray(item)) return false;
  if (!isObject(item)) {
    items[index] = changed(item);
    return !sameJson(item, items[index] ?? null);
  }
  const name = Object.keys(item).find((one) => one !== key && typeof item[one] === 'string');
  if (name === undefined) return false;
  setMember(item, name, changed(member(item, name) ?? null));
  return true;
}

function changed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return `${value}!`;
  return typeof value === 'number' ? value + 1 : value;
}

function otherChanged(
  ladder: Ladder,
  { block, list, index }: ItemEdit,
  { writer, reader }: { readonly writer: number; readonly reader: number },
  [before, after]: readonly [StoredVersion, StoredVersion],
): Violation | undefined {
  const seen = blockPlaces(viewAt(ladder, before, writer)).get(block);
  const [was, is] = [before, after].map((one) => blockPlaces(viewAt(ladder, one, reader)).get(block));
  if (!seen || !was || !is) return undefined;
  const typeOf = ({ block: object, parent }: typeof seen): string =>
    parent === null ? before.type : (blockType(object) ?? '');
  if (veilBetween(ladder, writer, reader).hidden.get(typeOf(seen))?.isOpaque ?? false) return undefined;
  const there = placeOfList(ladder, typeOf(seen), list, writer, reader);
  if (there?.type !== typeOf(was)) return undefined;
  const [from, to] = [was, is].map((place) => plainItems(place.block, there.name));
  if (!from || !to) return undefined;
  const pointer = childPointer(is.pointer, there.name);
  if (from.length !== to.length) return { pointer, message: `${from.length} items became ${to.length}` };
  const isAlike = from.length === (plainItems(seen.block, list) ?? []).length;
  const other = from.findIndex((item, at) => !sameJson(item, to[at] ?? null) && (!isAlike || at !== index));
  const all = from.filter((item, at) => !sameJson(item, to[at] ?? null)).length;
  if (other === -1 || (!isAlike && all < 2)) return undefined;
  return { pointer: childPointer(pointer, other), message: 'another item has changed' };
}
