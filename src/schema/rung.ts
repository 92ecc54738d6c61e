import {
  asSplit,
  becomeOne,
  becomeOneOf,
  becomeStandIn,
  becomeType,
  type Become,
  type BlockChanges,
  type MergeBlocks,
  type SplitBlocks,
} from './block-changes.js';
import { standInTypes } from './blocks.js';
import type { ContentTypes } from './content-types.js';
import type { JsonSchema } from './json-schema.js';
import type { Declaration, Migration, TypeDeclaration } from './migration.js';
import type { BoundOperation, Draft, Operation } from './operations/operation.js';
import { inSequence } from './operations/sequence.js';
import { TypeChange } from './operations/type-change.js';

/** What a rung does to objects of one content type, in one direction. */
export interface TypeStep {
  /** The names that the type can have on the side that is reached; none: it is not known there. */
  readonly becomes: readonly string[];
  /**
   * Changes an object in place; answers `false` when it is not to be seen at all.
   * @throws whatever a foreign function throws; then nothing has changed
   */
  readonly run: (object: Draft) => boolean;
  /** Whether a foreign function runs, which may make blocks. */
  readonly isOpaque: boolean;
}

/** A rung, fitted to the types below it. Types that it leaves alone have no step. */
export interface BoundRung {
  readonly types: ContentTypes;
  readonly up: ReadonlyMap<string, TypeStep>;
  readonly down: ReadonlyMap<string, TypeStep>;
  /** What happens to the fields of a type, by its name below. */
  readonly fields: ReadonlyMap<string, BoundOperation>;
  /** Changelog lines. */
  readonly changes: readonly string[];
  /** What is lost on the way, in the author's words. */
  readonly losses: readonly string[];
  /** Why there is no way down; `null`: there is. */
  readonly irreversible: string | null;
}

/** @throws Error for a declaration that can't be */
export function bindDeclaration({ types, blocks }: Declaration): BoundRung {
  const bound = { pages: new Map(Object.entries(types)), blocks: new Map(Object.entries(blocks)) };
  requireNames(bound);
  return {
    types: bound,
    up: new Map(),
    down: new Map(),
    fields: new Map(),
    changes: [...bound.pages.keys()]
      .map((name) => `declares the page type \`${name}\``)
      .concat([...bound.blocks.keys()].map((name) => `declares the block type \`${name}\``)),
    losses: [],
    irreversible: null,
  };
}

/** @throws Error that names the type and what is wrong with its change */
export function bindMigration(migration: Migration, below: ContentTypes): BoundRung {
  const fields = bindFields(migration, below);
  const added = addedPages(migration, below);
  const above = typesAbove(migration, below, fields, added);
  requireNames(above);
  const blocks = blockSteps(migration.blocks, below, above);
  const bounds = [...fields.values()];
  return {
    types: above,
    ...typeSteps(fields, blocks),
    fields,
    changes: [
      ...[...added.keys()].map((name) => `adds the page type \`${name}\``),
      ...blockLines(migration.blocks),
      ...Object.entries(migration.types).flatMap(([name, declared]) => fieldLines(name, declared)),
    ],
    losses: bounds.flatMap(({ losses }) => [losses.up, losses.down].filter((loss) => loss !== null)),
    irreversible:
      migration.irreversible ?? bounds.find((bound) => bound.irreversible !== null)?.irreversible ?? null,
  };
}

function bindFields({ types }: Migration, below: ContentTypes): ReadonlyMap<string, BoundOperation> {
  const bound = new Map<string, BoundOperation>();
  for (const [name, declared] of Object.entries(types)) {
    try {
      const operations = operationsOf(declared);
      if (!operations) continue;
      const before = below.pages.get(name) ?? below.blocks.get(name);
      if (!before) throw new Error(`there is no such type below: ${known(below)}`);
      bound.set(name, inSequence(operations).bind(before));
    } catch (cause) {
      throw new Error(`type "${name}": ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
  return bound;
}

/** The operations of a declaration; nothing for the JSON Schema of a new type. */
function operationsOf(declared: TypeDeclaration): readonly Operation[] | undefined {
  if (typeof declared === 'function') {
    const change = declared(new TypeChange()) as TypeChange | undefined; // somebody else's function may forget it
    if (!(change instanceof TypeChange))
      throw new Error('its function has to return the changed type: (type) => type.…');
    return change.operations;
  }
  return isOperation(declared) ? [declared] : undefined;
}

function isOperation(declared: JsonSchema | Operation): declared is Operation {
  return typeof declared['bind' as never] === 'function';
}

function addedPages({ types, blocks }: Migration, below: ContentTypes): ReadonlyMap<string, JsonSchema> {
  const added = new Map<string, JsonSchema>();
  for (const [name, declared] of Object.entries(types)) {
    if (operationsOf(declared)) continue;
    if (Object.hasOwn(blocks.add ?? {}, name)) continue;
    if (below.pages.has(name) || below.blocks.has(name)) {
      throw new Error(`there is a type "${name}" below already: change it by operations, (type) => type.…`);
    }
    added.set(name, declared as JsonSchema);
  }
  return added;
}

function typesAbove(
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

function targets({ into, otherwise }: SplitBlocks): readonly string[] {
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
function mergedSchema(schemas: readonly JsonSchema[], { on, from }: MergeBlocks): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const schema of schemas) {
    for (const [name, property] of Object.entries(
      (schema['properties'] ?? {}) as Record<string, JsonSchema>,
    )) {
      const other = properties[name];
      const same = other === undefined || JSON.stringify(other) === JSON.stringify(property);
      properties[name] = same ? property : { anyOf: [other, property] };
    }
  }
  properties[on] = { enum: Object.values(from) };
  const [first, ...rest] = schemas.map((schema) => (schema['required'] ?? []) as readonly string[]);
  const required = (first ?? []).filter((name) => rest.every((names) => names.includes(name)));
  return { type: 'object', properties, required };
}

/** Names that blocks have in documents, and what this program says in their place, have to be told apart. */
function requireNames({ pages, blocks }: ContentTypes): void {
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

function known({ pages, blocks }: ContentTypes): string {
  return `expected one of ${[...pages.keys(), ...blocks.keys()].join(', ')}`;
}

interface BlockStep {
  readonly becomes: readonly string[];
  readonly become: Become;
}

function blockSteps(
  changes: BlockChanges,
  below: ContentTypes,
  above: ContentTypes,
): { readonly up: ReadonlyMap<string, BlockStep>; readonly down: ReadonlyMap<string, BlockStep> } {
  const up = new Map<string, BlockStep>();
  const down = new Map<string, BlockStep>();
  for (const [name, standIn] of Object.entries(changes.remove ?? {})) {
    up.set(name, { becomes: [], become: becomeStandIn(standIn) });
  }
  for (const [name, standIn] of Object.entries(changes.add ?? {})) {
    down.set(name, { becomes: [], become: becomeStandIn(standIn) });
  }
  for (const [name, to] of Object.entries(changes.rename ?? {})) {
    up.set(name, { becomes: [to], become: becomeType(to) });
    down.set(to, { becomes: [name], become: becomeType(name) });
  }
  for (const [name, split] of Object.entries(changes.split ?? {})) {
    up.set(name, { becomes: targets(split), become: becomeOneOf(split) });
    for (const type of targets(split)) down.set(type, { becomes: [name], become: becomeOne(name, split) });
  }
  for (const [to, merge] of Object.entries(changes.merge ?? {})) {
    const split = asSplit(merge);
    for (const type of targets(split)) up.set(type, { becomes: [to], become: becomeOne(to, split) });
    down.set(to, { becomes: targets(split), become: becomeOneOf(split) });
  }
  shadowUnknown(up, below, above);
  shadowUnknown(down, above, below);
  return { up, down };
}

/**
 * A block whose type is unknown on this side, but the name of another type on the other, would be taken for one of
 * those: it is not seen there.
 */
function shadowUnknown(steps: Map<string, BlockStep>, here: ContentTypes, there: ContentTypes): void {
  for (const name of there.blocks.keys()) {
    if (!here.blocks.has(name) && !steps.has(name)) steps.set(name, { becomes: [], become: () => false });
  }
}

/** On the way up the fields change first, then the type as a whole; on the way down the other way round. */
function typeSteps(
  fields: ReadonlyMap<string, BoundOperation>,
  blocks: ReturnType<typeof blockSteps>,
): Pick<BoundRung, 'up' | 'down'> {
  const up = new Map<string, TypeStep>();
  const down = new Map<string, TypeStep>();
  for (const name of new Set([...fields.keys(), ...blocks.up.keys()])) {
    const bound = fields.get(name);
    const step = blocks.up.get(name);
    up.set(name, {
      becomes: step?.becomes ?? [name],
      isOpaque: bound?.isOpaque ?? false,
      run: (object) => {
        bound?.up(object);
        return step?.become(object) ?? true;
      },
    });
    if (!step) down.set(name, fieldsDown(name, fields));
  }
  for (const [name, step] of blocks.down) {
    down.set(name, {
      becomes: step.becomes,
      isOpaque: step.becomes.some((type) => fields.get(type)?.isOpaque),
      run: (object) => {
        if (!step.become(object)) return false;
        fields.get(object['_type'] as string)?.down(object); // a block: it has just been given its type
        return true;
      },
    });
  }
  return { up, down };
}

function fieldsDown(name: string, fields: ReadonlyMap<string, BoundOperation>): TypeStep {
  const bound = fields.get(name);
  return {
    becomes: [name],
    isOpaque: bound?.isOpaque ?? false,
    run: (object) => {
      bound?.down(object);
      return true;
    },
  };
}

function fieldLines(name: string, declared: TypeDeclaration): readonly string[] {
  return (operationsOf(declared) ?? []).map(({ summary }) => `\`${name}\` ${summary}`);
}

function blockLines({ add, remove, rename, split, merge }: BlockChanges): readonly string[] {
  const seen = (kind: 'hide' | 'placeholder'): string => (kind === 'hide' ? 'nothing' : 'a placeholder');
  return [
    ...Object.entries(add ?? {}).map(
      ([name, { kind }]) => `adds the block type \`${name}\`, of which older clients see ${seen(kind)}`,
    ),
    ...Object.entries(remove ?? {}).map(
      ([name, { kind }]) => `removes the block type \`${name}\`, of which newer clients see ${seen(kind)}`,
    ),
    ...Object.entries(rename ?? {}).map(([name, to]) => `renames the block type \`${name}\` to \`${to}\``),
    ...Object.entries(split ?? {}).map(
      ([name, { on, into }]) =>
        `splits the block type \`${name}\` by \`${on}\` into ${Object.values(into).join(', ')}`,
    ),
    ...Object.entries(merge ?? {}).map(
      ([name, { on, from }]) =>
        `merges the block types ${Object.keys(from).join(', ')} into \`${name}\`, told apart by \`${on}\``,
    ),
  ];
}
