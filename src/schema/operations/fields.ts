import type { JsonSchema } from '../json-schema.js';
import { mistake } from './declaration.js';

/** A schema that stands inside another one; `{}` for none, and for `true` and `false`. */
export function subSchema(value: unknown): JsonSchema {
  // What isn't null, an array or a scalar is an object of keywords: schemas are plain data.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};
}

function propertiesOf(schema: JsonSchema): JsonSchema {
  return subSchema(schema['properties']);
}

function requiredOf(schema: JsonSchema): readonly unknown[] {
  const required = schema['required'];
  return Array.isArray(required) ? (required as unknown[]) : [];
}

/** The names of the declared fields. */
export function fieldNames(schema: JsonSchema): readonly string[] {
  return Object.keys(propertiesOf(schema));
}

function hasField(schema: JsonSchema, name: string): boolean {
  return Object.hasOwn(propertiesOf(schema), name);
}

export function isRequired(schema: JsonSchema, name: string): boolean {
  return requiredOf(schema).includes(name);
}

/**
 * The schema of a field that has to be there.
 * @throws Error when it is not declared, in an open type too: a slip of the pen would go unnoticed otherwise
 */
export function knownField(operation: string, schema: JsonSchema, name: string): JsonSchema {
  if (hasField(schema, name)) return subSchema(propertiesOf(schema)[name]);
  const names = fieldNames(schema);
  const known = names.length === 0 ? 'which declares none' : `expected one of ${names.join(', ')}`;
  throw mistake(operation, `there is no field "${name}" in this type, ${known}: correct the name, or add it`);
}

/** @throws Error when there is a field of that name already */
export function checkFree(operation: string, schema: JsonSchema, name: string): void {
  if (!hasField(schema, name)) return;
  throw mistake(operation, `there is a field "${name}" already: remove it first, or choose another name`);
}

/** The type with one more field, or with that field replaced. */
export function withField(
  schema: JsonSchema,
  name: string,
  field: JsonSchema,
  required: boolean,
): JsonSchema {
  const names = requiredOf(schema).filter((other) => other !== name);
  return {
    ...withRequired(schema, required ? [...names, name] : names),
    // A computed `__proto__` is an own key.
    properties: { ...propertiesOf(schema), [name]: field },
  };
}

/** The type without that field. */
export function withoutField(schema: JsonSchema, name: string): JsonSchema {
  const others = Object.entries(propertiesOf(schema)).filter(([other]) => other !== name);
  return {
    ...withRequired(
      schema,
      requiredOf(schema).filter((other) => other !== name),
    ),
    properties: Object.fromEntries(others),
  };
}

function withRequired({ required: _, ...schema }: JsonSchema, names: readonly unknown[]): JsonSchema {
  return names.length === 0 ? schema : { ...schema, required: names };
}
