import type { JsonSchema } from './json-schema.js';
import { localReference } from './local-reference.js';

/** Keywords whose schemas speak of the very object that their own schema speaks of. */
const inPlace = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'];

const ownKeys: Readonly<Record<string, JsonSchema>> = { _id: {}, _type: {} };

/**
 * The schema of a block type, in which `_id` and `_type` are always allowed: they say which block it is and of which
 * type, and are no fields that an author has to declare. All else is as it was written.
 */
export function withOwnKeys(schema: JsonSchema): JsonSchema {
  return opened(schema, schema, []);
}

function opened(schema: JsonSchema, root: JsonSchema, outer: readonly JsonSchema[]): JsonSchema {
  if (outer.includes(schema)) return schema; // refers to itself: Ajv says what it thinks of that
  const around = [...outer, schema];
  const open: Record<string, unknown> = { ...schema };
  for (const keyword of inPlace) {
    const part = schema[keyword];
    if (Array.isArray(part))
      open[keyword] = part.map((one: unknown) => (isSchema(one) ? opened(one, root, around) : one));
    else if (isSchema(part)) open[keyword] = opened(part, root, around);
  }
  const { $ref, additionalProperties, propertyNames, patternProperties, maxProperties } = schema;
  if (typeof $ref === 'string' && $ref.startsWith('#') && closesOwnKeys(root)) {
    Reflect.deleteProperty(open, '$ref');
    const there = opened(localReference(root, $ref), root, around);
    open['allOf'] = [...((open['allOf'] ?? []) as readonly unknown[]), there];
  }
  if (additionalProperties !== undefined && additionalProperties !== true)
    open['properties'] = { ...ownKeys, ...(schema['properties'] as JsonSchema | undefined) };
  if (propertyNames !== undefined)
    open['propertyNames'] = { anyOf: [{ enum: Object.keys(ownKeys) }, propertyNames] };
  if (isSchema(patternProperties))
    open['patternProperties'] = Object.fromEntries(
      Object.entries(patternProperties).map(([pattern, value]) => [butOwnKeys(pattern), value]),
    );
  if (typeof maxProperties === 'number') open['maxProperties'] = maxProperties + Object.keys(ownKeys).length;
  return open;
}

/** Whether a schema says anywhere which names there may be: only then need references be followed. */
function closesOwnKeys(root: JsonSchema): boolean {
  return /"(?:additionalProperties|propertyNames|patternProperties|maxProperties)":/.test(
    JSON.stringify(root),
  );
}

/** A pattern of names that ours don't match. @throws Error for one that is none, as Ajv does */
function butOwnKeys(pattern: string): string {
  const isOurs = Object.keys(ownKeys).some((key) => new RegExp(pattern, 'u').test(key));
  return isOurs ? `^(?!_(?:id|type)$)[^]*(?:${pattern})` : pattern;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
