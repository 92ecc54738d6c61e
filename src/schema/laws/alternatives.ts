import type { JsonSchema } from '../json-schema.js';

/**
 * The schemas without `allOf`, `anyOf`, `oneOf` and `if` that a schema amounts to: a value that fits one of them
 * mostly fits the whole. The check of the whole document has the last word.
 */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const { allOf, anyOf, oneOf, if: condition, then, else: otherwise, ...own } = schema;
  let found: readonly JsonSchema[] = [own];
  const narrow = (branches: readonly unknown[]): void => {
    const flat = branches.filter(isSchema).flatMap(alternatives);
    if (flat.length > 0) found = found.flatMap((one) => flat.map((other) => both(one, other)));
  };
  for (const part of list(allOf)) narrow([part]);
  narrow(list(anyOf));
  narrow(list(oneOf));
  if (isSchema(condition)) {
    narrow([both(condition, isSchema(then) ? then : {}), isSchema(otherwise) ? otherwise : {}]);
  }
  return found;
}

/** What has to fit two schemas at once. */
function both(a: JsonSchema, b: JsonSchema): JsonSchema {
  const combined: Record<string, unknown> = { ...a, ...b };
  for (const key of Object.keys(a)) {
    if (Object.hasOwn(b, key)) combined[key] = narrower(key, a[key], b[key]);
  }
  return combined;
}

function narrower(key: string, a: unknown, b: unknown): unknown {
  if (/^(?:exclusiveM|m)inimum$|^min[A-Z]/.test(key)) return Math.max(Number(a), Number(b));
  if (/^(?:exclusiveM|m)aximum$|^max[A-Z]/.test(key)) return Math.min(Number(a), Number(b));
  if (key === 'required') return [...new Set([...list(a), ...list(b)])];
  if (key === 'enum') return list(a).filter((value) => list(b).includes(value));
  if (key === 'type') return list(a).filter((type) => list(b).includes(type));
  if (key === 'properties' && isSchema(a) && isSchema(b)) return allProperties(a, b);
  if (isSchema(a) && isSchema(b)) return { allOf: [a, b] };
  return b;
}

function allProperties(a: JsonSchema, b: JsonSchema): JsonSchema {
  const properties: Record<string, unknown> = { ...a, ...b };
  for (const name of Object.keys(a)) {
    if (Object.hasOwn(b, name)) properties[name] = { allOf: [a[name], b[name]] };
  }
  return properties;
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
