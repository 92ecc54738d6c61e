import type { Ajv } from 'ajv';
import { isArray, isObject, type JsonValue, sameJson } from '../json/json.js';

/**
 * Makes `enum`, `const` and `uniqueItems` compare values as JSON. Ajv compares objects by calling `valueOf` and
 * `toString` on them, and throws where a document has fields of those names.
 */
export function compareAsJson(ajv: Ajv): void {
  for (const keyword of ['enum', 'const', 'uniqueItems']) ajv.removeKeyword(keyword);
  ajv.addKeyword({
    keyword: 'enum',
    schemaType: 'array',
    compile: (allowed: readonly JsonValue[]) => (value: JsonValue) =>
      allowed.some((one) => sameJson(one, value)),
  });
  ajv.addKeyword({
    keyword: 'const',
    compile: (expected: JsonValue) => (value: JsonValue) => sameJson(expected, value),
  });
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    compile: (isWanted: boolean) => (items: readonly JsonValue[]) => !isWanted || areDistinct(items),
  });
}

/** By their text with sorted keys: to compare each with each would take minutes for a long list. */
function areDistinct(items: readonly JsonValue[]): boolean {
  return new Set(items.map((item) => JSON.stringify(sorted(item)))).size === items.length;
}

function sorted(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  // A list of pairs, for an object would put keys like `10` first again.
  return Object.keys(value)
    .sort()
    .map((key) => [key, sorted(value[key] as JsonValue)])
    .concat([['{}']]);
}
