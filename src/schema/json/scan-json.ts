import { Refusal } from '../../refusal.js';
import { duplicateBlockId, documentLevelLimit, tooDeep } from './check-document.js';
import { isExactNumber } from './exact-number.js';
import { isArray, type JsonValue } from './json.js';
import { endOfString } from './json-string.js';
import { printPointer } from './pointer.js';

/** Where in a body the document stands: it is the body, it is its member `content`, or neither (a patch, a batch). */
export type DocumentPlace = 'body' | 'content' | 'none';

/** An object or array that is open where the scan stands. */
interface Frame {
  readonly parent: Frame | undefined;
  readonly level: number;
  readonly isArray: boolean;
  /** The keys so far, when they are being compared. */
  readonly keys: Set<string> | undefined;
  /** The item the scan is in, or where in the text the key of the member begins. */
  at: number;
}

/** The most levels of any body: what stands around documents in a batch or a patch does not count as their depth. */
export const bodyLevelLimit = documentLevelLimit + 8;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const LEFT_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const RIGHT_BRACKET = 0x5d;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;

/**
 * The first thing, in the order of the text, that is JSON but not acceptable: a key that stands twice in an
 * object, a number that a double can't hold, nesting that is too deep, an `_id` that two objects of the document
 * share. `value` is what `JSON.parse` made of `text`, or of what `boundLevels` leaves of it. Linear and without recursion; pointers are relative to the
 * whole text and only made for the refusal.
 */
export function scanJson(text: string, value: JsonValue, place: DocumentPlace): Refusal | undefined {
  const found = scan(text, place, false);
  // Of a key that stands twice JSON.parse keeps one member, so equal counts spare comparing the keys.
  if (typeof found === 'number' && found === countMembers(value)) return undefined;
  const refusal = scan(text, place, true);
  return typeof refusal === 'number' ? undefined : refusal;
}

/** The refusal, or how many members the text has in all its objects. */
function scan(text: string, place: DocumentPlace, compareKeys: boolean): Refusal | number {
  const ids = new Set<string>();
  let members = 0;
  let top: Frame | undefined;
  let inDocument = place === 'body';
  let maxLevels = place === 'none' ? bodyLevelLimit : documentLevelLimit;
  let keyIsNext = false;
  let isBlockId = false;

  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfString(text, i);
      if (keyIsNext && top !== undefined) {
        members++;
        top.at = i;
        if (top.keys !== undefined) {
          const key = readString(text, i, end);
          if (top.keys.has(key)) return duplicateKey(pointerTo(text, top));
          top.keys.add(key);
        }
        if (place === 'content' && top.level === 1) {
          inDocument = isString(text, i, end, 'content');
          maxLevels = inDocument ? documentLevelLimit + 1 : documentLevelLimit;
        }
        isBlockId = inDocument && isString(text, i, end, '_id');
        keyIsNext = false;
      } else if (isBlockId && top?.isArray === false) {
        const id = readString(text, i, end);
        if (ids.has(id)) return duplicateBlockId(pointerTo(text, top), id);
        ids.add(id);
      }
      i = end;
    } else if (code === COMMA) {
      if (top?.isArray === false) keyIsNext = true;
      else if (top !== undefined) top.at++;
    } else if (code === LEFT_BRACE || code === LEFT_BRACKET) {
      const level: number = (top?.level ?? 0) + 1;
      if (level > maxLevels) return tooDeep(pointerTo(text, top));
      keyIsNext = code === LEFT_BRACE;
      const keys = compareKeys && keyIsNext ? new Set<string>() : undefined;
      top = { parent: top, level, isArray: !keyIsNext, keys, at: 0 };
    } else if (code === RIGHT_BRACE || code === RIGHT_BRACKET) {
      top = top?.parent;
      keyIsNext = false;
    } else if (code === MINUS || (code >= DIGIT_0 && code <= DIGIT_9)) {
      const end = endOfNumber(text, i);
      const number = text.slice(i, end);
      if (!isExactNumber(number)) return numberNotExact(pointerTo(text, top), number);
      i = end - 1;
    }
  }
  return members;
}

function countMembers(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (isArray(value)) {
    for (const item of value) members += countMembers(item);
    return members;
  }
  const keys = Object.keys(value);
  for (const key of keys) members += countMembers(value[key] as JsonValue);
  return members + keys.length;
}

function readString(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

/** Whether the string between two quotes says `expected`, which is short. */
function isString(text: string, start: number, end: number, expected: string): boolean {
  const first = text.charCodeAt(start + 1);
  if (first !== expected.charCodeAt(0) && first !== BACKSLASH) return false;
  // An escape is at most six letters long (RFC 8259 §7).
  return end - start - 1 <= expected.length * 6 && readString(text, start, end) === expected;
}

/** Where the number that begins at `start` is over: before whitespace, a comma or a closing bracket. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code <= 0x20 || code === COMMA || code === RIGHT_BRACKET || code === RIGHT_BRACE) break;
  }
  return end;
}

function pointerTo(text: string, frame: Frame | undefined): string {
  const tokens: (string | number)[] = [];
  for (let open = frame; open !== undefined; open = open.parent) {
    tokens.push(open.isArray ? open.at : readString(text, open.at, endOfString(text, open.at)));
  }
  return printPointer(tokens.reverse());
}

function duplicateKey(pointer: string): Refusal {
  return new Refusal('duplicate-key', `"${pointer}" stands twice in the same object: send each key once`, {
    pointer,
  });
}

function numberNotExact(pointer: string, number: string): Refusal {
  return new Refusal(
    'number-not-exact',
    `the number at "${pointer}" can't be kept exactly as a double: send it as a string, or rounded`,
    { pointer, number },
  );
}
