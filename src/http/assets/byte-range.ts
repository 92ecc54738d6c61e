import type { ByteRange } from '../../files/file-store.js';

/** The part of a file that is asked for; `undefined`: all of it; `null`: no part that there is. */
export type WantedRange = ByteRange | undefined | null;

/** Bytes that a number in a header can't be larger than. */
const largest = Number.MAX_SAFE_INTEGER;

/**
 * Reads `Range` (RFC 9110 §14.2). Of several ranges all of the file is sent, as of units that are not known; what is no range is none that
 * there is. The same as nginx makes of it with `max_ranges 1`.
 */
export function rangeIn(text: string | undefined, bytes: number): WantedRange {
  if (text === undefined || text.length < 7 || !/^bytes=/i.test(text)) return undefined;
  const found: ByteRange[] = [];
  for (const part of text.slice(6).split(',')) {
    const [, first = '', last = ''] = /^ *(\d*) *- *(\d*) *$/.exec(part) ?? [];
    if (first === '' && last === '') return null;
    if (Number(first) > largest || Number(last) > largest) return null;
    const range = first === '' ? suffix(Number(last), bytes) : fromTo(Number(first), last, bytes);
    if (range.start <= range.end) found.push(range);
    else if (range.start === 0) return undefined;
    if (found.length > 1) return undefined;
  }
  return found[0] ?? null;
}

function suffix(length: number, bytes: number): ByteRange {
  return { start: Math.max(0, bytes - length), end: bytes - 1 };
}

function fromTo(start: number, last: string, bytes: number): ByteRange {
  return { start, end: last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1) };
}
