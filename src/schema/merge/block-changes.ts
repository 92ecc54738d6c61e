import { blockId, replaceBlock } from '../blocks.js';
import type { JsonSchema } from '../json-schema.js';
import { member, setMember, type JsonObject, type JsonValue } from '../json/json.js';
import type { Draft } from '../operations/operation.js';

/** What clients see in the place of a block whose type they don't know: nothing, or a block that says so. */
export type StandIn =
  | { readonly kind: 'hide'; readonly schema: JsonSchema }
  | { readonly kind: 'placeholder'; readonly label: string; readonly schema: JsonSchema };

/** One block type becomes several: the value of the field `on` says which, and goes. */
export interface SplitBlocks {
  readonly on: string;
  /** Value of the field → block type. */
  readonly into: Readonly<Record<string, string>>;
  /** For any other value, which then stays in its field. */
  readonly otherwise: string;
}

/** Several block types become one, which says in the field `on` what it was. */
export interface MergeBlocks {
  readonly on: string;
  /** Block type → value of the field. */
  readonly from: Readonly<Record<string, string>>;
  /** The type that is seen by older clients for any other value. */
  readonly otherwise: string;
  /** Schema of the new type, where what is common to the merged ones would let through what none of them does. */
  readonly schema?: JsonSchema;
}

/** What a rung does with block types as a whole. */
export interface BlockChanges {
  readonly add?: Readonly<Record<string, StandIn>>;
  readonly remove?: Readonly<Record<string, StandIn>>;
  readonly rename?: Readonly<Record<string, string>>;
  readonly split?: Readonly<Record<string, SplitBlocks>>;
  readonly merge?: Readonly<Record<string, MergeBlocks>>;
}

/** Changes a block in place; answers `false` when it is not to be seen at all. */
export type Become = (block: Draft) => boolean;

export function becomeType(type: string): Become {
  return (block) => {
    block['_type'] = type;
    return true;
  };
}

export function becomeStandIn(standIn: StandIn): Become {
  if (standIn.kind === 'hide') return () => false;
  return (block) => {
    const id = blockId(block);
    // `of` still says what it stands for when a client copies it under another `_id`.
    replaceBlock(block, {
      _type: 'placeholder',
      ...(id !== undefined && { _id: id, of: id }),
      label: standIn.label,
    });
    return true;
  };
}

/** By the value of the field `on`, which goes where the type says as much. */
export function becomeOneOf({ on, into, otherwise }: SplitBlocks): Become {
  return (block) => {
    const type = tableEntry(into, member(block, on));
    if (type !== undefined) Reflect.deleteProperty(block, on);
    block['_type'] = type ?? otherwise;
    return true;
  };
}

/**
 * The inverse: a field that says which type it was, unless the block carries a value that no type stands for. What stands
 * under the field's name otherwise, as a field that nobody declares, does not get through.
 * @param fits whether the field may have a value, where it is declared
 */
export function becomeOne(
  type: string,
  { on, into, otherwise }: SplitBlocks,
  fits: (value: JsonValue) => boolean,
): Become {
  const valueOf = new Map(Object.entries(into).map(([value, name]) => [name, value]));
  return (block) => {
    const was = block['_type'] as string; // chosen by it
    const value = valueOf.get(was);
    const own = member(block, on);
    const keepsOwn = own !== undefined && was === otherwise && unlisted(into, own) && fits(own);
    if (!keepsOwn && value !== undefined) setMember(block, on, value);
    else if (!keepsOwn) Reflect.deleteProperty(block, on);
    block['_type'] = type;
    return true;
  };
}

function unlisted(into: Readonly<Record<string, string>>, value: JsonValue): boolean {
  return tableEntry(into, value) === undefined;
}

function tableEntry(
  table: Readonly<Record<string, string>>,
  value: JsonValue | undefined,
): string | undefined {
  return typeof value === 'string' && Object.hasOwn(table, value) ? table[value] : undefined;
}

/** A merge read backwards is a split. */
export function asSplit({ on, from, otherwise }: MergeBlocks): SplitBlocks {
  return {
    on,
    into: Object.fromEntries(Object.entries(from).map(([type, value]) => [value, type])),
    otherwise,
  };
}

/** The stand-in for a block that a rung failed on: what it was, and why. */
export function brokenBlock(block: JsonObject, schemaVersion: number, message: string): JsonObject {
  const id = blockId(block);
  return {
    _type: 'broken',
    ...(id !== undefined && { _id: id, of: id }),
    was: member(block, '_type') ?? null,
    schemaVersion,
    message,
  };
}
