import { isStandIn } from '../blocks.js';
import type { BrokenBlock } from '../conversion.js';
import { Conversions } from '../conversions.js';
import { highestToken, printTokens } from './item-tokens.js';
import { sizeOf } from '../json/document-size.js';
import { member, unbounded, type JsonObject, type Spend } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { LastSeenBlocks, rememberedAfter, remembersAny } from './last-seen.js';
import { merge, originalOf } from './merge.js';
import { MergedSlots } from './merged-slots.js';
import type { TypesHere } from './merge-point.js';
import { placesIn, type Places } from './places.js';
import { rememberedBefore } from './plain-run.js';
import { recogniseItems } from './recognise-items.js';
import { StepCounter, stepsOf } from '../steps.js';
import { ViewComparison } from './view-comparison.js';
import {
  knownView,
  nothing,
  numbered,
  viewAt,
  type EarlierVersion,
  type LastSeenVersions,
  type StoredVersion,
} from '../views.js';

/** What a client sends on top of a version. */
export interface SentVersion {
  readonly schemaVersion: number;
  readonly document: JsonObject;
  /** `_id` of a block → `_id` of the block that it is a copy of. */
  readonly copies: ReadonlyMap<string, string>;
}

/** A place where a save replaced something that its author could not see in full. */
export interface Overwritten {
  readonly schemaVersion: number;
  readonly pointer: string;
}

export interface Saved {
  readonly version: StoredVersion;
  /** By schema version, ascending. */
  readonly overwritten: readonly Overwritten[];
  /** Blocks of the document that can't be seen at some schema version. */
  readonly broken: readonly BrokenBlock[];
  /** `_id`s that the client gave to new blocks, and that blocks have which it could not see. */
  readonly taken: ReadonlySet<string>;
}

/**
 * The version that a save makes of the one below it. At every schema version that there is a way to, three views meet:
 * what the client saw, what it sent, and what readers there had.
 * @param spend is told of each step of a merge (`../steps.ts`); what is in the log is merged whatever it takes
 */
export function saved(
  ladder: Ladder,
  base: StoredVersion,
  sent: SentVersion,
  earlier: EarlierVersion,
  spend: Spend = unbounded,
): Saved {
  if (!isMerged(base, sent)) {
    const { schemaVersion, document } = sent;
    const { number, type, lastSeen } = base;
    const version = {
      number: number + 1,
      type,
      schemaVersion,
      document,
      views: nothing,
      items: nothing,
      lastSeen,
    };
    return { version, overwritten: [], broken: [], taken: new Set() };
  }
  return new Saving(ladder, base, sent, earlier, spend).saved();
}

/** Where every view is a plain conversion, so is every view of a save at the same schema version. */
function isMerged(base: StoredVersion, { schemaVersion, document }: SentVersion): boolean {
  if (base.views.size > 0 || base.schemaVersion !== schemaVersion) return true;
  if (base.lastSeen.size === 0) return false;
  return [base.document, document].some((one) => remembersAny(base.lastSeen, placesIn(one)));
}

/** Looking at what was seen, what was sent or what readers had in all of a merge at one schema version takes so many times its steps. */
const stepsOfMerge = 4;
/** A view that is kept is compared, printed and written: in the time of a step so many characters of its texts. */
const stepsOfKeeping = 3;
const charactersPrinted = 16;
class Saving {
  private readonly seen: JsonObject;
  private readonly blocks: Places;
  /** Of new blocks. */
  private readonly newIds: readonly string[];
  private readonly standIns: ReadonlySet<string>;
  private readonly remembered: LastSeenVersions;
  private readonly lastSeenBlocks: LastSeenBlocks;
  private readonly namesInCopies = new Map<string, Map<string, string>>();
  private readonly steps = new StepCounter();
  private allIds: Set<string> | undefined;

  constructor(
    private readonly ladder: Ladder,
    private readonly base: StoredVersion,
    private readonly sent: SentVersion,
    earlier: EarlierVersion,
    private readonly spend: Spend,
  ) {
    const { schemaVersion, document, copies } = sent;
    for (const view of [base.document, document, ...base.views.values()]) spend(stepsOfMerge * stepsOf(view));
    this.seen = viewAt(ladder, base, schemaVersion);
    const seenBlocks = placesIn(this.seen);
    this.blocks = placesIn(document);
    this.newIds = [...this.blocks.keys()].filter((id) => !seenBlocks.has(id));
    this.standIns = new Set([...this.blocks].flatMap(([id, block]) => (isStandIn(block) ? [id] : [])));
    const wanted = new Set([...this.blocks.keys(), ...copies.values()]);
    for (const id of this.standIns) {
      const of = member(this.blocks.get(id) ?? {}, 'of');
      if (typeof of === 'string') wanted.add(of);
    }
    this.remembered = rememberedBefore(ladder, base, earlier, spend);
    this.lastSeenBlocks = new LastSeenBlocks(ladder, this.remembered, schemaVersion, {
      wanted,
      earlier,
      spend,
    });
    let token = this.highestToken();
    recogniseItems(this.seen, document, this.typesAt(schemaVersion), {
      originalOf: (id) => originalOf(copies, id, (one) => seenBlocks.has(one)),
      freshToken: () => ++token,
      spend,
    });
  }

  saved(): Saved {
    const { ladder, base, sent } = this;
    const { type } = base;
    const { schemaVersion, document, copies } = sent;
    const views = new Map<number, JsonObject>();
    const items = new Map([[schemaVersion, printTokens(document)]]);
    const lastSeen = new Map<number, ReadonlyMap<string, number>>();
    const remember = (there: number, other: JsonObject, content: JsonObject): void => {
      const remembered = rememberedAfter(this.remembered.get(there), other, content, base.number);
      if (remembered.size > 0) lastSeen.set(there, remembered);
    };
    const overwritten: Overwritten[] = [];
    const broken: BrokenBlock[] = [];
    const taken = new Set<string>();
    const seenAt = new Conversions(ladder, type, schemaVersion, this.seen);
    const sentAt = new Conversions(ladder, type, schemaVersion, document);
    const hadAt = this.readersHad();
    const result = new Conversions(ladder, type, schemaVersion, document, (at) => views.get(at));
    const slots = new MergedSlots();
    const comparison = new ViewComparison();
    let last = schemaVersion;
    for (const there of this.others()) {
      const mine = sentAt.at(there);
      broken.push(...mine.broken);
      // No view there that anybody could have had: nothing but what this client sent.
      if (!this.isKnownAt(there)) continue;
      const baseHere = seenAt.at(there).content;
      const other = hadAt.at(there).content;
      const documents = [baseHere, mine.content, other];
      const areBlocksAsBefore = slots.next(
        documents,
        this.standIns.size === 0 && !this.touchesBlocks(last, there),
      );
      for (const one of documents) this.spendOn(one, areBlocksAsBefore);
      if (!areBlocksAsBefore) for (const id of this.takenAt(baseHere, other)) taken.add(id);
      const save = {
        base: baseHere,
        mine: mine.content,
        other,
        copies,
        lastSeen: this.lastSeenBlocks.at(there, other),
        standIns: this.standIns,
        idInCopy: (hidden: string, copy: string) => this.idInCopy(hidden, copy),
      };
      const merged = merge(save, {
        ...this.typesAt(there),
        rules: ladder.way(schemaVersion, there).rules,
        slots,
        spend: this.spend,
      });
      for (const pointer of merged.overwritten) overwritten.push({ schemaVersion: there, pointer });
      const isAsLast = areBlocksAsBefore && this.remembered.size === 0;
      const lastRemembered = lastSeen.get(last);
      if (!isAsLast) remember(there, other, merged.content);
      else if (lastRemembered) lastSeen.set(there, lastRemembered);
      last = there;
      if (comparison.isSame(merged.content, result.at(there).content)) continue;
      this.spendOnKeeping(merged.content);
      views.set(there, merged.content);
      items.set(there, printTokens(merged.content));
    }
    remember(schemaVersion, this.seen, document);
    overwritten.sort((a, b) => a.schemaVersion - b.schemaVersion);
    const parts = { number: base.number + 1, type, schemaVersion, document, lastSeen };
    return {
      version: { ...parts, views, items: views.size > 0 ? items : nothing },
      overwritten,
      broken,
      taken,
    };
  }

  /** Before a view is merged. */
  private spendOn(view: JsonObject, areBlocksAsBefore: boolean): void {
    this.spend(stepsOfMerge * this.steps.of(view, () => areBlocksAsBefore));
    if (this.remembered.size > 0) this.spend(this.steps.of(view)); // it is looked for blocks that have come or gone
  }

  private spendOnKeeping(view: JsonObject): void {
    this.spend(stepsOfKeeping * this.steps.of(view) + sizeOf(view).characters / charactersPrinted);
  }

  /** The other schema versions that there is a way to, those next to the client's first in both directions. */
  private others(): readonly number[] {
    const { schemaVersion } = this.sent;
    const versions = this.ladder.versions.map(({ version }) => version);
    const above = versions.filter((version) => version > schemaVersion);
    const below = versions.filter((version) => version < schemaVersion).reverse();
    return [...above, ...below].filter((version) => this.ladder.leads(schemaVersion, version));
  }

  private isKnownAt(there: number): boolean {
    return this.ladder.leads(this.base.schemaVersion, there) || this.base.views.has(there);
  }

  /** `V(b,t)`. Of a version that was saved above this ladder, all that is known is its views. */
  private readersHad(): Conversions {
    const { ladder, base } = this;
    const known = (at: number): JsonObject | undefined => knownView(base, at);
    const newest = base.schemaVersion > ladder.finalized ? known(ladder.finalized) : undefined;
    const [from, document] = newest ? [ladder.finalized, newest] : [base.schemaVersion, numbered(base)];
    return new Conversions(ladder, base.type, from, document, known);
  }

  /** Whether a rung between two schema versions has to do with blocks, or may have: there is not always a way. */
  private touchesBlocks(from: number, to: number): boolean {
    const { type } = this.base;
    if (!this.ladder.leads(from, to)) return true;
    return this.ladder
      .way(from, to)
      .legs.some(({ steps, isOpaque }) => isOpaque || [...steps.keys()].some((name) => name !== type));
  }

  private typesAt(schemaVersion: number): TypesHere {
    const { types } = this.ladder.at(schemaVersion);
    return { type: this.base.type, schemaOf: (name) => types.pages.get(name) ?? types.blocks.get(name) };
  }

  private highestToken(): number {
    let highest = highestToken(numbered(this.base));
    for (const tokens of this.base.items.values())
      for (const token of tokens) if (token > highest) highest = token;
    return highest;
  }

  private takenAt(base: JsonObject, other: JsonObject): readonly string[] {
    if (this.newIds.length === 0) return [];
    const [seen, had] = [placesIn(base), placesIn(other)];
    return this.newIds.filter((id) => had.has(id) && !seen.has(id));
  }

  /** One name at all schema versions, and one that no block has at any of them. */
  private idInCopy(hidden: string, copy: string): string {
    const names = this.namesInCopies.get(copy) ?? new Map<string, string>();
    this.namesInCopies.set(copy, names);
    const known = names.get(hidden);
    if (known !== undefined) return known;
    this.allIds ??= this.everyId();
    this.spend(hidden.length + copy.length); // both may be long, and there may be many
    let name = `${hidden}-${copy}`;
    for (let count = 2; this.allIds.has(name); count++) name = `${hidden}-${copy}-${count}`;
    this.allIds.add(name);
    names.set(hidden, name);
    return name;
  }

  private everyId(): Set<string> {
    const ids = new Set([...this.blocks.keys(), ...placesIn(this.seen).keys()]);
    for (const { version } of this.ladder.versions) {
      if (!this.isKnownAt(version)) continue;
      this.spend(stepsOf(this.base.document));
      for (const id of placesIn(viewAt(this.ladder, this.base, version)).keys()) ids.add(id);
    }
    return ids;
  }
}
