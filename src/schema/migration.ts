import type { BlockChanges, StandIn } from './merge/block-changes.js';
import type { JsonSchema } from './json-schema.js';
import { code } from './operations/code.js';
import { irreversible } from './operations/irreversible.js';
import type { Operation } from './operations/operation.js';
import { TypeChange } from './operations/type-change.js';

/** The first rung: page types and block types by their JSON Schemas. A slot for blocks is `{ $ref: 'blocks' }`. */
export interface Declaration {
  readonly kind: 'declaration';
  readonly title: string;
  readonly types: Readonly<Record<string, JsonSchema>>;
  readonly blocks: Readonly<Record<string, JsonSchema>>;
}

/** What a rung does to one type: operations, or (for a type that is new) its JSON Schema. */
export type TypeDeclaration = JsonSchema | Operation | ((type: TypeChange) => TypeChange);

/** Any further rung. Each block type it adds or removes says what clients without it see. */
export interface Migration {
  readonly kind: 'migration';
  readonly title: string;
  /** By the name the type has below this rung; a name that is not there yet declares a new page type. */
  readonly types: Readonly<Record<string, TypeDeclaration>>;
  readonly blocks: BlockChanges;
  /** Why nothing comes back down from here; absent: everything does that its operations let. */
  readonly irreversible?: string;
}

/** What a file of the ladder exports; or a function that makes one from the vocabulary. */
export type Rung = Declaration | Migration;

/** Declares the content types of schema version 1. */
export function declare(
  types: Omit<Declaration, 'kind' | 'blocks'> & Partial<Pick<Declaration, 'blocks'>>,
): Declaration {
  return { blocks: {}, ...types, kind: 'declaration' };
}

type MigrationParts = Pick<Migration, 'title'> & Partial<Omit<Migration, 'kind'>>;

/** Declares what changes from one schema version to the next. */
export function migration(parts: MigrationParts): Migration {
  return { types: {}, blocks: {}, ...parts, kind: 'migration' };
}

/** Clients that don't know the block type don't see its blocks, which stay where they are. */
export function hide(schema: JsonSchema = openObject): StandIn {
  return { kind: 'hide', schema };
}

/** Clients that don't know the block type see a block that says so: they may move, copy and delete it, not edit it. */
export function placeholder(label: string, schema: JsonSchema = openObject): StandIn {
  return { kind: 'placeholder', label, schema };
}

const openObject: JsonSchema = { type: 'object' };

/** What a rung outside this program is handed, since it can't import it. */
export const vocabulary = { declare, migration, hide, placeholder, code, irreversible } as const;
