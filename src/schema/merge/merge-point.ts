import { blockType } from '../blocks.js';
import type { JsonSchema } from '../json-schema.js';
import type { JsonObject } from '../json/json.js';
import type { Path } from '../operations/operation.js';
import { childPointer } from '../json/pointer.js';

/** The types of one schema version, of which one is the page's. */
export interface TypesHere {
  readonly type: string;
  readonly schemaOf: (type: string) => JsonSchema | undefined;
}

/** Where the merge stands: `path` leads there from the root of the page or block of that type. */
export interface At {
  readonly pointer: string;
  readonly path: Path;
  readonly type: string;
  readonly schema: JsonSchema | undefined;
}

/** At a field of an object. */
export function inField({ pointer, path, type, schema }: At, key: string): At {
  const properties = schema?.['properties'] as Readonly<Record<string, JsonSchema>> | undefined;
  const inner =
    properties && Object.hasOwn(properties, key) ? properties[key] : schema?.['additionalProperties'];
  return { pointer: childPointer(pointer, key), path: [...path, key], type, schema: asSchema(inner) };
}

/** At an item of a list. */
export function inItem({ pointer, path, type, schema }: At, index: number): At {
  return {
    pointer: childPointer(pointer, index),
    path: [...path, '*'],
    type,
    schema: asSchema(schema?.['items']),
  };
}

/** At the root of a block; any other object is part of what it stands in. */
export function inBlock(at: At, value: JsonObject, schemaOf: (type: string) => JsonSchema | undefined): At {
  const type = blockType(value);
  return type === undefined ? at : { pointer: at.pointer, path: [], type, schema: schemaOf(type) };
}

function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : undefined;
}

/** The field that tells the items of a list apart, where its schema declares one. */
export function keyOf({ schema }: At): string | undefined {
  const key = schema?.['x-key'];
  return typeof key === 'string' ? key : undefined;
}

/** `*` stands for any name: the values of a dictionary share their path. */
export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index] || name === '*');
}

/** Whether a path leads one step further than another. */
export function isChild(path: Path, parent: Path): boolean {
  return path.length === parent.length + 1 && samePath(path.slice(0, -1), parent);
}
