import type { Database } from '../log/database.js';
import type { RecordedEvent } from '../events/event.js';
import { contentVersionOf } from '../events/page.js';
import { olderViewWriter } from '../log/older-views.js';
import { finalityFinder, schemaVersionsOfReturn } from '../log/version-history.js';
import { pageTypeFinder, storedVersionFinder } from '../projections/stored-versions.js';
import { convert } from '../schema/conversion.js';
import { copyJson, sameJson, type JsonObject } from '../schema/json/json.js';
import type { Ladder } from '../schema/ladder.js';
import { viewAt } from '../schema/views.js';

/**
 * Leaves behind how content looks to the older programs that may yet take the log back, in the transaction that appends
 * it. To be called with each event when it is projected. Content that those programs can read costs a comparison.
 */
export function olderViewKeeper(db: Database, ladder: Ladder): (event: RecordedEvent) => void {
  const add = olderViewWriter(db);
  const stored = storedVersionFinder(db);
  const typeOf = pageTypeFinder(db);
  const finality = finalityFinder(db);
  let finalEpoch = finality()?.epoch;
  let older = olderVersions();

  function olderVersions(): ReadonlySet<number> {
    const isOlder = (version: number): boolean =>
      version < ladder.finalized && ladder.leads(ladder.finalized, version);
    return new Set(schemaVersionsOfReturn(db).filter(isOlder));
  }

  return (event) => {
    if (older.size === 0 || (event.type !== 'PageCreated' && event.type !== 'PageSaved')) return;
    const newest = Math.max(...[...older].filter((version) => version < event.schemaVersion));
    if (newest < 1) return;
    // Another process may have given up going back meanwhile.
    const epoch = finality()?.epoch;
    if (epoch !== finalEpoch) {
      finalEpoch = epoch;
      older = olderVersions();
      return;
    }
    const page = { number: event.streamNumber, type: typeOf(event.streamNumber) };
    const version = stored(page, contentVersionOf(event));
    let above: { readonly at: number; readonly content: JsonObject } | undefined;
    for (let at = newest; at >= 1 && ladder.leads(event.schemaVersion, at); at--) {
      const content = viewAt(ladder, version, at);
      const isPlain =
        above &&
        sameJson(convert(ladder, version.type, copyJson(above.content), above.at, at).content, content);
      if (isPlain && !older.has(at)) continue;
      add(event.position, at, JSON.stringify(content));
      above = { at, content };
    }
  };
}
