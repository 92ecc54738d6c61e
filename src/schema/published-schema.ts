import { blockSlot } from './content-types.js';
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
 * definitions in the same document, and closed block types let `_id` and `_type` through.
 */
export function publishedSchemas({ version, types }: SchemaVersion): PublishedSchemas {
  const blocks = new Map(Array.from(types.blocks, ([name, schema]) => [name, pointing(withOwnKeys(schema))]));
  const definitions = {
    block: blockSchema(blocks),
    blocks: { type: 'array', items: { $ref: '#/definitions/block' } },
  };
  const complete = (kind: string, name: string, schema: JsonSchema): JsonSchema => ({
    $schema: dialect,
    $id: `urn:palimpsest:schema:${version}:${kind}:${name}`,
    ...schema,
    definitions: { ...(schema['definitions'] as object | undefined), ...definitions },
  });
  return {
    types: Object.fromEntries(
      Array.from(types.pages, ([name, schema]) => [name, complete('type', name, pointing(schema))]),
    ),
    blocks: Object.fromEntries(
      Array.from(blocks, ([name, schema]) => [name, complete('block', name, schema)]),
    ),
  };
}

/** A block says by `_type` which schema it has to fit, and carries an `_id`. */
function blockSchema(blocks: ReadonlyMap<string, JsonSchema>): JsonSchema {
  return {
    ...blockSlot(blocks.keys()),
    allOf: Array.from(blocks, ([name, schema]) => ({
      if: { properties: { _type: { const: name } } },
      then: schema,
    })),
  };
}

/** All else is published as its author wrote it. */
function pointing(schema: JsonSchema): JsonSchema {
  return mapSchemas(schema, (part) => {
    const { $ref } = part;
    return $ref === 'block' || $ref === 'blocks' ? { ...part, $ref: `#/definitions/${$ref}` } : part;
  });
}
