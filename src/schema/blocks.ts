import { isArray, isObject, member, setMember, type JsonObject, type JsonValue } from './json/json.js';
import { filterItems, giveTokens, tokensOf } from './merge/list-tokens.js';
import type { Draft } from './operations/operation.js';

/** What stands in for a block that a schema version can't show: it may be moved, copied and deleted, not edited. */
export const standInTypes = ['placeholder', 'broken'] as const;

/** The content type of a block, `undefined` for what is no block. */
export function blockType(value: JsonValue | undefined): string | undefined {
  const type = isObject(value) ? member(value, '_type') : undefined;
  return typeof type === 'string' ? type : undefined;
}

/** The document-wide name of a block or list item, where it has one. */
export function blockId(value: JsonValue | undefined): string | undefined {
  const id = isObject(value) ? member(value, '_id') : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Whether this is a `placeholder` or `broken` block. */
export function isStandIn(value: JsonValue | undefined): boolean {
  const type = blockType(value);
  return type === 'placeholder' || type === 'broken';
}

/** The blocks inside a document, wherever they stand, children before parents. The document itself is none. */
export function blocksIn(document: JsonObject): JsonObject[] {
  const blocks: JsonObject[] = [];
  for (const key of Object.keys(document)) collect(document[key] as JsonValue, blocks);
  return blocks;
}

function collect(value: JsonValue, blocks: JsonObject[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (isArray(value)) {
    for (const item of value) collect(item, blocks);
    return;
  }
  for (const key of Object.keys(value)) collect(value[key] as JsonValue, blocks);
  if (blockType(value) !== undefined) blocks.push(value);
}

/** Makes another block of a draft, in place: whoever holds it holds the new one. */
export function replaceBlock(block: Draft, by: JsonObject): void {
  for (const key of Object.keys(block)) Reflect.deleteProperty(block, key);
  for (const key of Object.keys(by)) setMember(block, key, by[key] as JsonValue);
}

/** Takes blocks out of the lists and fields that hold them. */
export function takeOut(value: JsonValue, gone: ReadonlySet<JsonValue>): void {
  if (isArray(value)) {
    const list = value as JsonValue[]; // part of a draft
    const kept = filterItems(list, (item) => !gone.has(item));
    if (kept.length < list.length) {
      list.length = 0;
      for (const item of kept) list.push(item);
      giveTokens(list, tokensOf(kept));
    }
    for (const item of list) takeOut(item, gone);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      const child = value[key] as JsonValue;
      if (gone.has(child)) Reflect.deleteProperty(value, key);
      else takeOut(child, gone);
    }
  }
}
