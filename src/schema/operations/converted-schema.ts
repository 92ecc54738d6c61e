import type { JsonSchema } from '../json-schema.js';
import { type JsonValue, sameJson } from '../json/json.js';
import { fitting } from './fits.js';
import { inTableOr, type ReadTable, type ValueFunction, valuesWritten } from './value-change.js';

/** What stays true of a field whose values are others now. */
function annotationsOf(field: JsonSchema): JsonSchema {
  const kept = ['title', 'description', 'x-reference'].filter((keyword) => field[keyword] !== undefined);
  return Object.fromEntries(kept.map((keyword) => [keyword, field[keyword]]));
}

/**
 * The schema of a converted field. Of one that was closed (`enum`, `const`), closed again: what a table makes of the
 * values. Of another, its own, as what a table doesn't name passes through, and what the table makes. Open where a
 * function says what becomes of them.
 */
export function convertedSchema(
  field: JsonSchema,
  up: ReadTable | ValueFunction,
  down: ReadTable | ValueFunction,
): JsonSchema {
  const closed = closedValues(field);
  if (typeof up === 'function') return annotationsOf(field);
  const raised = [...(closed ?? []).map((value) => inTableOr(up, value, value)), ...up.values()];
  const named = typeof down === 'function' ? [] : [...down.keys()].map((key) => likeOneOf(raised, key));
  if (closed === null) return withValues(field, [...raised, ...named]);
  return { ...annotationsOf(field), enum: distinct([...raised, ...named]) };
}

function withValues(field: JsonSchema, values: readonly JsonValue[]): JsonSchema {
  const fits = fitting(field);
  const others = distinct(values.filter((value) => !fits(value)));
  return others.length === 0 ? field : { ...annotationsOf(field), anyOf: [field, { enum: others }] };
}

function closedValues(field: JsonSchema): readonly JsonValue[] | null {
  // The values of `enum` and `const` are JSON: a schema is plain data.
  if (Array.isArray(field['enum'])) return field['enum'] as readonly JsonValue[];
  return 'const' in field ? [field['const'] as JsonValue] : null;
}

/** The value that a key of the way down stands for: of a type that the way up produces, a string otherwise. */
function likeOneOf(values: readonly JsonValue[], key: string): JsonValue {
  const produced = new Set(values.map(typeOf));
  return valuesWritten(key).findLast((value) => produced.has(typeOf(value))) ?? key;
}

function typeOf(value: JsonValue): string {
  return value === null ? 'null' : typeof value;
}

function distinct(values: readonly JsonValue[]): readonly JsonValue[] {
  return values.filter((value, index) => values.findIndex((other) => sameJson(other, value)) === index);
}
