import { Ajv } from 'ajv';
import { addFormats } from '../formats.js';
import type { JsonSchema } from '../json-schema.js';
import type { JsonValue } from '../json/json.js';
import { compareAsJson } from './json-keywords.js';

// The types themselves are compiled strictly elsewhere; here single fields are, many times over.
const ajv = new Ajv({
  strict: false,
  logger: false,
  validateSchema: false,
  addUsedSchema: false,
  ownProperties: true,
});
compareAsJson(ajv);
addFormats(ajv);
// Whether blocks fit their own types is no matter of the field that holds them.
ajv.addSchema({ type: 'array' }, 'blocks');

/** Says whether a value fits the schema of a field. @throws Error when that is no schema */
export function fitting(schema: JsonSchema): (value: JsonValue) => boolean {
  const validate = ajv.compile(schema);
  return (value) => validate(value);
}

export function allowsNull(schema: JsonSchema): boolean {
  return fitting(schema)(null);
}

/** The schema that says the same of all values but `null`, which fits it too. */
export function orNull(schema: JsonSchema): JsonSchema {
  if (allowsNull(schema)) return schema;
  const { type } = schema;
  const isOnlyOfType = typeof type === 'string' && !('enum' in schema) && !('const' in schema);
  return isOnlyOfType ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] };
}
