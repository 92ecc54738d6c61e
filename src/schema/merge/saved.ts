import { isStandIn } from '../blocks.js';
import type { BrokenBlock } from '../conversion.js';
import { Conversions } from '../conversions.js';
import { CopyNames } from './copy-names.js';
import { highestToken, printTokens } from './item-tokens.js';
import { member, unbounded, type JsonObject, type Spend } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { LastSeenBlocks, rememberedAfter, remembersAny } from './last-seen.js';
import { originalOf } from './known-blocks.js';
import { merge } from './merge.js';
import { MergePrice } from './merge-price.js';
import { MergedSlots } from './merged-slots.js';
import type { TypesHere } from './merge-point.js';
import { otherVersions, touchesBlocks } from './other-versions.js';
import { placesIn, type Places } from './places.js';
import { rememberedBefore } from './plain-run.js';
import { recogniseItems } from './recognise-items.js';
import { stepsOf } from '../steps.js';
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

class Saving {
  private readonly seen: JsonObject;
  private readonly blocks: Places;
  /** Of new blocks. */
  private readonly newIds: readonly string[];
  private readonly standIns: ReadonlySet<string>;
  private readonly remembered: LastSeenVersions;
  private readonly lastSeenBlocks: LastSeenBlocks;
  private readonly price: MergePrice;

  constructor(
    private readonly ladder: Ladder,
    private readonly base: StoredVersion,
    private readonly sent: SentVersion,
    earlier: EarlierVersion,
    private readonly spend: Spend,
  ) {
    const { schemaVersion, document, copies } = sent;
    this.price = new MergePrice(spend);
    for (const view of [base.document, document, ...base.views.values()]) this.price.ofSeeing(view);
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
    const copyNames = new CopyNames(() => this.everyId(), this.spend);
    let last = schemaVersion;
    for (const there of otherVersions(ladder, schemaVersion)) {
      const mine = sentAt.at(there);
      broken.push(...mine.broken);
      // No view there that anybody could have had: nothing but what this client sent.
      if (!this.isKnownAt(there)) continue;
      const baseHere = seenAt.at(there).content;
      const other = hadAt.at(there).content;
      const documents = [baseHere, mine.content, other];
      const areBlocksAsBefore = slots.next(
        documents,
        this.standIns.size === 0 && !touchesBlocks(ladder, type, last, there),
      );
      for (const one of documents) this.price.ofMerging(one, areBlocksAsBefore, this.remembered.size > 0);
      if (!areBlocksAsBefore) for (const id of this.takenAt(baseHere, other)) taken.add(id);
      const save = {
        base: baseHere,
        mine: mine.content,
        other,
        copies,
        lastSeen: this.lastSeenBlocks.at(there, other),
        standIns: this.standIns,
        idInCopy: (hidden: string, copy: string) => copyNames.idFor(hidden, copy),
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
      this.price.ofKeeping(merged.content);
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

  /** Of every block at every schema version that anybody could have seen the page at. */
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
