import { standInTypes } from './blocks.js';
import type { JsonSchema } from './json-schema.js';
import { withOwnKeys } from './own-keys.js';
import type { SchemaVersion } from './schema-version.js';
import { mapSchemas } from './subschemas.js';

/** The JSON Schema of every type at a schema version, each complete in itself. */
export interface PublishedSchemas {
  /** Page types, by name. */
  readonly types: Readonly<Record<string, JsonSchema>>;
  /** Block types, by name: what stands in `_type`. */
  readonly blocks: Readonly<Record<string, JsonSchema>>;
}

const dialect = 'http://json-schema.org/draft-07/schema#';

/**
 * As clients can use it: slots for blocks, which rungs write as `{ $ref: 'blocks' }` and `{ $ref: 'block' }`, refer to
 * definitions in the same document, which are one of the block types; a block type has `_id`, and `_type` with its name.
 * What has no title is called by its name: programs that make types of schemas do the same.
 */
export function publishedSchemas({ version, types }: SchemaVersion): PublishedSchemas {
  const complete = (kind: string, name: string, schema: JsonSchema): JsonSchema => ({
    $schema: dialect,
    $id: `urn:palimpsest:schema:${version}:${kind}:${name}`,
    title: name,
    ...schema,
    definitions: { ...(schema['definitions'] as object | undefined), ...blockDefinitions(types.blocks) },
  });
  const published = (kind: string, schemas: Iterable<readonly [name: string, schema: JsonSchema]>) =>
    Object.fromEntries(Array.from(schemas, ([name, schema]) => [name, complete(kind, name, schema)]));
  return {
    types: published(
      'type',
      mapped(types.pages, (schema) => pointing(schema, '#')),
    ),
    blocks: published(
      'block',
      mapped(types.blocks, (schema, name) => asBlock(name, schema, '#')),
    ),
  };
}

/** What slots for blocks refer to. */
function blockDefinitions(blocks: ReadonlyMap<string, JsonSchema>): Readonly<Record<string, JsonSchema>> {
  const all = [
    ...mapped(blocks, (schema, name) => asBlock(name, schema, placeOf(name))),
    ...standInTypes.map((name) => [name, asBlock(name, {}, placeOf(name))] as const),
  ];
  return {
    ...Object.fromEntries(all.map(([name, schema]) => [`block:${name}`, { title: name, ...schema }])),
    block: { oneOf: all.map(([name]) => ({ $ref: placeOf(name) })) },
    blocks: { type: 'array', items: { $ref: '#/definitions/block' } },
  };
}

/** The URI of a block type within a document. */
function placeOf(name: string): string {
  const token = `block:${name}`.replaceAll('~', '~0').replaceAll('/', '~1');
  return `#/definitions/${encodeURIComponent(token)}`;
}

function mapped(
  schemas: ReadonlyMap<string, JsonSchema>,
  by: (schema: JsonSchema, name: string) => JsonSchema,
): readonly (readonly [name: string, schema: JsonSchema])[] {
  return Array.from(schemas, ([name, schema]) => [name, by(schema, name)] as const);
}

/** A block says by `_type` which it is, and carries an `_id`. `place`: where in its document the schema stands. */
function asBlock(name: string, schema: JsonSchema, place: string): JsonSchema {
  const here = pointing(withOwnKeys(schema), place);
  const own = { _id: { type: 'string', minLength: 1 }, _type: { const: name } };
  // JSON Schema up to draft 7 looks at nothing beside a reference.
  if ('$ref' in here) {
    const { definitions, ...referring } = here;
    const kept = definitions === undefined ? {} : { definitions };
    return { type: 'object', required: Object.keys(own), properties: own, allOf: [referring], ...kept };
  }
  const required = [...Object.keys(own), ...((here['required'] as readonly string[] | undefined) ?? [])];
  const properties = { ...(here['properties'] as object | undefined), ...own };
  return { ...here, type: 'object', required: [...new Set(required)], properties };
}

/** References lead to the same places as in the schema of its author, which stands at `place` now; slots, to definitions. */
function pointing(schema: JsonSchema, place: string): JsonSchema {
  return mapSchemas(schema, (part) => {
    const { $ref } = part;
    if ($ref === 'block' || $ref === 'blocks') return { ...part, $ref: `#/definitions/${$ref}` };
    return typeof $ref === 'string' && $ref.startsWith('#') ? { ...part, $ref: place + $ref.slice(1) } : part;
  });
}
