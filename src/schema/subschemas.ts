import type { JsonSchema } from './json-schema.js';
import { childPointer } from './json/pointer.js';

/** Keywords whose members are schemas, by name. */
const named = new Set([
  'properties',
  'patternProperties',
  'definitions',
  '$defs',
  'dependencies',
  'dependentSchemas',
]);

/** Keywords that are a schema, or a list of some. */
const nested = new Set([
  'items',
  'additionalItems',
  'prefixItems',
  'contains',
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'allOf',
  'anyOf',
  'oneOf',
]);

type Change = (schema: JsonSchema, pointer: string) => JsonSchema;

/**
 * A copy of a schema in which it and all schemas inside are changed, outer ones first. What is not a schema stays as it
 * is: values (`enum`, `default`) and keywords that mean nothing here.
 * @param pointer to the schema, in that which it is part of
 */
export function mapSchemas(schema: JsonSchema, change: Change, pointer = '#'): JsonSchema {
  const entries = Object.entries(change(schema, pointer)).map(([key, value]): [string, unknown] => {
    const at = childPointer(pointer, key);
    if (nested.has(key)) return [key, mapNested(value, change, at)];
    if (!named.has(key) || !isSchema(value)) return [key, value];
    const members = Object.entries(value).map(([name, inner]): [string, unknown] => [
      name,
      isSchema(inner) ? mapSchemas(inner, change, childPointer(at, name)) : inner,
    ]);
    return [key, Object.fromEntries(members)];
  });
  return Object.fromEntries(entries);
}

function mapNested(value: unknown, change: Change, at: string): unknown {
  if (isSchema(value)) return mapSchemas(value, change, at);
  if (!Array.isArray(value)) return value;
  return value.map((one: unknown, index) =>
    isSchema(one) ? mapSchemas(one, change, childPointer(at, index)) : one,
  );
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
