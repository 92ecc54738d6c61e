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
import { ItemComparison, sameItems } from './item-tokens.js';
import { filterItems, mapItems, tokensOf, unknownItem } from './list-tokens.js';
import { knownOrigins, withHidden, type ItemOrigin } from './merge-lists.js';
import type { OnClear } from '../operations/operation.js';
import { placesIn, without, withIds } from './places.js';
import {
  inBlock,
  inField,
  inItem,
  isChild,
  keyOf,
  samePath,
  type At,
  type TypesHere,
} from './merge-point.js';
import type { MergedSlots } from './merged-slots.js';
import { isSlot, Sight, type Save } from './merge-sight.js';
import { childPointer } from '../json/pointer.js';
import { stepsOf } from '../steps.js';
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

/** What is hidden in a block is copied, merged and printed once more. */
const stepsOfCopy = 4;

class Merging {
  readonly overwritten: string[] = [];
  private readonly sight: Sight;
  private readonly comparison = new ItemComparison();

  constructor(
    private readonly save: Save,
    private readonly context: MergeContext,
  ) {
    this.sight = new Sight(save);
  }

  /** Objects of one identity, key by key; fields that mean something together only go together. */
  objects(at: At, base: JsonObject, mine: JsonObject, other: JsonObject): JsonObject {
    const merged: Record<string, JsonValue> = {};
    const grouped = this.groups(at, base, mine, other);
    for (const key of new Set([...Object.keys(other), ...Object.keys(mine)])) {
      const there = inField(at, key);
      const [b, m, o] = [member(base, key), member(mine, key), member(other, key)];
      const owner = grouped.get(key);
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
      if (this.staysAway(base, mine) || this.standsForNothing(mine)) return this.sight.keep(other, undefined);
      this.noteHiddenInSlot(at, other);
      return this.identified(at, mine as JsonObject);
    }
    if (other === undefined) return this.missingThere(at, base, mine);
    if (sameJson(mine, other)) return this.resolve(at, mine);
    if (base !== undefined && this.comparison.isSame(mine, base) && this.sight.samePlaces(mine, other))
      return this.sight.keep(other, mine);
    if (isArray(mine) && isArray(other)) return this.lists(at, isArray(base) ? base : [], mine, other);
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
    const origins = this.originsOf(at, base, other);
    const rest = filterItems(other, (item, index) => this.isHidden(item, origins[index] ?? -1));
    return rest.length > 0 ? this.sight.keep(rest, undefined) : undefined;
  }

  private onClear({ type, path }: At): OnClear | undefined {
    const heads = this.context.rules.get(type)?.heads ?? [];
    return heads.find((head) => samePath(head.path, path))?.onClear;
  }

  /** A block, or another object with an `_id`: it is compared with itself, wherever it stood. */
  private identified(at: At, mine: JsonObject): JsonValue {
    const id = blockId(mine) ?? '';
    const source = this.sourceOf(id, mine);
    const [seen, had] = source === undefined ? [] : this.knownOf(source, mine);
    const base = source === undefined ? undefined : renamed(seen, source, id);
    const other = source === undefined ? undefined : this.copyOf(had, source, id);
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
  private knownOf(
    id: string,
    mine: JsonObject,
  ): readonly [base: JsonObject | undefined, other: JsonObject | undefined] {
    const other = this.sight.other.get(id);
    const last = this.save.lastSeen.get(id);
    const isShown = other !== undefined && blockType(other) !== 'broken';
    if (!last || isShown || blockType(mine) === 'broken') return [this.sight.base.get(id), other];
    const isElsewhere = (inner: string): boolean => inner !== id && this.sight.other.has(inner);
    return [last.base, without(last.other, isElsewhere) as JsonObject]; // the block itself stays
  }

  /** Whether a block is a stand-in that the client sent, and that readers here have nothing of: it is nothing here. */
  private standsForNothing(mine: JsonValue): boolean {
    const id = blockId(mine);
    if (id === undefined || !isObject(mine) || !isStandIn(mine) || !this.save.standIns.has(id)) return false;
    const source = this.sourceOf(id, mine);
    return source === undefined || this.knownOf(source, mine)[1] === undefined;
  }

  /** What the client sees of a copied block keeps its `_id`, to be found by; what it does not see gets a new one. */
  private copyOf(other: JsonObject | undefined, source: string, id: string): JsonObject | undefined {
    if (other === undefined || source === id) return other;
    this.context.spend(stepsOfCopy * stepsOf(other));
    return withIds(other, (inner) => {
      if (inner === source) return id;
      return this.sight.base.has(inner) ? inner : this.save.idInCopy(inner, id);
    }) as JsonObject; // another name for it, the same kind of value
  }

  private lists(
    at: At,
    base: readonly JsonValue[],
    mine: readonly JsonValue[],
    other: readonly JsonValue[],
  ): JsonValue {
    const mineFrom = this.originsOf(at, base, mine);
    const otherFrom = this.originsOf(at, base, other);
    const [mineTokens, otherTokens] = [tokensOf(mine), tokensOf(other)];
    const otherAt = new Map(otherFrom.map((from, index) => [from, index]));
    const otherByToken = new Map(otherTokens?.map((token, index) => [token, index]));
    const otherById = this.placesOf(mine, other);
    const taken = new Set<number>();
    const items = mine.map((item, index): ItemOrigin => {
      const there = inItem(at, index);
      const id = blockId(item);
      if (id !== undefined) {
        const isNothing = this.standsForNothing(item);
        const value = isNothing ? undefined : this.identified(there, item as JsonObject);
        return { value, token: unknownItem, other: otherById.get(id) ?? -1 };
      }
      const mineToken = mineTokens?.[index] ?? unknownItem;
      const from = mineFrom[index] ?? -1;
      const known = mineToken === unknownItem ? undefined : otherByToken.get(mineToken);
      const found = known ?? (from === -1 ? undefined : otherAt.get(from)) ?? -1;
      const partner = taken.has(found) ? -1 : found;
      if (partner !== -1) taken.add(partner);
      const b = from === -1 ? undefined : base[from];
      const o = partner === -1 ? undefined : other[partner];
      const token = mineToken === unknownItem ? (otherTokens?.[partner] ?? unknownItem) : mineToken;
      return { value: this.value(there, b, item, o), token, other: partner };
    });
    const hidden = other.flatMap((item, index) =>
      !taken.has(index) && this.isHidden(item, otherFrom[index] ?? -1) ? [index] : [],
    );
    const isLed = this.onClear(at) !== undefined;
    return withHidden(items, hidden, isLed, (index) => ({
      value: this.sight.keep(other[index], undefined),
      token: otherTokens?.[index] ?? unknownItem,
      other: index,
    }));
  }

  /** Which item of what the client saw each item of a list is. Of a list that it sees the head of, that is the first. */
  private originsOf(at: At, base: readonly JsonValue[], list: readonly JsonValue[]): readonly number[] {
    const isHead = this.onClear(at) !== undefined && base.length === 1 && blockId(base[0]) === undefined;
    return isHead
      ? list.map((_, index) => (index === 0 ? 0 : -1))
      : knownOrigins(base, list, keyOf(at), this.context.spend);
  }

  /** For the ids in a list of the client's: where that item, or the one it is a copy of, stands in the other list. */
  private placesOf(mine: readonly JsonValue[], other: readonly JsonValue[]): ReadonlyMap<string, number> {
    const indices = new Map(other.map((item, index) => [blockId(item), index]));
    const places = new Map<string, number>();
    for (const pass of ['itself', 'copy'] as const) {
      for (const item of mine) {
        const id = blockId(item);
        const isThere = (one: string): boolean => indices.has(one);
        const source = id === undefined || pass === 'itself' ? id : originalOf(this.save.copies, id, isThere);
        const index = source === undefined ? undefined : indices.get(source);
        if (id === undefined || index === undefined || places.has(id)) continue;
        places.set(id, index);
        indices.delete(source); // taken: what stands behind it comes back once
      }
    }
    return places;
  }

  /** Whether an item that readers here have is one that the client could not see. */
  private isHidden(item: JsonValue, from: number): boolean {
    const id = blockId(item);
    return id === undefined ? from === -1 : this.sight.hides(id);
  }

  /** The client's value, in which blocks that readers here know are found again. */
  private resolve(at: At, mine: Maybe): Maybe {
    if (mine === undefined) return undefined;
    if (blockId(mine) !== undefined) return this.identified(at, mine as JsonObject);
    if (isArray(mine)) {
      const there = filterItems(mine, (item) => !this.standsForNothing(item));
      return mapItems(there, (item, index) => this.resolve(inItem(at, index), item) as JsonValue);
    }
    return isObject(mine) ? this.inside(at, mine) : mine;
  }

  private inside(at: At, mine: JsonObject): JsonObject {
    const block = inBlock(at, mine, this.context.schemaOf);
    const resolved: Record<string, JsonValue> = {};
    for (const key of Object.keys(mine)) {
      if (this.standsForNothing(mine[key] as JsonValue)) continue;
      setMember(resolved, key, this.resolve(inField(block, key), mine[key]) as JsonValue);
    }
    return resolved;
  }

  /** A slot for one block: what the client puts there takes the place of a block that it could not see. */
  private noteHiddenInSlot(at: At, other: Maybe): void {
    const id = blockId(other);
    if (id !== undefined && this.sight.hides(id)) this.overwritten.push(at.pointer);
  }

  /** For each grouped field, whose it is. */
  private groups(
    at: At,
    base: JsonObject,
    mine: JsonObject,
    other: JsonObject,
  ): Map<string, 'mine' | 'other'> {
    const owners = new Map<string, 'mine' | 'other'>();
    for (const group of this.context.rules.get(at.type)?.together ?? []) {
      const names = group.flatMap((path) => (isChild(path, at.path) ? [path[path.length - 1] ?? ''] : []));
      if (names.length < 2) continue;
      const isBlocks = (name: string): boolean =>
        [base, mine, other].some((one) => isSlot(member(one, name)));
      const isChanged = names.some((name) => !isBlocks(name) && !sameField(base, mine, name));
      for (const name of names)
        if (owners.get(name) !== 'mine') owners.set(name, isChanged ? 'mine' : 'other');
      if (!isChanged || names.every((name) => isBlocks(name) || sameField(base, other, name))) continue;
      const lost = names.filter((name) => !isBlocks(name) && !sameField(mine, other, name));
      for (const name of lost) this.overwritten.push(childPointer(at.pointer, name));
    }
    return owners;
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

/** Objects without an identity of their own. */
function isPlain(value: Maybe): value is JsonObject {
  return isObject(value) && blockId(value) === undefined;
}

function renamed(base: JsonObject | undefined, source: string, id: string): JsonObject | undefined {
  return base && source !== id ? { ...base, _id: id } : base;
}

function sameField(a: JsonObject, b: JsonObject, name: string): boolean {
  const [left, right] = [member(a, name), member(b, name)];
  return left === undefined || right === undefined ? left === right : sameJson(left, right);
}
