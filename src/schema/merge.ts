import { blockId, blockType, isStandIn } from './blocks.js';
import type { JsonSchema } from './json-schema.js';
import { isArray, isObject, member, sameJson, setMember, type JsonObject, type JsonValue } from './json.js';
import { itemOrigins, withHidden, type ItemOrigin } from './merge-lists.js';
import type { OnClear } from './operations/operation.js';
import { placesIn, withIds } from './places.js';
import { inBlock, inField, inItem, isChild, keyOf, samePath, type At } from './merge-point.js';
import { Sight, type Save } from './merge-sight.js';
import { childPointer } from './pointer.js';
import type { MergeRules } from './way.js';

/** What the merge has to know of the schema version that it works at. */
export interface MergeContext {
  readonly type: string;
  readonly schemaOf: (type: string) => JsonSchema | undefined;
  readonly rules: ReadonlyMap<string, MergeRules>;
}

export interface Merged {
  readonly content: JsonObject;
  /** Pointers to where the client's change replaced something that it could not see in full. */
  readonly overwritten: readonly string[];
}

/**
 * The one place that could lose what a client does not see. Three ways, keyed: what the client did not change stays
 * as it was for readers here; what it changed is as it wants it. Objects go key by key, items by `_id` over the whole
 * document, else by their declared key, else by longest common subsequence. What the client deleted is deleted for
 * all, with everything inside; what it could not see comes back behind its nearest surviving predecessor.
 */
export function merge(save: Save, context: MergeContext): Merged {
  if (sameJson(save.mine, save.base)) return { content: save.other, overwritten: [] };
  if (sameJson(save.other, save.base)) return { content: save.mine, overwritten: [] };
  const merging = new Merging(save, context);
  const { base, mine, other } = save;
  const root: At = { pointer: '', path: [], type: context.type, schema: context.schemaOf(context.type) };
  return { content: merging.objects(root, base, mine, other), overwritten: merging.overwritten };
}

type Maybe = JsonValue | undefined;

class Merging {
  readonly overwritten: string[] = [];
  private readonly sight: Sight;

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
      const value =
        grouped.get(key) === 'mine'
          ? this.resolve(there, m)
          : grouped.get(key) === 'other'
            ? this.sight.keep(o, m)
            : this.value(there, b, m, o);
      if (value !== undefined) setMember(merged, key, value);
    }
    return merged;
  }

  private value(at: At, base: Maybe, mine: Maybe, other: Maybe): Maybe {
    if (mine === undefined)
      return base === undefined ? this.sight.keep(other, undefined) : this.cleared(at, base, other);
    if (blockId(mine) !== undefined) {
      if (this.staysAway(base, mine)) return this.sight.keep(other, undefined);
      this.noteHiddenInSlot(at, other);
      return this.identified(at, mine as JsonObject);
    }
    if (other === undefined) return this.missingThere(at, base, mine);
    if (sameJson(mine, other)) return this.resolve(at, mine);
    if (base !== undefined && sameJson(mine, base) && this.sight.samePlaces(mine, other))
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
    if (this.onClear(at) !== 'shift' || !isArray(base) || !isArray(other)) return undefined;
    const origins = itemOrigins(base, other, keyOf(at));
    const rest = other.filter((_, index) => origins[index] === -1);
    return rest.length > 0 ? this.sight.keep(rest, undefined) : undefined;
  }

  private onClear({ type, path }: At): OnClear | undefined {
    const heads = this.context.rules.get(type)?.heads ?? [];
    return heads.find((head) => samePath(head.path, path))?.onClear;
  }

  /** A block, or another object with an `_id`: it is compared with itself, wherever it stood. */
  private identified(at: At, mine: JsonObject): JsonValue {
    const id = blockId(mine) ?? '';
    const known = this.sight.base.has(id) || this.sight.other.has(id);
    const source = known ? id : (this.save.copies.get(id) ?? this.originalOf(mine));
    const base = source === undefined ? undefined : renamed(this.sight.base.get(source), source, id);
    const other = source === undefined ? undefined : this.copyOf(this.sight.other.get(source), source, id);
    if (other === undefined) return this.inside(at, mine);
    const isUnchanged = base !== undefined && sameJson(mine, base);
    // What was a placeholder can't have been edited, wherever the blocks inside of it have gone.
    const isPlaceholder = isUnchanged && blockType(mine) === 'placeholder';
    if (isPlaceholder || (isUnchanged && this.sight.samePlaces(mine, other)))
      return this.sight.keep(other, mine) ?? mine;
    if (blockType(mine) !== blockType(other)) {
      if (base === undefined || !sameJson(other, base)) this.overwritten.push(at.pointer);
      return this.inside(at, mine);
    }
    return this.objects(inBlock(at, mine, this.context.schemaOf), base ?? {}, mine, other);
  }

  /** What a copied stand-in says it stands for, or another copy where that is gone. */
  private originalOf(mine: JsonObject): string | undefined {
    const of = isStandIn(mine) ? member(mine, 'of') : undefined;
    if (typeof of !== 'string') return undefined;
    const same = [...this.sight.base].filter(([, block]) => isStandIn(block) && member(block, 'of') === of);
    return (same.find(([id]) => id === of) ?? same[0])?.[0];
  }

  /** What the client sees of a copied block keeps its `_id`, to be found by; what it does not see gets a new one. */
  private copyOf(other: JsonObject | undefined, source: string, id: string): JsonObject | undefined {
    if (other === undefined || source === id) return other;
    return withIds(other, (inner) => {
      if (inner === source) return id;
      return this.sight.base.has(inner) ? inner : `${inner}-${id}`;
    }) as JsonObject; // another name for it, the same kind of value
  }

  private lists(
    at: At,
    base: readonly JsonValue[],
    mine: readonly JsonValue[],
    other: readonly JsonValue[],
  ): JsonValue {
    const key = keyOf(at);
    const mineFrom = itemOrigins(base, mine, key);
    const otherFrom = itemOrigins(base, other, key);
    const otherAt = new Map(otherFrom.map((from, index) => [from, index]));
    const otherById = this.placesOf(mine, other);
    const items = mine.map((item, index): ItemOrigin => {
      const there = inItem(at, index);
      const id = blockId(item);
      if (id !== undefined) {
        return { value: this.identified(there, item as JsonObject), other: otherById.get(id) ?? -1 };
      }
      const from = mineFrom[index] ?? -1;
      const partner = from === -1 ? -1 : (otherAt.get(from) ?? -1);
      const b = from === -1 ? undefined : base[from];
      const o = partner === -1 ? undefined : other[partner];
      return { value: this.value(there, b, item, o), other: partner };
    });
    const hidden = other.flatMap((item, index) =>
      this.isHidden(item, otherFrom[index] ?? -1) ? [index] : [],
    );
    const isLed = this.onClear(at) !== undefined;
    return withHidden(items, hidden, isLed, (index) => this.sight.keep(other[index], undefined));
  }

  /** For the ids in a list of the client's: where that item, or the one it is a copy of, stands in the other list. */
  private placesOf(mine: readonly JsonValue[], other: readonly JsonValue[]): ReadonlyMap<string, number> {
    const indices = new Map(other.map((item, index) => [blockId(item), index]));
    const places = new Map<string, number>();
    for (const pass of ['itself', 'copy'] as const) {
      for (const item of mine) {
        const id = blockId(item);
        const source = id === undefined || pass === 'itself' ? id : this.save.copies.get(id);
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
    if (isArray(mine)) return mine.map((item, index) => this.resolve(inItem(at, index), item) as JsonValue);
    return isObject(mine) ? this.inside(at, mine) : mine;
  }

  private inside(at: At, mine: JsonObject): JsonObject {
    const block = inBlock(at, mine, this.context.schemaOf);
    const resolved: Record<string, JsonValue> = {};
    for (const key of Object.keys(mine)) {
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
      const isChanged = names.some((name) => !sameField(base, mine, name));
      for (const name of names)
        if (owners.get(name) !== 'mine') owners.set(name, isChanged ? 'mine' : 'other');
      const lost =
        isChanged && names.find((name) => !sameField(base, other, name) && !sameField(mine, other, name));
      if (lost) this.overwritten.push(childPointer(at.pointer, lost));
    }
    return owners;
  }
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
