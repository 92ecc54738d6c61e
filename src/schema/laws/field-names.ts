import type { ContentTypes } from '../content-types.js';
import type { Ladder } from '../ladder.js';

/** Every name of a field that any schema version of the ladder knows, however deep inside a type. */
export function fieldNames({ versions }: Ladder): ReadonlySet<string> {
  return new Set(versions.flatMap(({ types }) => [...fieldNamesOf(types)]));
}

/** Names that other schema versions know, but this one does not: what stands under them here means nothing there. */
export function foreignNames(ladder: Ladder, schemaVersion: number): ReadonlySet<string> {
  const known = fieldNamesOf(ladder.at(schemaVersion).types);
  return new Set([...fieldNames(ladder)].filter((name) => !known.has(name)));
}

function fieldNamesOf({ pages, blocks }: ContentTypes): ReadonlySet<string> {
  const names = new Set<string>();
  for (const schema of [...pages.values(), ...blocks.values()]) collect(schema, names);
  names.delete('_id');
  names.delete('_type');
  return names;
}

function collect(schema: unknown, names: Set<string>): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { properties } = schema as { readonly properties?: unknown };
  if (typeof properties === 'object' && properties !== null) {
    for (const name of Object.keys(properties)) names.add(name);
  }
  for (const part of Object.values(schema)) collect(part, names);
}
