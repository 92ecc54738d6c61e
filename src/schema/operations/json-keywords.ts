import type { Ajv } from 'ajv';
import { type JsonValue, sameJson } from '../json.js';

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

function areDistinct(items: readonly JsonValue[]): boolean {
  return items.every((item, index) => items.findIndex((other) => sameJson(other, item)) === index);
}
