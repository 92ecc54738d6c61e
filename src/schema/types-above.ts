import { assetContent, assetType } from './asset-content.js';
import type { MergeBlocks, SplitBlocks } from './merge/block-changes.js';
import { standInTypes } from './blocks.js';
import type { ContentTypes } from './content-types.js';
import { operationsOf } from './declared-operations.js';
import type { JsonSchema } from './json-schema.js';
import type { Migration } from './migration.js';
import type { BoundOperation } from './operations/operation.js';

/** Page types that a rung brings in, by name. @throws Error for a name that is taken */
export function addedPages(
  { types, blocks }: Migration,
  below: ContentTypes,
): ReadonlyMap<string, JsonSchema> {
  const added = new Map<string, JsonSchema>();
  for (const [name, declared] of Object.entries(types)) {
    if (operationsOf(declared)) continue;
    if (Object.hasOwn(blocks.add ?? {}, name)) continue;
    const isNoOnesYet = name === assetType && below.pages.get(name) === assetContent;
    if (!isNoOnesYet && (below.pages.has(name) || below.blocks.has(name))) {
      throw new Error(`there is a type "${name}" below already: change it by operations, (type) => type.…`);
    }
    added.set(name, declared as JsonSchema);
  }
  return added;
}

/**
 * The types above a rung.
 * @param fields what happens to the fields of a type, by its name below
 * @throws Error for block types that are not there, or there already
 */
export function typesAbove(
  { types, blocks }: Migration,
  below: ContentTypes,
  fields: ReadonlyMap<string, BoundOperation>,
  added: ReadonlyMap<string, JsonSchema>,
): ContentTypes {
  const changed = (schemas: ReadonlyMap<string, JsonSchema>): Map<string, JsonSchema> =>
    new Map(Array.from(schemas, ([name, schema]) => [name, fields.get(name)?.after ?? schema]));
  const pages = new Map([...changed(below.pages), ...added]);
  const before = changed(below.blocks);
  const above = new Map(before);
  const leave = (name: string): JsonSchema => {
    const schema = before.get(name);
    if (!schema) throw new Error(`there is no block type "${name}" below: ${known(below)}`);
    above.delete(name);
    return schema;
  };
  const arriving: [string, JsonSchema][] = [];
  for (const name of Object.keys(blocks.remove ?? {})) leave(name);
  for (const [name, to] of Object.entries(blocks.rename ?? {})) arriving.push([to, leave(name)]);
  for (const [name, split] of Object.entries(blocks.split ?? {})) {
    const schema = withoutField(leave(name), split.on);
    for (const type of targets(split)) arriving.push([type, schema]);
  }
  for (const [to, merge] of Object.entries(blocks.merge ?? {})) {
    arriving.push([to, mergedSchema(Object.keys(merge.from).map(leave), merge)]);
  }
  for (const [name, standIn] of Object.entries(blocks.add ?? {})) {
    const declared = Object.hasOwn(types, name) ? types[name] : undefined;
    arriving.push([name, declared && !operationsOf(declared) ? (declared as JsonSchema) : standIn.schema]);
  }
  for (const [name, schema] of arriving) {
    if (above.has(name)) throw new Error(`there is a block type "${name}" already: choose another name`);
    above.set(name, schema);
  }
  return { pages, blocks: above };
}

/** The block types that one becomes. */
export function targets({ into, otherwise }: SplitBlocks): readonly string[] {
  return [...new Set([...Object.values(into), otherwise])];
}

function withoutField(schema: JsonSchema, name: string): JsonSchema {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const required = (schema['required'] ?? []) as readonly string[];
  return {
    ...schema,
    properties: Object.fromEntries(properties.filter(([field]) => field !== name)),
    required: required.filter((field) => field !== name),
  };
}

/** Open where the merged types differ: what one requires another may not have. */
function mergedSchema(schemas: readonly JsonSchema[], { on, from, schema: given }: MergeBlocks): JsonSchema {
  if (given) return given;
  const properties = new Map<string, JsonSchema>();
  for (const schema of schemas) {
    for (const [name, property] of Object.entries(
      (schema['properties'] ?? {}) as Record<string, JsonSchema>,
    )) {
      const other = properties.get(name);
      const same = other === undefined || JSON.stringify(other) === JSON.stringify(property);
      properties.set(name, same ? property : { anyOf: [other, property] });
    }
  }
  properties.set(on, { enum: Object.values(from) });
  const [first, ...rest] = schemas.map((schema) => (schema['required'] ?? []) as readonly string[]);
  const required = (first ?? []).filter((name) => rest.every((names) => names.includes(name)));
  return { type: 'object', properties: Object.fromEntries(properties), required };
}

/** Names that blocks have in documents, and what this program says in their place, have to be told apart. */
export function requireNames({ pages, blocks }: ContentTypes): void {
  for (const name of blocks.keys()) {
    if (pages.has(name))
      throw new Error(`"${name}" is a page type and a block type: choose another name for one`);
    if ((standInTypes as readonly string[]).includes(name)) {
      throw new Error(
        `the block type "${name}" is what this program puts in the place of others: choose another name`,
      );
    }
  }
}

export function known({ pages, blocks }: ContentTypes): string {
  return `expected one of ${[...pages.keys(), ...blocks.keys()].join(', ')}`;
}
