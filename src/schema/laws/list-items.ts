import { blockId, blockType } from '../blocks.js';
import { isArray, isObject, member, sameJson, type JsonObject, type JsonValue } from '../json/json.js';
import type { JsonSchema } from '../json-schema.js';
import type { Ladder } from '../ladder.js';
import { childPointer } from '../json/pointer.js';
import { counterparts } from '../merge/counterparts.js';
import { firstDifference } from './difference.js';
import type { Violation } from './law.js';
import type { SeenSave } from './saves.js';
import type { BlocksOfSave } from './touched.js';

type Items = readonly JsonValue[];

/**
 * An item of a list without ids that others find changed by what the writer did around it; of an item that is known by
 * its key, what they do not see, even if they edited the rest.
 */
export function itemLost(
  ladder: Ladder,
  { writer, reader }: SeenSave,
  blocks: BlocksOfSave,
): Violation | undefined {
  for (const [id, before] of blocks.before) {
    const [seen, sent, after] = [blocks.seen.get(id), blocks.sent.get(id), blocks.after.get(id)];
    if (!seen || !sent || !after || blocks.isOpaque(id) || blocks.typeOf(seen) !== blocks.typeOf(sent))
      continue;
    const type = blocks.typeOf(before);
    for (const name of Object.keys(seen.block)) {
      const place = placeOfList(ladder, blocks.typeOf(seen), name, writer, reader);
      if (place?.type !== type) continue;
      const there = place.name;
      const key = keyOf(ladder, reader, type, there);
      const found = lostIn(
        [seen.block, sent.block].map((block) => plainItems(block, name)),
        [before.block, after.block].map((block) => plainItems(block, there)),
        key,
      );
      if (found) {
        const pointer = childPointer(after.pointer, there) + found.pointer;
        return { pointer, message: `an item changed with others: ${found.message}` };
      }
    }
  }
  return undefined;
}

/** The one field at another schema version that a list of a page or block is; nothing where it is none, or several. */
export function placeOfList(
  ladder: Ladder,
  type: string,
  list: string,
  from: number,
  to: number,
): { readonly type: string; readonly name: string } | undefined {
  const [place, another] = counterparts(ladder, { type, path: [list] }, from, to);
  const [name, deeper] = place?.path ?? [];
  if (!place || another || name === undefined || deeper !== undefined) return undefined;
  return { type: place.type, name };
}

/** @param writers the list before and after, as the writer sees it @param readers the same, as others see it */
function lostIn(
  writers: readonly (Items | undefined)[],
  readers: readonly (Items | undefined)[],
  key: string | undefined,
): Violation | undefined {
  const [[seen, sent], [before, after]] = [writers, readers];
  if (!seen || !sent || !before || !after || seen.length !== before.length || sent.length !== after.length)
    return;
  const names = (items: Items): readonly string[] => items.map((item) => nameOf(item, key));
  const [was, is] = [names(seen), names(sent)];
  if (new Set(was).size < was.length || new Set(is).size < is.length) return;
  const left = is.filter((name) => was.includes(name));
  // Without a key, who takes an item elsewhere can't be told from who writes it anew.
  if (
    key === undefined &&
    !sameJson(
      left,
      was.filter((name) => is.includes(name)),
    )
  )
    return;
  for (const name of left) {
    const [from, to] = [was.indexOf(name), is.indexOf(name)];
    const isEdited = !sameJson(seen[from] ?? null, sent[to] ?? null);
    if (isEdited && key === undefined) continue;
    // What the writer sees under another name would be taken for something that they don't see.
    if (isEdited && namesNotIn(seen[from], before[from]).length > 0) continue;
    const unseen = isEdited ? namesNotIn(before[from], seen[from]) : undefined;
    const difference = firstDifference(only(before[from], unseen), only(after[to], unseen), `/${to}`);
    if (difference) return difference;
  }
  return undefined;
}

/** What one of them finds in an item that the other has nothing of by that name. */
function namesNotIn(item: JsonValue | undefined, other: JsonValue | undefined): readonly string[] {
  if (!isObject(item) || !isObject(other)) return [];
  return Object.keys(item).filter((name) => !Object.hasOwn(other, name));
}

function only(item: JsonValue | undefined, names: readonly string[] | undefined): JsonValue | undefined {
  if (names === undefined || !isObject(item)) return item;
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

/** The items of a list, if none of them has an identity of its own. */
export function plainItems(block: JsonObject, name: string): Items | undefined {
  const list = member(block, name);
  if (!isArray(list)) return undefined;
  return list.every((item) => blockId(item) === undefined && blockType(item) === undefined)
    ? list
    : undefined;
}

function nameOf(item: JsonValue, key: string | undefined): string {
  return JSON.stringify(key !== undefined && isObject(item) ? (member(item, key) ?? item) : item);
}

/** The declared key of a list right in a page or block. */
export function keyOf(ladder: Ladder, reader: number, type: string, name: string): string | undefined {
  const { pages, blocks } = ladder.at(reader).types;
  const { properties } = pages.get(type) ?? blocks.get(type) ?? {};
  const list = (properties as Readonly<Record<string, JsonSchema>> | undefined)?.[name];
  const key = list?.['x-key'];
  return typeof key === 'string' ? key : undefined;
}
