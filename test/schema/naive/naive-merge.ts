import { blockId, blockType, isStandIn } from '../../../src/schema/blocks.js';
import {
  isArray,
  isObject,
  sameJson,
  type JsonObject,
  type JsonValue,
} from '../../../src/schema/json/json.js';
import { sameItems } from '../../../src/schema/merge/item-tokens.js';
import { giveTokens, tokensOf, unknownItem } from '../../../src/schema/merge/list-tokens.js';
import { itemOrigins } from '../../../src/schema/merge/merge-lists.js';
import {
  inBlock,
  inField,
  inItem,
  isChild,
  keyOf,
  samePath,
  type At,
  type TypesHere,
} from '../../../src/schema/merge/merge-point.js';
import type { MergeRules } from '../../../src/schema/way.js';
import { idsIn, blocksById, withoutBlocks, withNames } from './naive-blocks.js';

type Maybe = JsonValue | undefined;

/** Three views of one schema version, and what else the contract lets a merge know. */
export interface NaiveSave {
  readonly base: JsonObject;
  readonly mine: JsonObject;
  readonly other: JsonObject;
  readonly copies: Readonly<Record<string, string>>;
  /** Blocks that readers have no more: what the client and readers saw when these last had them. */
  readonly last: ReadonlyMap<string, { readonly base: Maybe; readonly other: JsonObject }>;
  /** `_id`s of stand-ins in what the client sent. */
  readonly standIns: ReadonlySet<string>;
  readonly idInCopy: (hidden: string, copy: string) => string;
  readonly types: TypesHere;
  readonly rules: ReadonlyMap<string, MergeRules>;
}

/**
 * The merge, a second time, from what the contract says alone: no short cuts, nothing remembered. How a *guess* comes out
 * (which unknown items are the same) no contract says: that much is the product's own.
 */
export function naiveMerge(save: NaiveSave): JsonObject {
  if (sameItems(save.mine, save.base)) return save.other;
  const { types } = save;
  const root: At = { pointer: '', path: [], type: types.type, schema: types.schemaOf(types.type) };
  return new NaiveMerge(save).fields(root, save.base, save.mine, save.other);
}

class NaiveMerge {
  /** Whatever the client saw, what it sent, and what readers have. */
  private readonly seen: ReadonlyMap<string, JsonObject>;
  private readonly sent: ReadonlyMap<string, JsonObject>;
  private readonly had: ReadonlyMap<string, JsonObject>;

  constructor(private readonly save: NaiveSave) {
    const then = [...save.last.values()].flatMap(({ base }) => [...blocksById(base)]);
    this.seen = new Map([...then.toReversed(), ...blocksById(save.base)]);
    this.sent = blocksById(save.mine);
    this.had = blocksById(save.other);
  }

  fields(at: At, base: JsonObject, mine: JsonObject, other: JsonObject): JsonObject {
    const merged: [string, JsonValue][] = [];
    for (const name of new Set([...Object.keys(mine), ...Object.keys(other)])) {
      const [b, m, o] = [base, mine, other].map((object) => field(object, name));
      const owner = this.ownerOf(at, name, base, mine, other);
      const there = inField(at, name);
      const value = owner ? this.owned(owner, there, b, m, o) : this.value(there, b, m, o);
      if (value !== undefined) merged.push([name, value]);
    }
    return Object.fromEntries(merged);
  }

  /** Whose a field is that means something together with others only. */
  private ownerOf(
    at: At,
    name: string,
    base: JsonObject,
    mine: JsonObject,
    other: JsonObject,
  ): 'mine' | 'other' | undefined {
    const isValue = (one: string) => ![base, mine, other].some((object) => holdsBlocks(field(object, one)));
    const groups = (this.save.rules.get(at.type)?.together ?? [])
      .map((paths) => paths.filter((path) => isChild(path, at.path)).map((path) => path.at(-1) ?? ''))
      .filter((names) => names.length > 1 && names.includes(name));
    if (groups.length === 0) return undefined;
    const isChanged = (names: readonly string[]) =>
      names.some((one) => isValue(one) && !same(field(base, one), field(mine, one)));
    return groups.some(isChanged) ? 'mine' : 'other';
  }

  /** A group decides about values; blocks go by their `_id`. */
  private owned(owner: 'mine' | 'other', at: At, base: Maybe, mine: Maybe, other: Maybe): Maybe {
    if ([base, mine, other].some(holdsBlocks)) return this.value(at, base, mine, other);
    if (isPlain(mine) && isPlain(other) && idsIn(other).size > 0) {
      const names = new Set([...Object.keys(mine), ...Object.keys(other)]);
      const members = [...names].flatMap((name) => {
        const [b, m, o] = [base, mine, other].map((one) => (isPlain(one) ? field(one, name) : undefined));
        const value = this.owned(owner, inField(at, name), b, m, o);
        return value === undefined ? [] : [[name, value] as const];
      });
      return Object.fromEntries(members);
    }
    return owner === 'mine' ? this.asSent(at, mine) : this.left(other, mine);
  }

  private value(at: At, base: Maybe, mine: Maybe, other: Maybe): Maybe {
    if (mine === undefined)
      return base === undefined ? this.left(other, undefined) : this.cleared(at, base, other);
    const isUnchanged = same(base, mine);
    const isGone = isUnchanged && ![...idsIn(mine)].some((id) => this.had.has(id));
    if (blockId(mine) !== undefined) {
      if (isGone || this.isNothing(mine)) return this.left(other, undefined);
      return this.block(at, mine as JsonObject);
    }
    if (other === undefined) return isGone ? undefined : this.asSent(at, mine);
    // Numbers that only the client's list has are those that later saves are known by.
    const isAsSeen = base !== undefined && sameItems(mine, base);
    if (same(mine, other)) return this.asSent(at, mine);
    if (isAsSeen && this.noneCameOrWent(mine, other)) return this.left(other, mine);
    if (isArray(mine) && isArray(other)) return this.list(at, isArray(base) ? base : [], mine, other);
    if (isPlain(mine) && isPlain(other)) return this.fields(at, isPlain(base) ? base : {}, mine, other);
    const rest = mine === null && base !== undefined ? this.cleared(at, base, other) : undefined;
    return rest ?? this.asSent(at, mine);
  }

  /** Deleted for all, but for what the client could not see behind the one that it saw, or in a list that looked empty. */
  private cleared(at: At, base: JsonValue, other: Maybe): Maybe {
    if (!isArray(base) || !isArray(other)) return undefined;
    if (base.length > 0 && this.onClear(at) !== 'shift') return undefined;
    const from = this.originsOf(at, base, other);
    const rest = pick(other, (item, index) => this.isHidden(item, from[index] ?? -1));
    return rest.length > 0 ? this.left(rest, undefined) : undefined;
  }

  /** A block is compared with itself, wherever it stood. */
  private block(at: At, mine: JsonObject): JsonValue {
    const id = blockId(mine) ?? '';
    const source = this.sourceOf(id, mine);
    if (source === undefined) return this.asSentInside(at, mine);
    const [seen, had] = this.known(source, mine);
    const base = seen && { ...seen, _id: id };
    const other = (source === id ? had : had && this.copied(had, source, id)) as JsonObject | undefined; // a block
    if (!other) return this.asSentInside(at, mine);
    if (base && sameItems(base, mine) && (isStandIn(mine) || this.noneCameOrWent(mine, other)))
      return this.left(other, mine) ?? mine;
    if (blockType(mine) !== blockType(other)) return this.asSentInside(at, mine);
    return this.fields(inBlock(at, mine, this.save.types.schemaOf), base ?? {}, mine, other);
  }

  /** Itself, or what it is a copy of, or what it stands for. */
  private sourceOf(id: string, mine: JsonObject): string | undefined {
    const isKnown = (one: string) => this.seen.has(one) || this.had.has(one) || this.save.last.has(one);
    if (isKnown(id)) return id;
    const passed = new Set<string>();
    for (let next = this.save.copies[id]; next !== undefined && !passed.has(next);) {
      if (isKnown(next)) return next;
      passed.add(next);
      next = this.save.copies[next];
    }
    const of = isStandIn(mine) ? field(mine, 'of') : undefined;
    if (typeof of !== 'string') return undefined;
    const like = [...this.seen].filter(([, block]) => isStandIn(block) && field(block, 'of') === of);
    const [first] = like.find(([one]) => one === of) ?? like[0] ?? [];
    return first ?? (isKnown(of) ? of : undefined);
  }

  /** What the client saw of a block, and what readers have; of one that these have no more: when they last had it. */
  private known(id: string, mine: JsonObject): readonly [base: JsonObject | undefined, had: Maybe] {
    const had = this.had.get(id);
    const last = this.save.last.get(id);
    const isShown = had !== undefined && blockType(had) !== 'broken';
    if (!last || isShown || blockType(mine) === 'broken') return [this.seen.get(id), had];
    return [
      last.base as JsonObject | undefined, // a block
      withoutBlocks(last.other, (inner) => inner !== id && this.had.has(inner)),
    ];
  }

  private copied(had: JsonValue, source: string, id: string): JsonObject {
    return withNames(had, (inner) => {
      if (inner === source) return id;
      return this.seen.has(inner) ? inner : this.save.idInCopy(inner, id);
    }) as JsonObject; // a block
  }

  /** A stand-in that readers here have nothing of. */
  private isNothing(mine: Maybe): boolean {
    const id = blockId(mine);
    if (id === undefined || !isStandIn(mine) || !this.save.standIns.has(id)) return false;
    const source = this.sourceOf(id, mine as JsonObject);
    return source === undefined || this.known(source, mine as JsonObject)[1] === undefined;
  }

  private list(at: At, base: readonly JsonValue[], mine: readonly JsonValue[], other: readonly JsonValue[]) {
    const inBase = this.originsOf(at, base, mine);
    const otherInBase = this.originsOf(at, base, other);
    const partners = this.partnersOf(mine, other, inBase, otherInBase);
    const hidden = other.flatMap((item, index) => {
      const isTaken = blockId(item) === undefined && partners.includes(index);
      return !isTaken && this.isHidden(item, otherInBase[index] ?? -1) ? [index] : [];
    });
    const followers = new Map<number, number[]>();
    for (const index of hidden) {
      let before = index - 1;
      while (before >= 0 && !partners.includes(before)) before--;
      followers.set(before, [...(followers.get(before) ?? []), index]);
    }
    const result: { readonly value: Maybe; readonly token: number }[] = [];
    const putHidden = (behind: number): void => {
      for (const index of followers.get(behind) ?? [])
        result.push({ value: this.left(other[index], undefined), token: tokenOf(other, index) });
    };
    const isLed = this.onClear(at) !== undefined;
    if (!isLed || mine.length === 0) putHidden(-1);
    for (const [index, item] of mine.entries()) {
      const partner = partners[index] ?? -1;
      const there = inItem(at, index);
      const isBlock = blockId(item) !== undefined;
      const value = isBlock
        ? this.isNothing(item)
          ? undefined
          : this.block(there, item as JsonObject)
        : this.value(there, base[inBase[index] ?? -1], item, other[partner]);
      const own = tokenOf(mine, index);
      result.push({ value, token: isBlock || own !== unknownItem ? own : tokenOf(other, partner) });
      if (isLed && index === 0) {
        putHidden(-1);
        putHidden(partner === -1 ? -2 : partner);
      } else if (partner !== -1) putHidden(partner);
    }
    const there = result.filter(({ value }) => value !== undefined);
    return giveTokens(
      there.map(({ value }) => value as JsonValue),
      there.map(({ token }) => token),
    );
  }

  /** Where in the list of readers an item of the client's stands: by `_id`, as a copy, by what is known of it. */
  private partnersOf(
    mine: readonly JsonValue[],
    other: readonly JsonValue[],
    inBase: readonly number[],
    otherInBase: readonly number[],
  ): number[] {
    const partners = mine.map(() => -1);
    const take = (index: number, find: (candidate: JsonValue, there: number) => boolean): void => {
      if (partners[index] !== -1) return;
      const found = other.findIndex((item, there) => !partners.includes(there) && find(item, there));
      if (found !== -1) partners[index] = found;
    };
    for (const [index, item] of mine.entries()) {
      const id = blockId(item);
      if (id !== undefined) take(index, (one) => blockId(one) === id);
    }
    for (const [index, item] of mine.entries()) {
      const passed = new Set<string>();
      let of = this.save.copies[blockId(item) ?? ''];
      for (; of !== undefined && !passed.has(of); of = this.save.copies[of]) {
        const original = of;
        passed.add(original);
        take(index, (one) => blockId(one) === original);
      }
    }
    for (const [index, item] of mine.entries()) {
      if (blockId(item) !== undefined) continue;
      const token = tokenOf(mine, index);
      const isNumber = token !== unknownItem && other.some((_, there) => tokenOf(other, there) === token);
      const from = inBase[index] ?? -1;
      if (isNumber) take(index, (_, there) => tokenOf(other, there) === token);
      else if (from !== -1) take(index, (_, there) => otherInBase[there] === from);
    }
    return partners;
  }

  /** Which item of what the client saw is which: by `_id` and number; only what has none is guessed. */
  private originsOf(at: At, base: readonly JsonValue[], list: readonly JsonValue[]): number[] {
    if (this.onClear(at) !== undefined && base.length === 1 && blockId(base[0]) === undefined)
      return list.map((_, index) => (index === 0 ? 0 : -1));
    const name = (one: readonly JsonValue[], index: number) => blockId(one[index]) ?? tokenOf(one, index);
    const origins: number[] = [];
    for (const index of list.keys()) {
      const own = name(list, index);
      const from =
        own === unknownItem ? -1 : base.findIndex((_, i) => name(base, i) === own && !origins.includes(i));
      origins.push(from);
    }
    const openFrom = [...base.keys()].filter((i) => blockId(base[i]) === undefined && !origins.includes(i));
    const openTo = [...list.keys()].filter((i) => blockId(list[i]) === undefined && origins[i] === -1);
    const isUnknownIn = (one: readonly JsonValue[]) => (i: number) => tokenOf(one, i) === unknownItem;
    const from = openTo.some(isUnknownIn(list)) ? openFrom : openFrom.filter(isUnknownIn(base));
    const to = openFrom.some(isUnknownIn(base)) ? openTo : openTo.filter(isUnknownIn(list));
    const [fromItems, toItems] = [from.map((i) => base[i]), to.map((i) => list[i])] as JsonValue[][];
    const guessed = itemOrigins(fromItems ?? [], toItems ?? [], keyOf(at), false);
    for (const [i, index] of to.entries()) origins[index] = from[guessed[i] ?? -1] ?? -1;
    return origins;
  }

  private onClear({ type, path }: At) {
    return this.save.rules.get(type)?.heads.find((head) => samePath(head.path, path))?.onClear;
  }

  private isHidden(item: JsonValue, from: number): boolean {
    const id = blockId(item);
    return id === undefined ? from === -1 : this.hides(id);
  }

  private hides(id: string): boolean {
    return !this.seen.has(id) && !this.sent.has(id);
  }

  /** What readers had, without blocks that the client has deleted or taken elsewhere. */
  private left(other: Maybe, here: Maybe): Maybe {
    const stays = here === undefined ? new Set<string>() : idsIn(here);
    return other === undefined ? undefined : withoutBlocks(other, (id) => !stays.has(id) && !this.hides(id));
  }

  /** Whether the blocks in a value are those that readers have in it. */
  private noneCameOrWent(mine: JsonValue, other: JsonValue): boolean {
    const [here, there] = [idsIn(mine), idsIn(other)];
    return (
      [...here].every((id) => there.has(id) || !this.had.has(id)) &&
      [...there].every((id) => here.has(id) || this.hides(id))
    );
  }

  /** As it was sent, but for the blocks in it: readers may know them. */
  private asSent(at: At, mine: Maybe): Maybe {
    if (blockId(mine) !== undefined) return this.block(at, mine as JsonObject);
    if (isArray(mine)) {
      const there = pick(mine, (item) => !this.isNothing(item));
      return giveTokens(
        there.map((item, index) => this.asSent(inItem(at, index), item) as JsonValue),
        tokensOf(there),
      );
    }
    return isObject(mine) ? this.asSentInside(at, mine) : mine;
  }

  private asSentInside(at: At, mine: JsonObject): JsonObject {
    const here = inBlock(at, mine, this.save.types.schemaOf);
    const members = Object.entries(mine)
      .filter(([, value]) => !this.isNothing(value))
      .map(([name, value]) => [name, this.asSent(inField(here, name), value) as JsonValue] as const);
    return Object.fromEntries(members);
  }
}

function field(object: JsonObject, name: string): Maybe {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function same(a: Maybe, b: Maybe): boolean {
  return a === undefined || b === undefined ? a === b : sameJson(a, b);
}

function isPlain(value: Maybe): value is JsonObject {
  return isObject(value) && blockId(value) === undefined;
}

function holdsBlocks(value: Maybe): boolean {
  return (isArray(value) ? value : [value]).some((item) => blockType(item) !== undefined);
}

function tokenOf(list: readonly JsonValue[], index: number): number {
  return tokensOf(list)?.[index] ?? unknownItem;
}

function pick(list: readonly JsonValue[], stays: (item: JsonValue, index: number) => boolean): JsonValue[] {
  const kept = [...list.keys()].filter((index) => stays(list[index] as JsonValue, index));
  return giveTokens(
    kept.map((index) => list[index] as JsonValue),
    kept.map((index) => tokenOf(list, index)),
  );
}
