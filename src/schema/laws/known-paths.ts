import type { JsonSchema } from '../json-schema.js';
import type { Path } from '../operations/operation.js';

/** Objects are followed this far into each other: schemas may refer to themselves. */
const nameLimit = 8;

/** Every field that a schema speaks of, by its path: `*` for any item of a list, and any value of a dictionary. */
export function knownPaths(schema: JsonSchema): readonly Path[] {
  const paths = new Map<string, Path>();
  collect(schema, [], paths);
  return [...paths.values()];
}

function collect(schema: unknown, path: Path, paths: Map<string, Path>): void {
  if (typeof schema !== 'object' || schema === null || path.length > nameLimit) return;
  if (Array.isArray(schema)) {
    for (const one of schema) collect(one, path, paths);
    return;
  }
  const parts = schema as JsonSchema;
  for (const [name, field] of Object.entries((parts['properties'] ?? {}) as Record<string, unknown>)) {
    const there = [...path, name];
    paths.set(JSON.stringify(there), there);
    collect(field, there, paths);
  }
  for (const keyword of ['items', 'additionalProperties']) collect(parts[keyword], [...path, '*'], paths);
  for (const keyword of ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else'])
    collect(parts[keyword], path, paths);
}
