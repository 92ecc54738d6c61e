import { blockId, blockType } from '../blocks.js';
import { isArray, isObject, type JsonObject, type JsonValue, type Spend } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { stepsOf } from '../steps.js';
import { viewAt, type EarlierVersion, type LastSeenVersions, type StoredVersion } from '../views.js';
import { placesIn, type Places } from './places.js';

/** So many versions of a run are looked at, the newest first. */
const longestRun = 20;

/**
 * What is remembered of blocks before a save. Versions at the schema version of the one before, where all views are plain
 * conversions, note nothing: what blocks they have taken away is made up for by the next save that has to be merged.
 */
export function rememberedBefore(
  ladder: Ladder,
  base: StoredVersion,
  earlier: EarlierVersion,
  spend: Spend,
): LastSeenVersions {
  const gone = goneInRun(base, earlier, spend);
  if (gone.size === 0) return base.lastSeen;
  const remembered = new Map(base.lastSeen);
  for (const { version: at } of ladder.versions) {
    const blocks = new Map(base.lastSeen.get(at));
    const shown = new Map<StoredVersion, Places>();
    const shows = (version: StoredVersion, id: string): boolean => {
      const places = shown.get(version) ?? placesAt(ladder, version, at, spend);
      shown.set(version, places);
      const block = places.get(id);
      return block !== undefined && blockType(block) !== 'broken';
    };
    for (const [id, versions] of gone) {
      const had = versions.length === 1 ? versions[0] : versions.find((version) => shows(version, id));
      if (had && !blocks.has(id)) blocks.set(id, had.number);
    }
    if (blocks.size > 0) remembered.set(at, blocks);
  }
  return remembered;
}

function placesAt(ladder: Ladder, version: StoredVersion, at: number, spend: Spend): Places {
  if (!ladder.leads(version.schemaVersion, at)) return new Map();
  spend(stepsOf(version.document));
  return placesIn(viewAt(ladder, version, at));
}

/** Blocks that are not where they were in the run of plain versions that ends with this one: who had them, newest first. */
function goneInRun(
  base: StoredVersion,
  earlier: EarlierVersion,
  spend: Spend,
): ReadonlyMap<string, readonly StoredVersion[]> {
  const gone = new Map<string, StoredVersion[]>();
  let next = base;
  const standpoints = new Standpoints();
  let after: ReadonlyMap<string, number> | undefined;
  for (let count = 0; count < longestRun && next.views.size === 0 && next.number > 1; count++) {
    const before = earlier(next.number - 1);
    if (!before || before.views.size > 0 || before.schemaVersion !== next.schemaVersion) break;
    spend(stepsOf(before.document));
    after ??= standpoints.in(next.document);
    const then = standpoints.in(before.document);
    for (const [id, standpoint] of then) {
      if (after.get(id) === standpoint) continue;
      const had = gone.get(id);
      if (had) had.push(before);
      else gone.set(id, [before]);
    }
    next = before;
    after = then;
  }
  return gone;
}

/** Numbers for where blocks stand: one for the same type inside of the same blocks, of the same types. */
class Standpoints {
  private readonly numbers = new Map<string, number>();

  /** Of each block in a document, by `_id`. */
  in(document: JsonObject): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    const visit = (value: JsonValue, around: number): void => {
      if (isArray(value)) {
        for (const item of value) visit(item, around);
      } else if (isObject(value)) {
        const id = blockId(value);
        const here = id === undefined ? around : this.numberOf(around, id, blockType(value));
        if (id !== undefined && !found.has(id)) found.set(id, here);
        for (const key of Object.keys(value)) visit(value[key] as JsonValue, here);
      }
    };
    visit(document, 0);
    return found;
  }

  /** Of a block; what stands in it needs that number only, and not the names of all blocks around it. */
  private numberOf(around: number, id: string, type: string | undefined): number {
    const key = JSON.stringify([around, id, type]);
    const number = this.numbers.get(key) ?? this.numbers.size + 1;
    this.numbers.set(key, number);
    return number;
  }
}
