import { blockId, blockType, isStandIn } from '../../../src/schema/blocks.js';
import { convert } from '../../../src/schema/conversion.js';
import {
  copyJson,
  isArray,
  isObject,
  sameJson,
  type JsonObject,
  type JsonValue,
} from '../../../src/schema/json/json.js';
import type { Ladder } from '../../../src/schema/ladder.js';
import type { History, Step } from '../../../src/schema/laws/trial.js';
import { copyWithTokens, printTokens } from '../../../src/schema/merge/item-tokens.js';
import { giveTokens, tokensOf, unknownItem } from '../../../src/schema/merge/list-tokens.js';
import { itemOrigins } from '../../../src/schema/merge/merge-lists.js';
import {
  inBlock,
  inField,
  inItem,
  keyOf,
  type At,
  type TypesHere,
} from '../../../src/schema/merge/merge-point.js';
import { blocksById, idsIn } from './naive-blocks.js';
import { naiveMerge } from './naive-merge.js';

type Maybe = JsonValue | undefined;

/**
 * What version i looks like at schema version t, as the formula says it: a recursion over the history, in which every
 * view is there in full. For ladders that lead both ways everywhere.
 */
export class NaiveViews {
  private readonly views = new Map<string, JsonObject>();
  private nextItem = 0;

  constructor(
    private readonly ladder: Ladder,
    private readonly type: string,
    private readonly history: History,
  ) {}

  /** @param i content version: 1, 2, … */
  at(i: number, t: number): JsonObject {
    const key = `${i} ${t}`;
    const view = this.views.get(key) ?? this.workOut(i, t);
    this.views.set(key, view);
    return view;
  }

  private workOut(i: number, t: number): JsonObject {
    const step = this.step(i);
    if (step.kind === 'restore') return this.at(step.restored, t);
    const { schemaVersion: s } = step;
    if (s === t) return this.recognised(i, step);
    const mine = this.converted(this.at(i, s), s, t);
    return step.kind === 'create' ? mine : this.merged(i, step, mine, t);
  }

  private step(i: number): Step {
    return this.history[i - 1] as Step; // there are so many
  }

  private converted(document: JsonObject, from: number, to: number): JsonObject {
    return convert(this.ladder, this.type, copyWithTokens(document), from, to).content;
  }

  private merged(i: number, { schemaVersion: s, copies }: Saving, mine: JsonObject, t: number): JsonObject {
    const b = i - 1;
    const last = new Map<string, { readonly base: Maybe; readonly other: JsonObject }>();
    for (const [id, k] of this.memoryBefore(i, t)) {
      const now = blocksById(this.at(b, t)).get(id);
      if (now && blockType(now) !== 'broken') continue;
      const other = blocksById(copyJson(this.at(k, t))).get(id);
      const then = this.converted(copyJson(this.at(k, s)), s, t);
      if (other && this.isWanted(i, id)) last.set(id, { base: blocksById(copyJson(then)).get(id), other });
    }
    const sent = [...blocksById(this.at(i, s))];
    return naiveMerge({
      base: this.converted(this.at(b, s), s, t),
      mine,
      other: this.at(b, t),
      copies,
      last,
      standIns: new Set(sent.filter(([, block]) => isStandIn(block)).map(([id]) => id)),
      idInCopy: (hidden, copy) => this.idInCopy(i, s, hidden, copy),
      types: this.typesAt(t),
      rules: this.ladder.way(s, t).rules,
    });
  }

  /** Whether what was sent has this block, a copy of it, or something that stands for it. */
  private isWanted(i: number, wanted: string): boolean {
    const step = this.step(i) as Saving;
    const isMeant = ([id, block]: readonly [string, JsonObject]) =>
      id === wanted || (isStandIn(block) && block['of'] === wanted);
    return [...blocksById(step.document)].some(isMeant) || Object.values(step.copies).includes(wanted);
  }

  /** By `_id`: the version that last had a block which a save has taken from readers at t. */
  private memory(i: number, t: number): ReadonlyMap<string, number> {
    const step = this.step(i);
    if (step.kind === 'create') return new Map();
    if (step.kind === 'restore') return this.memory(i - 1, t);
    const before = this.memoryBefore(i, t);
    const now = blocksById(this.at(i, t));
    const isShown = (id: string) => now.has(id) && blockType(now.get(id)) !== 'broken';
    const lost = [...blocksById(this.at(i - 1, t))].filter(
      ([id, block]) => blockType(block) !== 'broken' && !isShown(id),
    );
    return new Map([
      ...[...before].filter(([id]) => !isShown(id)),
      ...lost.map(([id]) => [id, i - 1] as const),
    ]);
  }

  /**
   * The same for a save, which also knows what restores have taken: those since the last version that is of another schema
   * version, or looks otherwise than a conversion of its document.
   */
  private memoryBefore(i: number, t: number): ReadonlyMap<string, number> {
    const memory = new Map(this.memory(i - 1, t));
    for (let j = i - 1; j > 1 && i - j <= 20 && this.isPlain(j) && this.isPlain(j - 1); j--) {
      if (this.origin(j) !== this.origin(j - 1)) break;
      const now = blocksById(this.at(j, t));
      for (const [id, block] of blocksById(this.at(j - 1, t))) {
        const isLost = blockType(block) !== 'broken' && !now.has(id);
        if (isLost && !memory.has(id)) memory.set(id, j - 1);
      }
    }
    return memory;
  }

  /** The schema version that a version was sent in. */
  private origin(i: number): number {
    const step = this.step(i);
    return step.kind === 'restore' ? this.origin(step.restored) : step.schemaVersion;
  }

  /** Whether it looks everywhere as a conversion of its document. */
  private isPlain(i: number): boolean {
    const s = this.origin(i);
    return this.ladder.versions.every(({ version: t }) => {
      const [view, plain] = [this.at(i, t), this.converted(this.at(i, s), s, t)];
      return sameJson(view, plain) && sameJson(printTokens(view), printTokens(plain));
    });
  }

  /** A name that no block has at any schema version, before or after. */
  private idInCopy(i: number, s: number, hidden: string, copy: string): string {
    const taken = new Set(idsIn((this.step(i) as Saving).document));
    for (const { version } of this.ladder.versions)
      for (const id of idsIn(this.at(i - 1, version))) taken.add(id);
    for (const id of idsIn(this.at(i - 1, s))) taken.add(id);
    let name = `${hidden}-${copy}`;
    for (let count = 2; taken.has(name); count++) name = `${hidden}-${copy}-${count}`;
    return name;
  }

  /** What was sent, in which every item without `_id` has a number: that of what it was, or a new one. */
  private recognised(i: number, step: Exclude<Step, { readonly kind: 'restore' }>): JsonObject {
    const document = copyJson(step.document);
    const { schemaVersion } = step;
    const seen = step.kind === 'save' ? this.at(i - 1, schemaVersion) : {};
    const copies = step.kind === 'save' ? step.copies : {};
    const types = this.typesAt(schemaVersion);
    const blocks = blocksById(seen);
    const before = (id: string): JsonObject | undefined => {
      const passed = new Set<string>();
      for (let next: string | undefined = id; next !== undefined && !passed.has(next); next = copies[next]) {
        if (blocks.has(next)) return blocks.get(next);
        passed.add(next);
      }
      return undefined;
    };
    const visit = (at: At, was: Maybe, is: Maybe): void => {
      if (isArray(is)) {
        const list = isArray(was) ? was : [];
        const origins = itemOrigins(list, is, keyOf(at), true);
        const numbers = is.map((item, index) => {
          if (blockId(item) !== undefined) return unknownItem;
          const known = tokensOf(list)?.[origins[index] ?? -1] ?? unknownItem;
          return known === unknownItem ? this.nextItem++ : known;
        });
        giveTokens(is, numbers);
        for (const [index, item] of is.entries()) visit(inItem(at, index), list[origins[index] ?? -1], item);
      } else if (isObject(is)) {
        const id = blockId(is);
        const whole = id === undefined ? was : before(id);
        const one = isObject(whole) && (id !== undefined || blockId(whole) === undefined) ? whole : {};
        const here = inBlock(at, is, types.schemaOf);
        for (const name of Object.keys(is))
          visit(inField(here, name), Object.hasOwn(one, name) ? one[name] : undefined, is[name]);
      }
    };
    const root: At = { pointer: '', path: [], type: this.type, schema: types.schemaOf(this.type) };
    for (const name of Object.keys(document))
      visit(inField(root, name), Object.hasOwn(seen, name) ? seen[name] : undefined, document[name]);
    return document;
  }

  private typesAt(t: number): TypesHere {
    const { pages, blocks } = this.ladder.at(t).types;
    return { type: this.type, schemaOf: (name) => pages.get(name) ?? blocks.get(name) };
  }
}

type Saving = Extract<Step, { readonly kind: 'save' }>;
