import { endOfString } from './json-string.js';

const QUOTE = 0x22;
const LEFT_BRACKET = 0x5b;
const RIGHT_BRACKET = 0x5d;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;

/**
 * The text, where nothing in it is nested deeper than `mostLevels`. Else, from the first bracket that is too deep on, `null`
 * and the brackets that close what is open stand for the rest of that member of the outermost object or array: what is left
 * can be parsed without going deeper, and is JSON if the text is. Linear, and without recursion; the text may be anything.
 */
export function boundLevels(text: string, mostLevels: number): string {
  const kept: string[] = [];
  let level = 0;
  /** Where what is copied next begins, or undefined while it is left out. */
  let start: number | undefined = 0;
  /** While something is left out: the lowest level that it has been closed to. */
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
    } else if (code === LEFT_BRACE || code === LEFT_BRACKET) {
      level++;
      if (level <= mostLevels || start === undefined) continue;
      kept.push(text.slice(start, i), 'null');
      start = undefined;
      open = mostLevels;
    } else if (code === RIGHT_BRACE || code === RIGHT_BRACKET) {
      level--;
      if (start !== undefined || level >= open) continue;
      kept.push(text.charAt(i));
      open = level;
      if (open <= 1) start = i + 1;
    }
  }
  if (kept.length === 0) return text;
  if (start !== undefined) kept.push(text.slice(start));
  return kept.join('');
}
