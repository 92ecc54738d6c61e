import { blockType, isStandIn } from '../blocks.js';
import { convert } from '../conversion.js';
import { copyJson, member, type JsonObject, type Spend } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import type { LastSeen } from './merge-sight.js';
import { placesIn, type Places } from './places.js';
import { stepsOf } from '../steps.js';
import { rememberedBefore } from './plain-run.js';
import { viewAt, type EarlierVersion, type LastSeenVersions, type StoredVersion } from '../views.js';

/** It is converted for its author and for readers, and copied. */
const stepsOfLook = 4;

/** A save looks back at so many earlier versions, the newest first. */
const versionsLimit = 20;

/** Whether any of these blocks is remembered. */
export function remembersAny(lastSeen: LastSeenVersions, blocks: Places): boolean {
  return [...lastSeen.values()].some((ids) => [...ids.keys()].some((id) => blocks.has(id)));
}

/** What is looked for, and where. */
interface LookBack {
  /** `_id`s of blocks in a save, and of blocks that these stand for or are copies of. */
  readonly wanted: ReadonlySet<string>;
  readonly earlier: EarlierVersion;
  readonly spend: Spend;
}

/** Looks up, for one save, blocks that come back: what its author saw of them then, and what readers had. */
export class LastSeenBlocks {
  private readonly versions = new Map<number, StoredVersion>();

  /**
   * @param writer the schema version of the save
   */
  constructor(
    private readonly ladder: Ladder,
    private readonly lastSeen: LastSeenVersions,
    private readonly writer: number,
    private readonly lookBack: LookBack,
  ) {
    const { wanted, earlier } = lookBack;
    const numbers = new Set<number>();
    for (const ids of lastSeen.values()) {
      for (const [id, number] of ids) if (wanted.has(id)) numbers.add(number);
    }
    for (const number of [...numbers].sort((a, b) => b - a).slice(0, versionsLimit)) {
      const version = earlier(number);
      if (version) this.versions.set(number, version);
    }
  }

  /** For readers at a schema version who have `other` now. */
  at(schemaVersion: number, other: JsonObject): ReadonlyMap<string, LastSeen> {
    const found = new Map<string, LastSeen>();
    const remembered = this.versions.size > 0 ? this.lastSeen.get(schemaVersion) : undefined;
    if (!remembered) return found;
    const now = placesIn(other);
    const views = new Map<number, { readonly base: Places; readonly other: Places }>();
    for (const [id, number] of remembered) {
      const block = now.get(id);
      if (!this.lookBack.wanted.has(id) || (block !== undefined && blockType(block) !== 'broken')) continue;
      const version = this.versions.get(number);
      if (!version) continue;
      const then = views.get(number) ?? this.placesOf(version, schemaVersion);
      views.set(number, then);
      const had = then.other.get(id);
      if (had) found.set(id, { base: then.base.get(id), other: had });
    }
    return found;
  }

  /** Copies, of whose items nothing is known: they are of another time. */
  private placesOf(
    version: StoredVersion,
    reader: number,
  ): { readonly base: Places; readonly other: Places } {
    const { type } = version;
    this.lookBack.spend(stepsOfLook * stepsOf(version.views.get(reader) ?? version.document));
    const isSeen = isSeenAt(this.ladder, version, this.writer) && this.ladder.leads(this.writer, reader);
    const seen = isSeen ? copyJson(viewAt(this.ladder, version, this.writer)) : undefined;
    return {
      base: seen ? placesIn(convert(this.ladder, type, seen, this.writer, reader).content) : new Map(),
      other: isSeenAt(this.ladder, version, reader)
        ? placesIn(copyJson(viewAt(this.ladder, version, reader)))
        : new Map(),
    };
  }
}

function isSeenAt(ladder: Ladder, { schemaVersion, views }: StoredVersion, reader: number): boolean {
  return ladder.leads(schemaVersion, reader) || views.has(reader);
}

/**
 * What is remembered at one schema version after a save: blocks that readers had and have no more, or only as `broken`.
 * @param base the content version that had them
 */
export function rememberedAfter(
  before: ReadonlyMap<string, number> | undefined,
  other: JsonObject,
  content: JsonObject,
  base: number,
): ReadonlyMap<string, number> {
  const after = new Map(before);
  const there = placesIn(content);
  const isShown = (id: string): boolean => {
    const block = there.get(id);
    return block !== undefined && blockType(block) !== 'broken';
  };
  for (const id of after.keys()) if (isShown(id)) after.delete(id);
  for (const [id, block] of placesIn(other))
    if (blockType(block) !== 'broken' && !isShown(id)) after.set(id, base);
  return after;
}

/**
 * Finds a stand-in that the client may have seen in an earlier version, for a block that is gone by now: by its `_id`,
 * which is what the stand-in says it stands for.
 */
export function formerStandIns(
  ladder: Ladder,
  base: StoredVersion,
  schemaVersion: number,
  { earlier, spend }: Pick<LookBack, 'earlier' | 'spend'>,
): (id: string) => JsonObject | undefined {
  let remembered: LastSeenVersions | undefined;
  const views = new Map<number, Places>();
  const shownIn = (number: number): Places => {
    const known = views.get(number);
    if (known) return known;
    const version = earlier(number);
    if (version) spend(stepsOf(version.document));
    const isSeen = version && isSeenAt(ladder, version, schemaVersion);
    const shown: Places = isSeen ? placesIn(viewAt(ladder, version, schemaVersion)) : new Map();
    views.set(number, shown);
    return shown;
  };
  return (id) => {
    if (shownIn(base.number).has(id)) return undefined;
    remembered ??= rememberedBefore(ladder, base, earlier, spend);
    const numbers = new Set([...remembered.values()].flatMap((ids) => ids.get(id) ?? []));
    for (const number of [...numbers].sort((a, b) => b - a)) {
      const block = shownIn(number).get(id);
      if (block && isStandIn(block) && member(block, 'of') === id) return block;
    }
    return undefined;
  };
}
