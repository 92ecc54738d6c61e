import { blockType } from '../blocks.js';
import { isArray, type JsonObject, type JsonValue } from '../json/json.js';
import { placesIn } from './places.js';

type Maybe = JsonValue | undefined;

interface MergedSlot {
  readonly base: Maybe;
  readonly other: Maybe;
  readonly merged: Maybe;
  /** Relative to the slot. */
  readonly overwritten: readonly string[];
}

/**
 * The lists of blocks of one save as they were merged at the schema version before: most rungs leave them alone, and
 * then the very same lists meet again. Good as long as no rung in between has to do with blocks.
 */
export class MergedSlots {
  private readonly merged = new Map<Maybe, MergedSlot>();
  private slots: readonly (ReadonlySet<JsonValue> | undefined)[] = [];

  /**
   * Tells which documents are merged next. What is known is forgotten where any block could have come or gone.
   * @param areBlocksAsBefore whether the rungs since the last ones leave blocks alone
   * @returns whether the blocks are those of the last ones
   */
  next(documents: readonly JsonObject[], areBlocksAsBefore: boolean): boolean {
    const slots = documents.map(slotsOf);
    const isSame =
      areBlocksAsBefore &&
      slots.length === this.slots.length &&
      slots.every((now, i) => areSame(now, this.slots[i]));
    if (!isSame) this.merged.clear();
    this.slots = slots;
    return isSame;
  }

  find(base: Maybe, mine: Maybe, other: Maybe): MergedSlot | undefined {
    const known = mine === undefined ? undefined : this.merged.get(mine);
    return known?.base === base && known?.other === other ? known : undefined;
  }

  keep(mine: Maybe, slot: MergedSlot): void {
    if (isSlotList(mine)) this.merged.set(mine, slot);
  }
}

/** The lists of blocks right in a page; `undefined` for one that has blocks elsewhere. */
function slotsOf(document: JsonObject): ReadonlySet<JsonValue> | undefined {
  const slots = new Set<JsonValue>();
  for (const value of Object.values(document)) {
    if (isSlotList(value)) slots.add(value);
    else if (placesIn(value).size > 0) return undefined;
  }
  return slots;
}

/** Whether a value in a page is a list of blocks and nothing else. */
export function isSlotList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return isArray(value) && value.length > 0 && value.every((item) => blockType(item) !== undefined);
}

function areSame(a: ReadonlySet<JsonValue> | undefined, b: ReadonlySet<JsonValue> | undefined): boolean {
  return a !== undefined && b !== undefined && a.size === b.size && [...a].every((slot) => b.has(slot));
}
