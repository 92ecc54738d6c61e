import type { JsonSchema } from '../../../src/schema/json-schema.js';
import type { JsonObject, JsonValue } from '../../../src/schema/json/json.js';
import type { BoundOperation, Draft, Operation } from '../../../src/schema/operations/operation.js';

/** A type with these fields. */
export function objectOf(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema {
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

/** Any type with these fields, about which it says nothing. */
export function openFields(...names: readonly string[]): JsonSchema {
  return objectOf(Object.fromEntries(names.map((name) => [name, {}])));
}

/** A draft of its own, with own `__proto__` members as they come from JSON text. */
export function draftOf(value: JsonObject | string): Draft {
  return JSON.parse(typeof value === 'string' ? value : JSON.stringify(value)) as Draft;
}

export function up(bound: BoundOperation, value: JsonObject | string): JsonValue {
  const draft = draftOf(value);
  bound.up(draft);
  return draft;
}

export function down(bound: BoundOperation, value: JsonObject | string): JsonValue {
  const draft = draftOf(value);
  bound.down(draft);
  return draft;
}

/** The message of the error that a declaration gets, when it is made or bound. */
export function mistakeOf(declare: () => Operation, before: JsonSchema = {}): string {
  try {
    declare().bind(before);
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error('expected an error, and nothing was thrown');
}
