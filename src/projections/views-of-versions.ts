import type { Database } from '../events/database.js';
import type { PageEvent, RecordedEvent } from '../events/event.js';
import { requireContent } from '../events/erased.js';
import { olderViewFinder } from '../events/older-views.js';
import { convert } from '../schema/conversion.js';
import type { JsonObject } from '../schema/json.js';
import type { Ladder } from '../schema/ladder.js';
import { saved, type StoredVersion } from '../schema/views.js';
import { pageTypeFinder, storedVersionFinder } from './stored-versions.js';

export type Recorded<T extends PageEvent['type']> = RecordedEvent<Extract<PageEvent, { type: T }>>;
export type Views = StoredVersion['views'];

/** How a saved version looks where that is not what a conversion makes of it. */
export function viewsOfSaves(
  db: Database,
  log: Database,
  ladder: Ladder,
): (event: Recorded<'PageSaved'>) => Views {
  const stored = storedVersionFinder(db, log);
  const typeOf = pageTypeFinder(log);
  return ({ streamNumber, schemaVersion, content, data }) => {
    const copies = new Map(Object.entries(data.copies ?? {}));
    const document = JSON.parse(requireContent(content)) as JsonObject;
    const page = { number: streamNumber, type: typeOf(streamNumber) };
    return saved(ladder, stored(page, data.base), { schemaVersion, document, copies }).version.views;
  };
}

export const noViews: Views = new Map();

/**
 * How a version looks that was saved above this ladder: what a newer program has left behind, and below that what a
 * conversion makes of it. So nobody ever asks for what only the newer one can work out.
 */
export function viewsLeftBehind(
  log: Database,
  ladder: Ladder,
): (event: Recorded<'PageCreated' | 'PageSaved'>) => Views {
  let find: ReturnType<typeof olderViewFinder> | undefined;
  const typeOf = pageTypeFinder(log);
  return ({ position, schemaVersion, streamNumber }) => {
    find ??= olderViewFinder(log); // the table is there if there is need for it
    const { current } = ladder;
    const left = new Map(find(position, current).map((view) => [view.schemaVersion, view.content]));
    const newest = left.get(current);
    if (newest === undefined) {
      throw new Error(
        `its schema version is ${schemaVersion}, and no view of it at ${current} was left behind`,
      );
    }
    const type = typeOf(streamNumber);
    const views = new Map<number, JsonObject>();
    let above = { at: current, text: newest };
    for (let at = current; at >= 1 && ladder.leads(current, at); at--) {
      const text = left.get(at);
      if (text !== undefined) above = { at, text };
      const document = JSON.parse(above.text) as JsonObject;
      views.set(at, above.at === at ? document : convert(ladder, type, document, above.at, at).content);
    }
    return views;
  };
}
