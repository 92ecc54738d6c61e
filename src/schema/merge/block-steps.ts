import {
  asSplit,
  becomeOne,
  becomeOneOf,
  becomeStandIn,
  becomeType,
  type Become,
  type BlockChanges,
  type SplitBlocks,
} from './block-changes.js';
import type { ContentTypes } from '../content-types.js';
import type { JsonSchema } from '../json-schema.js';
import type { JsonValue } from '../json/json.js';
import type { Path } from '../operations/operation.js';
import { fitting } from '../operations/fits.js';
import { targets } from '../types-above.js';

/** What a rung does to blocks of one type as a whole, in one direction. */
interface BlockStep {
  readonly becomes: readonly string[];
  readonly become: Become;
  /** Fields, as the operations of the rung leave them, that need not come back from the other side. */
  readonly hides: readonly Path[];
}

/** By the name of the type on the side that is left. */
export function blockSteps(
  changes: BlockChanges,
  below: ContentTypes,
  above: ContentTypes,
): { readonly up: ReadonlyMap<string, BlockStep>; readonly down: ReadonlyMap<string, BlockStep> } {
  const up = new Map<string, BlockStep>();
  const down = new Map<string, BlockStep>();
  for (const [name, standIn] of Object.entries(changes.remove ?? {})) {
    up.set(name, { becomes: [], become: becomeStandIn(standIn), hides: [] });
  }
  for (const [name, standIn] of Object.entries(changes.add ?? {})) {
    down.set(name, { becomes: [], become: becomeStandIn(standIn), hides: [] });
  }
  for (const [name, to] of Object.entries(changes.rename ?? {})) {
    up.set(name, { becomes: [to], become: becomeType(to), hides: [] });
    down.set(to, { becomes: [name], become: becomeType(name), hides: [] });
  }
  for (const [name, split] of Object.entries(changes.split ?? {})) {
    up.set(name, cutting(split, below, name));
    for (const type of targets(split)) down.set(type, joining(name, split, below));
  }
  for (const [to, merge] of Object.entries(changes.merge ?? {})) {
    const split = asSplit(merge);
    for (const type of targets(split)) up.set(type, joining(to, split, above));
    down.set(to, cutting(split, above, to));
  }
  shadowUnknown(up, below, above);
  shadowUnknown(down, above, below);
  return { up, down };
}

/** One type becomes several. */
function cutting(split: SplitBlocks, here: ContentTypes, type: string): BlockStep {
  return {
    becomes: targets(split),
    become: becomeOneOf(split),
    hides: isToldApart(split, here.blocks.get(type)) ? [] : [[split.on]],
  };
}

/** Several become one. */
function joining(type: string, split: SplitBlocks, there: ContentTypes): BlockStep {
  return {
    becomes: [type],
    become: becomeOne(type, split, fitsField(there, type, split.on)),
    hides: [],
  };
}

/**
 * Whether each type comes of one value only: not where two values stand for one type, nor where a block without any
 * becomes one of those that have a value.
 */
function isToldApart({ on, into, otherwise }: SplitBlocks, schema: JsonSchema | undefined): boolean {
  const types = Object.values(into);
  const required = (schema?.['required'] ?? []) as readonly string[];
  return new Set(types).size === types.length && (required.includes(on) || !types.includes(otherwise));
}

/**
 * A block whose type is unknown on this side, but the name of another type on the other, would be taken for one of
 * those: it is not seen there.
 */
function shadowUnknown(steps: Map<string, BlockStep>, here: ContentTypes, there: ContentTypes): void {
  for (const name of there.blocks.keys()) {
    if (!here.blocks.has(name) && !steps.has(name))
      steps.set(name, { becomes: [], become: () => false, hides: [] });
  }
}

/** Whether a value fits a field of a block type; any does that is not declared. */
function fitsField({ blocks }: ContentTypes, type: string, field: string): (value: JsonValue) => boolean {
  const properties = (blocks.get(type)?.['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return fitting(Object.hasOwn(properties, field) ? (properties[field] ?? {}) : {});
}
