import type { ByteRange } from '../../files/file-store.js';

/** The part of a file that is asked for; `undefined`: all of it; `null`: no part that there is. */
export type WantedRange = ByteRange | undefined | null;

/** `5-9`, `5-` or `-9`. It takes time in proportion to the text, whatever is in it. */
const rangeText = /^ *(?:(\d+) *- *(?:(\d+) *)?|-(\d+) *)$/;

/** What a number of 64 bits can't hold is no number: nginx counts so. */
const largest = 2n ** 63n - 1n;

/**
 * Reads `Range` (RFC 9110 §14.2). Of several ranges all of the file is sent, as of units that are not known; what is no range is none that
 * there is. The same as nginx makes of it with `max_ranges 1`.
 */
export function rangeIn(text: string | undefined, bytes: number): WantedRange {
  if (text === undefined || text.length < 7 || !/^bytes=/i.test(text)) return undefined;
  const found: ByteRange[] = [];
  for (const part of text.slice(6).split(',')) {
    const [, first, last, suffix] = rangeText.exec(part) ?? [];
    const numbers = [first, last, suffix].filter((number) => number !== undefined);
    if (numbers.length === 0 || numbers.some((number) => BigInt(number) > largest)) return null;
    const range = first === undefined ? endOf(bytes, suffix) : fromTo(Number(first), last, bytes);
    if (range.start <= range.end) found.push(range);
    else if (range.start === 0) return undefined;
    if (found.length > 1) return undefined;
  }
  return found[0] ?? null;
}

function endOf(bytes: number, length: string | undefined): ByteRange {
  return { start: Math.max(0, bytes - Number(length)), end: bytes - 1 };
}

function fromTo(start: number, last: string | undefined, bytes: number): ByteRange {
  return { start, end: last === undefined ? bytes - 1 : Math.min(Number(last), bytes - 1) };
}
