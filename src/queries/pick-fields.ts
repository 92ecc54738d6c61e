import { parseIndex, parsePointer } from '../schema/json/pointer.js';
import { isObject, type JsonObject, type JsonValue } from '../schema/json/json.js';
import { Refusal } from '../refusal.js';

/** Parts of documents, by the members that lead to them; none: the whole of what is there. */
export type Fields = ReadonlyMap<string, Fields>;

/** Pointers in one request. */
const mostPointers = 50;

/**
 * Reads JSON pointers that are separated by commas: `/title,/blocks/0/text`.
 * @throws Refusal `malformed-request`
 */
export function readFields(text: string): Fields {
  const pointers = text.split(',');
  const fields: Branch = new Map();
  for (const pointer of pointers) {
    const tokens = parsePointer(pointer);
    if (!tokens || tokens.length === 0 || pointers.length > mostPointers) {
      throw new Refusal(
        'malformed-request',
        `fields has to be at most ${mostPointers} JSON pointers into the content, separated by commas, such as /title,/blocks/0`,
        { parameter: 'fields' },
      );
    }
    add(fields, tokens);
  }
  return fields;
}

type Branch = Map<string, Branch>;

/** What is asked for as a whole needs no parts. */
function add(fields: Branch, tokens: readonly string[]): void {
  let branch = fields;
  for (const [index, token] of tokens.entries()) {
    const next = branch.get(token);
    if (next?.size === 0) return;
    if (index === tokens.length - 1) branch.set(token, new Map());
    else if (next) branch = next;
    else {
      const made: Branch = new Map();
      branch.set(token, made);
      branch = made;
    }
  }
}

/**
 * The document with these parts alone, each where it was: the pointers lead to them still, so items of a list that were not
 * asked for are null. What is not there is absent.
 */
export function pickFields(document: JsonValue, fields: Fields): JsonValue {
  return pick(document, fields) ?? {};
}

function pick(value: JsonValue, fields: Fields): JsonValue | undefined {
  if (fields.size === 0) return value;
  if (Array.isArray(value)) return pickItems(value as readonly JsonValue[], fields);
  return isObject(value) ? pickMembers(value, fields) : undefined;
}

function pickItems(list: readonly JsonValue[], fields: Fields): JsonValue | undefined {
  const items: JsonValue[] = [];
  for (const [token, inside] of fields) {
    const index = parseIndex(token);
    const item = index === undefined ? undefined : list[index];
    const part = item === undefined ? undefined : pick(item, inside);
    if (index === undefined || part === undefined) continue;
    while (items.length <= index) items.push(null);
    items[index] = part;
  }
  return items.length === 0 ? undefined : items;
}

function pickMembers(members: JsonObject, fields: Fields): JsonValue | undefined {
  const parts: [string, JsonValue][] = [];
  for (const [name, inside] of fields) {
    const part = Object.hasOwn(members, name) ? pick(members[name] as JsonValue, inside) : undefined;
    if (part !== undefined) parts.push([name, part]);
  }
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}
