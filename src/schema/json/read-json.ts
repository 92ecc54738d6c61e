import { Refusal } from '../../refusal.js';
import { boundLevels } from './bound-levels.js';
import type { JsonValue } from './json.js';
import { bodyLevelLimit, type DocumentPlace, scanJson } from './scan-json.js';

export interface ReadJson {
  readonly text: string;
  readonly value: JsonValue;
  /**
   * Set when the body is JSON but not acceptable. It is not thrown, because other refusals come before it (404,
   * 428, 412). Of what is nested too deep, `value` lacks what is too deep, and what comes behind it in the same member.
   */
  readonly refusal?: Refusal;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a request body. `document` says where in it the document stands; keys and numbers are checked in the
 * whole body, `_id`s and depth in the document. Pointers in refusals are relative to the body.
 * What is nested too deep is found while it is read, and never parsed: whether it is JSON is not looked at from there on.
 * Escapes of lone surrogates (`"\ud800"`) are kept: `JSON.stringify` writes them back as they came.
 *
 * `refusal` is the first of `duplicate-key` {pointer}, `number-not-exact` {pointer, number},
 * `duplicate-block-id` {pointer, id}, `content-invalid` {errors: [a fault]} (too deep).
 *
 * @throws Refusal `malformed-request` when the bytes are not UTF-8, begin with a byte order mark or are not JSON
 */
export function readJson(bytes: Uint8Array, document: DocumentPlace = 'body'): ReadJson {
  const text = decode(bytes);
  const value = parse(boundLevels(text, bodyLevelLimit));
  const refusal = scanJson(text, value, document);
  return refusal === undefined ? { text, value } : { text, value, refusal };
}

function decode(bytes: Uint8Array): string {
  try {
    const text = utf8.decode(bytes);
    if (!text.startsWith('\ufeff')) return text;
  } catch {
    throw new Refusal('malformed-request', `the body is not UTF-8: see byte ${firstInvalidByte(bytes)}`);
  }
  throw new Refusal('malformed-request', 'the body begins with a byte order mark: send it without one');
}

/** Where the bytes and what a lenient reader makes of them part (RFC 3629). */
function firstInvalidByte(bytes: Uint8Array): number {
  const lenient = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  return lenient.findIndex((byte, i) => byte !== bytes[i]);
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const reason = (error as SyntaxError).message;
    throw new Refusal('malformed-request', `the body is not JSON: ${reason}`);
  }
}
