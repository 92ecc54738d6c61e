import type { JsonSchema } from '../json-schema.js';
import { isArray, type JsonValue, sameJson } from '../json/json.js';
import { filterItems } from '../merge/list-tokens.js';

/** Brings a value into a limit, if it is of the kind that the limit is about. */
export type Limiting = (value: JsonValue) => JsonValue;

/** What is between an old schema of a field and a looser one. */
export interface Loosened {
  /** The old limits that a value can be cut or clamped to. */
  readonly limits: readonly Limiting[];
  /** The keywords for which only the author knows what older clients should see. */
  readonly others: readonly string[];
  /** The limits that are narrower than they were. */
  readonly narrowed: readonly string[];
}

const annotations = new Set(['title', 'description', 'default', 'examples', '$comment']);

const upper = new Set(['maxLength', 'maxItems', 'maximum', 'exclusiveMaximum']);
const lower = new Set(['minLength', 'minItems', 'minimum', 'exclusiveMinimum']);

/** Compares two schemas of a field, keyword by keyword. */
export function loosened(before: JsonSchema, after: JsonSchema): Loosened {
  const changed = Object.keys(before).filter(
    // Schemas are plain data.
    (keyword) => !isAnnotation(keyword) && !isSame(before[keyword], after[keyword]),
  );
  const limited = changed.map((keyword) => ({ keyword, limiting: limitingBy(keyword, before) }));
  return {
    limits: limited.flatMap(({ limiting }) => limiting ?? []),
    others: limited.filter(({ limiting }) => limiting === null).map(({ keyword }) => keyword),
    narrowed: changed.filter((keyword) => isNarrower(keyword, before[keyword], after[keyword])),
  };
}

function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || (keyword.startsWith('x-') && keyword !== 'x-key');
}

function isSame(a: unknown, b: unknown): boolean {
  // What a schema says is JSON.
  return a !== undefined && b !== undefined && sameJson(a as JsonValue, b as JsonValue);
}

function isNarrower(keyword: string, before: unknown, after: unknown): boolean {
  if (typeof before !== 'number' || typeof after !== 'number') return false;
  return upper.has(keyword) ? after < before : lower.has(keyword) && after > before;
}

function limitingBy(keyword: string, schema: JsonSchema): Limiting | null {
  const limit = schema[keyword];
  if (typeof limit !== 'number') return null;
  const isInteger = schema['type'] === 'integer';
  switch (keyword) {
    case 'maxLength':
      return (value) => (typeof value === 'string' ? firstCodePoints(value, limit) : value);
    case 'maxItems':
      return (value) =>
        isArray(value) && value.length > limit ? filterItems(value, (_, index) => index < limit) : value;
    case 'maximum':
      return atMost(isInteger ? Math.floor(limit) : limit);
    case 'minimum':
      return atLeast(isInteger ? Math.ceil(limit) : limit);
    // Next to a limit that is excluded there is a last integer, but no last number.
    case 'exclusiveMaximum':
      return isInteger ? atMost(Math.ceil(limit) - 1) : null;
    case 'exclusiveMinimum':
      return isInteger ? atLeast(Math.floor(limit) + 1) : null;
    default:
      return null;
  }
}

function atMost(limit: number): Limiting {
  return (value) => (typeof value === 'number' && value > limit ? limit : value);
}

function atLeast(limit: number): Limiting {
  return (value) => (typeof value === 'number' && value < limit ? limit : value);
}

/** JSON Schema counts code points, not code units: a character outside the first plane is not cut in half. */
function firstCodePoints(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  for (let count = 0; count < limit && end < text.length; count++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}
