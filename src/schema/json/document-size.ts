import { Refusal } from '../../refusal.js';
import { isArray, type JsonValue } from './json.js';
import { bodyLevelLimit } from './scan-json.js';

/**
 * What one document may hold, and a body: each value counts, lists and objects, too. Counted, and not measured, so that
 * every machine decides alike. At either bound a save that isn't merged takes about a third of a second.
 */
export const valueLimit = 500_000;
/** Objects with `_id` or `_type`: they are dearer than other values. */
export const blockLimit = 50_000;

export interface DocumentSize {
  readonly values: number;
  /** How many of them are objects that have `_id` or `_type`. */
  readonly blocks: number;
  /** Of its texts and names. */
  readonly characters: number;
}

/** The value may be nested as deeply as a document. */
export function sizeOf(value: JsonValue): DocumentSize {
  const size = { values: 0, blocks: 0, characters: 0 };
  count(value, size);
  return size;
}

function count(value: JsonValue, size: { values: number; blocks: number; characters: number }): void {
  size.values++;
  if (typeof value === 'string') size.characters += value.length;
  if (typeof value !== 'object' || value === null) return;
  if (isArray(value)) {
    for (const item of value) count(item, size);
    return;
  }
  if (Object.hasOwn(value, '_id') || Object.hasOwn(value, '_type')) size.blocks++;
  for (const key of Object.keys(value)) {
    size.characters += key.length;
    count(value[key] as JsonValue, size);
  }
}

/** The refusal `too-much-work` {limit} of a document, or what else may become one, that holds more than it may. */
export function sizeRefusal({ values, blocks }: DocumentSize): Refusal | undefined {
  if (values > valueLimit) return tooManyValues();
  if (blocks <= blockLimit) return undefined;
  return new Refusal(
    'too-much-work',
    `the document has ${blocks} blocks (objects with "_id" or "_type"), and ${blockLimit} can be in one: make several pages of it`,
    { limit: blockLimit },
  );
}

export function tooManyValues(): Refusal {
  return new Refusal(
    'too-much-work',
    `the body holds more than ${valueLimit} values (lists, objects and what is in them): make several pages, or requests, of it`,
    { limit: valueLimit },
  );
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const LEFT_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const RIGHT_BRACKET = 0x5d;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;

/**
 * Whether JSON in UTF-8 holds more values than that, without parsing it: empty lists and objects are counted twice. A list or
 * an object that is nested too deep to be parsed (`boundLevels`) isn't counted. Reads no further than it has to; the bytes may be anything.
 */
export function holdsMoreValues(bytes: Uint8Array, limit: number): boolean {
  let values = 1;
  let level = 0;
  for (let at = 0; at < bytes.length && values <= limit; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === COMMA) values++;
    else if (byte === RIGHT_BRACKET || byte === RIGHT_BRACE) level--;
    else if (byte === LEFT_BRACKET || byte === LEFT_BRACE) {
      level++;
      if (level <= bodyLevelLimit) values++;
    }
  }
  return values > limit;
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let end = bytes.indexOf(QUOTE, start + 1); end >= 0; end = bytes.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return bytes.length;
}
