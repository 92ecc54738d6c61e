import {
  asSplit,
  becomeOne,
  becomeOneOf,
  becomeStandIn,
  becomeType,
  type Become,
  type BlockChanges,
} from './block-changes.js';
import type { ContentTypes } from './content-types.js';
import type { JsonSchema } from './json-schema.js';
import type { JsonValue } from './json.js';
import { fitting } from './operations/fits.js';
import { targets } from './types-above.js';

/** What a rung does to blocks of one type as a whole, in one direction. */
interface BlockStep {
  readonly becomes: readonly string[];
  readonly become: Become;
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
    for (const type of targets(split))
      down.set(type, { becomes: [name], become: becomeOne(name, split, fitsField(below, name, split.on)) });
  }
  for (const [to, merge] of Object.entries(changes.merge ?? {})) {
    const split = asSplit(merge);
    for (const type of targets(split))
      up.set(type, { becomes: [to], become: becomeOne(to, split, fitsField(above, to, split.on)) });
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

/** Whether a value fits a field of a block type; any does that is not declared. */
function fitsField({ blocks }: ContentTypes, type: string, field: string): (value: JsonValue) => boolean {
  const properties = (blocks.get(type)?.['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return fitting(Object.hasOwn(properties, field) ? (properties[field] ?? {}) : {});
}
