import { blockId, blockType, isStandIn } from '../blocks.js';
import {
  isArray,
  isObject,
  member,
  sameJson,
  setMember,
  type JsonObject,
  type JsonValue,
  type Spend,
} from '../json/json.js';
import { ownersOfFields } from './fields-together.js';
import { ItemComparison, sameItems } from './item-tokens.js';
import { KnownBlocks } from './known-blocks.js';
import { isHiddenIn, pairLists, type ItemSight, type ThreeLists } from './list-partners.js';
import { filterItems, mapItems, tokensOf, unknownItem } from './list-tokens.js';
import { withHidden, type ItemOrigin } from './merge-lists.js';
import type { OnClear } from '../operations/operation.js';
import { placesIn } from './places.js';
import { inBlock, inField, inItem, samePath, type At, type TypesHere } from './merge-point.js';
import type { MergedSlots } from './merged-slots.js';
import { isSlot, Sight, type Save } from './merge-sight.js';
import type { MergeRules } from '../way.js';

/** What the merge has to know of the schema version that it works at. */
export interface MergeContext extends TypesHere {
  /** The lists of blocks that have been merged already. */
  readonly slots: MergedSlots;
  readonly rules: ReadonlyMap<string, MergeRules>;
  /** Is told of what is dear beyond looking at all values of a save. */
  readonly spend: Spend;
}

export interface Merged {
  readonly content: JsonObject;
  /** Pointers to where the client's change replaced something that it could not see in full. */
  readonly overwritten: readonly string[];
}

/**
 * The one place that could lose what a client does not see. Three ways, keyed: what the client did not change stays
 * as it was for readers here; what it changed is as it wants it. Objects go key by key, items by `_id` over the whole
 * document, those of other lists by what is known of them (`list-tokens.ts`). What the client deleted is deleted for
 * all, with everything inside; what it could not see comes back behind its nearest surviving predecessor.
 */
export function merge(save: Save, context: MergeContext): Merged {
  if (sameItems(save.mine, save.base)) return { content: save.other, overwritten: [] };
  if (save.lastSeen.size + save.standIns.size === 0 && sameJson(save.other, save.base))
    return { content: save.mine, overwritten: [] };
  const merging = new Merging(save, context);
  const { base, mine, other } = save;
  const root: At = { pointer: '', path: [], type: context.type, schema: context.schemaOf(context.type) };
  const content = merging.objects(root, base, mine, other);
  return { content, overwritten: merging.overwritten };
}

type Maybe = JsonValue | undefined;

const noPartners = { base: -1, other: -1, token: unknownItem };

class Merging {
  readonly overwritten: string[] = [];
  private readonly sight: Sight;
  private readonly known: KnownBlocks;
  private readonly items: ItemSight;
  private readonly comparison = new ItemComparison();

  constructor(
    save: Save,
    private readonly context: MergeContext,
  ) {
    const { spend } = context;
    this.sight = new Sight(save);
    this.known = new KnownBlocks(save, this.sight, spend);
    this.items = { sight: this.sight, copies: save.copies, spend };
  }

  /** Objects of one identity, key by key; fields that mean something together only go together. */
  objects(at: At, base: JsonObject, mine: JsonObject, other: JsonObject): JsonObject {
    const merged: Record<string, JsonValue> = {};
    const groups = this.context.rules.get(at.type)?.together ?? [];
    const { owners, overwritten } = ownersOfFields(at, { base, mine, other }, groups);
    for (const pointer of overwritten) this.overwritten.push(pointer);
    for (const key of new Set([...Object.keys(other), ...Object.keys(mine)])) {
      const there = inField(at, key);
      const [b, m, o] = [member(base, key), member(mine, key), member(other, key)];
      const owner = owners.get(key);
      const value = owner ? this.ownedBy(owner, there, b, m, o) : this.valueOnce(there, b, m, o);
      if (value !== undefined) setMember(merged, key, value);
    }
    return merged;
  }

  private valueOnce(at: At, base: Maybe, mine: Maybe, other: Maybe): Maybe {
    if (at.path.length !== 1) return this.value(at, base, mine, other);
    const { slots } = this.context;
    const known = slots.find(base, mine, other);
    if (known) {
      for (const pointer of known.overwritten) this.overwritten.push(at.pointer + pointer);
      return known.merged;
    }
    const before = this.overwritten.length;
    const merged = this.value(at, base, mine, other);
    const overwritten = this.overwritten.slice(before).map((pointer) => pointer.slice(at.pointer.length));
    slots.keep(mine, { base, other, merged, overwritten });
    return merged;
  }

  /** A field of a group is one author's as a whole, but for the blocks in it, which go by their `_id`. */
  private ownedBy(owner: 'mine' | 'other', at: At, base: Maybe, mine: Maybe, other: Maybe): Maybe {
    if (isSlot(base) || isSlot(mine) || isSlot(other)) return this.value(at, base, mine, other);
    if (isPlain(mine) && isPlain(other) && placesIn(other).size > 0) {
      const merged: Record<string, JsonValue> = {};
      for (const key of new Set([...Object.keys(other), ...Object.keys(mine)])) {
        const b = isPlain(base) ? member(base, key) : undefined;
        const value = this.ownedBy(owner, inField(at, key), b, member(mine, key), member(other, key));
        if (value !== undefined) setMember(merged, key, value);
      }
      return merged;
    }
    return owner === 'mine' ? this.resolve(at, mine) : this.sight.keep(other, mine);
  }

  private value(at: At, base: Maybe, mine: Maybe, other: Maybe): Maybe {
    if (mine === undefined)
      return base === undefined ? this.sight.keep(other, undefined) : this.cleared(at, base, other);
    if (blockId(mine) !== undefined) {
      if (this.staysAway(base, mine) || this.known.standsForNothing(mine))
        return this.sight.keep(other, undefined);
      this.noteHiddenInSlot(at, other);
      return this.identified(at, mine as JsonObject);
    }
    if (other === undefined) return this.missingThere(at, base, mine);
    if (sameJson(mine, other)) return this.resolve(at, mine);
    if (base !== undefined && this.comparison.isSame(mine, base) && this.sight.samePlaces(mine, other))
      return this.sight.keep(other, mine);
    if (isArray(mine) && isArray(other))
      return this.lists(at, { base: isArray(base) ? base : [], mine, other });
    if (isPlain(mine) && isPlain(other)) return this.objects(at, isPlain(base) ? base : {}, mine, other);
    if (mine === null && base !== undefined) {
      const left = this.cleared(at, base, other);
      if (left !== undefined) return left;
    }
    if (base === undefined || !sameJson(other, base)) this.overwritten.push(at.pointer);
    return this.resolve(at, mine);
  }

  /** What the client has and readers here don't: unchanged, it stays away; changed or new, it comes. */
  private missingThere(at: At, base: Maybe, mine: JsonValue): Maybe {
    if (this.staysAway(base, mine)) return undefined;
    if (base !== undefined && !sameJson(mine, base)) this.overwritten.push(at.pointer);
    return this.resolve(at, mine);
  }

  /** Whether readers here have nothing of a value that the client left as it was: they have seen it go, or replaced. */
  private staysAway(base: Maybe, mine: JsonValue): boolean {
    if (base === undefined || !sameJson(mine, base)) return false;
    return ![...placesIn(mine).keys()].some((id) => this.sight.other.has(id));
  }

  /** Something that the client removed: it goes for all, unless it was only the head of a list. */
  private cleared(at: At, base: JsonValue, other: Maybe): Maybe {
    if (!isArray(base) || !isArray(other)) return undefined;
    // Who saw an empty list and leaves it out has not deleted what it could not see.
    if (base.length > 0 && this.onClear(at) !== 'shift') return undefined;
    const isLed = this.onClear(at) !== undefined;
    const rest = filterItems(other, isHiddenIn(at, { base, other }, isLed, this.items));
    return rest.length > 0 ? this.sight.keep(rest, undefined) : undefined;
  }

  private onClear({ type, path }: At): OnClear | undefined {
    const heads = this.context.rules.get(type)?.heads ?? [];
    return heads.find((head) => samePath(head.path, path))?.onClear;
  }

  /** A block, or another object with an `_id`: it is compared with itself, wherever it stood. */
  private identified(at: At, mine: JsonObject): JsonValue {
    const { base, other } = this.known.find(mine);
    if (other === undefined) return this.inside(at, mine);
    const isUnchanged = base !== undefined && this.comparison.isSame(mine, base);
    if (isUnchanged && this.sight.isAlone(mine, other)) return other;
    // What stands for a block can't have been edited, wherever the blocks inside of that have gone.
    const isPlaceholder = isUnchanged && isStandIn(mine);
    if (isPlaceholder || (isUnchanged && this.sight.samePlaces(mine, other)))
      return this.sight.keep(other, mine) ?? mine;
    if (blockType(mine) !== blockType(other)) {
      if (base === undefined || !sameJson(other, base)) this.overwritten.push(at.pointer);
      return this.inside(at, mine);
    }
    return this.objects(inBlock(at, mine, this.context.schemaOf), base ?? {}, mine, other);
  }

  private lists(at: At, lists: ThreeLists): JsonValue {
    const { base, mine, other } = lists;
    const isLed = this.onClear(at) !== undefined;
    const paired = pairLists(at, lists, isLed, this.items);
    const items = mine.map((item, index): ItemOrigin => {
      const there = inItem(at, index);
      const { base: from, other: partner, token } = paired.items[index] ?? noPartners;
      if (blockId(item) !== undefined) {
        const isNothing = this.known.standsForNothing(item);
        const value = isNothing ? undefined : this.identified(there, item as JsonObject);
        return { value, token, other: partner };
      }
      const b = from === -1 ? undefined : base[from];
      const o = partner === -1 ? undefined : other[partner];
      return { value: this.value(there, b, item, o), token, other: partner };
    });
    const otherTokens = tokensOf(other);
    return withHidden(items, paired.hidden, isLed, (index) => ({
      value: this.sight.keep(other[index], undefined),
      token: otherTokens?.[index] ?? unknownItem,
      other: index,
    }));
  }

  /** The client's value, in which blocks that readers here know are found again. */
  private resolve(at: At, mine: Maybe): Maybe {
    if (mine === undefined) return undefined;
    if (blockId(mine) !== undefined) return this.identified(at, mine as JsonObject);
    if (isArray(mine)) {
      const there = filterItems(mine, (item) => !this.known.standsForNothing(item));
      return mapItems(there, (item, index) => this.resolve(inItem(at, index), item) as JsonValue);
    }
    return isObject(mine) ? this.inside(at, mine) : mine;
  }

  private inside(at: At, mine: JsonObject): JsonObject {
    const block = inBlock(at, mine, this.context.schemaOf);
    const resolved: Record<string, JsonValue> = {};
    for (const key of Object.keys(mine)) {
      if (this.known.standsForNothing(mine[key] as JsonValue)) continue;
      setMember(resolved, key, this.resolve(inField(block, key), mine[key]) as JsonValue);
    }
    return resolved;
  }

  /** A slot for one block: what the client puts there takes the place of a block that it could not see. */
  private noteHiddenInSlot(at: At, other: Maybe): void {
    const id = blockId(other);
    if (id !== undefined && this.sight.hides(id)) this.overwritten.push(at.pointer);
  }
}

/** Objects without an identity of their own. */
function isPlain(value: Maybe): value is JsonObject {
  return isObject(value) && blockId(value) === undefined;
}
