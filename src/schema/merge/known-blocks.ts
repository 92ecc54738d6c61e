import { blockId, blockType, isStandIn } from '../blocks.js';
import { isObject, member, type JsonObject, type JsonValue, type Spend } from '../json/json.js';
import type { Save, Sight } from './merge-sight.js';
import { without, withIds } from './places.js';
import { stepsOf } from '../steps.js';

/** What is hidden in a block is copied, merged and printed once more. */
const stepsOfCopy = 4;

/** A block of the client's as it is known: what the client saw of it, and what readers here have, under the `_id` that it has now. */
export interface KnownBlock {
  readonly base: JsonObject | undefined;
  /** `undefined`: nothing is known of the block here. */
  readonly other: JsonObject | undefined;
}

type Known = readonly [base: JsonObject | undefined, other: JsonObject | undefined];

/** Which block one of the client's is: the one of its `_id`, the one that it is a copy of, or the one that it stands for. */
export class KnownBlocks {
  constructor(
    private readonly save: Save,
    private readonly sight: Sight,
    private readonly spend: Spend,
  ) {}

  find(mine: JsonObject): KnownBlock {
    const id = blockId(mine) ?? '';
    const source = this.sourceOf(id, mine);
    if (source === undefined) return { base: undefined, other: undefined };
    const [seen, had] = this.knownOf(source, mine);
    return { base: renamed(seen, source, id), other: this.copyOf(had, source, id) };
  }

  /** Whether a block is a stand-in that the client sent, and that readers here have nothing of: it is nothing here. */
  standsForNothing(mine: JsonValue): boolean {
    const id = blockId(mine);
    if (id === undefined || !isObject(mine) || !isStandIn(mine) || !this.save.standIns.has(id)) return false;
    const source = this.sourceOf(id, mine);
    return source === undefined || this.knownOf(source, mine)[1] === undefined;
  }

  /** Under which `_id` a block is known: its own, that of the one that it is a copy of, or what it stands for. */
  private sourceOf(id: string, mine: JsonObject): string | undefined {
    const isKnown = (one: string): boolean =>
      this.sight.base.has(one) || this.sight.other.has(one) || this.save.lastSeen.has(one);
    if (isKnown(id)) return id;
    const original = originalOf(this.save.copies, id, isKnown) ?? this.sight.originalOf(mine);
    const of = isStandIn(mine) ? member(mine, 'of') : undefined;
    return original ?? (typeof of === 'string' && isKnown(of) ? of : undefined);
  }

  /** What the client saw of a block, and what readers here had: when they last had it, if they have it no more. */
  private knownOf(id: string, mine: JsonObject): Known {
    const other = this.sight.other.get(id);
    const last = this.save.lastSeen.get(id);
    const isShown = other !== undefined && blockType(other) !== 'broken';
    if (!last || isShown || blockType(mine) === 'broken') return [this.sight.base.get(id), other];
    const isElsewhere = (inner: string): boolean => inner !== id && this.sight.other.has(inner);
    return [last.base, without(last.other, isElsewhere) as JsonObject]; // the block itself stays
  }

  /** What the client sees of a copied block keeps its `_id`, to be found by; what it does not see gets a new one. */
  private copyOf(other: JsonObject | undefined, source: string, id: string): JsonObject | undefined {
    if (other === undefined || source === id) return other;
    this.spend(stepsOfCopy * stepsOf(other));
    return withIds(other, (inner) => {
      if (inner === source) return id;
      return this.sight.base.has(inner) ? inner : this.save.idInCopy(inner, id);
    }) as JsonObject; // another name for it, the same kind of value
  }
}

/** What a block is a copy of, a copy of a copy too; `undefined` where the client says nothing of that is known. */
export function originalOf(
  copies: ReadonlyMap<string, string>,
  id: string,
  isKnown: (id: string) => boolean,
): string | undefined {
  const passed = new Set<string>();
  for (let next = copies.get(id); next !== undefined && !passed.has(next); next = copies.get(next)) {
    if (isKnown(next)) return next;
    passed.add(next);
  }
  return undefined;
}

function renamed(base: JsonObject | undefined, source: string, id: string): JsonObject | undefined {
  return base && source !== id ? { ...base, _id: id } : base;
}
