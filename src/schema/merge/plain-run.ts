import { blockId, blockType } from '../blocks.js';
import { isArray, isObject, type JsonObject, type JsonValue } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { viewAt, type EarlierVersion, type LastSeenVersions, type StoredVersion } from '../views.js';
import { placesIn } from './places.js';

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
): LastSeenVersions {
  const gone = goneInRun(base, earlier);
  if (gone.size === 0) return base.lastSeen;
  const remembered = new Map(base.lastSeen);
  for (const { version: at } of ladder.versions) {
    const blocks = new Map(base.lastSeen.get(at));
    for (const [id, versions] of gone) {
      const had =
        versions.length === 1 ? versions[0] : versions.find((version) => shows(ladder, version, at, id));
      if (had && !blocks.has(id)) blocks.set(id, had.number);
    }
    if (blocks.size > 0) remembered.set(at, blocks);
  }
  return remembered;
}

function shows(ladder: Ladder, version: StoredVersion, at: number, id: string): boolean {
  if (!ladder.leads(version.schemaVersion, at)) return false;
  const block = placesIn(viewAt(ladder, version, at)).get(id);
  return block !== undefined && blockType(block) !== 'broken';
}

/** Blocks that are not where they were in the run of plain versions that ends with this one: who had them, newest first. */
function goneInRun(
  base: StoredVersion,
  earlier: EarlierVersion,
): ReadonlyMap<string, readonly StoredVersion[]> {
  const gone = new Map<string, StoredVersion[]>();
  let next = base;
  let after: ReadonlyMap<string, string> | undefined;
  for (let count = 0; count < longestRun && next.views.size === 0 && next.number > 1; count++) {
    const before = earlier(next.number - 1);
    if (!before || before.views.size > 0 || before.schemaVersion !== next.schemaVersion) break;
    after ??= standpoints(next.document);
    const then = standpoints(before.document);
    for (const [id, standpoint] of then) {
      if (after.get(id) !== standpoint) gone.set(id, [...(gone.get(id) ?? []), before]);
    }
    next = before;
    after = then;
  }
  return gone;
}

/** For each block: the blocks that it stands in, and the types of all of them. */
function standpoints(document: JsonObject): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (value: JsonValue, around: string): void => {
    if (isArray(value)) {
      for (const item of value) visit(item, around);
    } else if (isObject(value)) {
      const id = blockId(value);
      const here = id === undefined ? around : `${around} ${JSON.stringify([id, blockType(value)])}`;
      if (id !== undefined && !found.has(id)) found.set(id, here);
      for (const key of Object.keys(value)) visit(value[key] as JsonValue, here);
    }
  };
  visit(document, '');
  return found;
}
