import type { Database } from '../log/database.js';
import type { PageEvent, RecordedEvent } from '../events/event.js';
import { requireContent } from '../log/erased.js';
import { olderViewFinder } from '../log/older-views.js';
import { convert } from '../schema/conversion.js';
import { copyWithTokens, highestToken, numberItems, printTokens } from '../schema/merge/item-tokens.js';
import { unbounded, type JsonObject } from '../schema/json/json.js';
import type { Ladder } from '../schema/ladder.js';
import { rememberedAfter } from '../schema/merge/last-seen.js';
import { recogniseItems } from '../schema/merge/recognise-items.js';
import { saved } from '../schema/merge/saved.js';
import { nothing, viewAt, type StoredVersion } from '../schema/views.js';
import { lastSeenFinder } from './last-seen.js';
import { earlierVersions, pageTypeFinder, storedVersionFinder } from './stored-versions.js';

export type Recorded<T extends PageEvent['type']> = RecordedEvent<Extract<PageEvent, { type: T }>>;

/** How a version is seen where that is not what a conversion makes of what was sent. */
export type SeenAs = Pick<StoredVersion, 'views' | 'items' | 'lastSeen'>;

export const asSent: SeenAs = { views: nothing, items: nothing, lastSeen: nothing };

/** The version that the event in hand makes, where somebody has worked it out. */
export type Decided = () => StoredVersion | undefined;

/** What saves make of the versions that they are based on. */
export function versionsOfSaves(
  db: Database,
  log: Database,
  ladder: Ladder,
  decided: Decided = () => undefined,
): (event: Recorded<'PageSaved'>) => SeenAs {
  const stored = storedVersionFinder(db, log);
  const typeOf = pageTypeFinder(log);
  return ({ streamNumber, schemaVersion, content, data }) => {
    const known = decided();
    if (known) return known;
    const copies = new Map(Object.entries(data.copies ?? {}));
    const document = JSON.parse(requireContent(content)) as JsonObject;
    const page = { number: streamNumber, type: typeOf(streamNumber) };
    const find = (version: number): StoredVersion => stored(page, version);
    const sent = { schemaVersion, document, copies };
    return saved(ladder, find(data.base), sent, earlierVersions(find)).version;
  };
}

/**
 * How a version looks that was saved above this ladder: what a newer program has left behind, and below that what a
 * conversion makes of it. So nobody ever asks for what only the newer one can work out.
 */
export function versionsLeftBehind(
  db: Database,
  log: Database,
  ladder: Ladder,
): (event: Recorded<'PageCreated' | 'PageSaved'>) => SeenAs {
  let find: ReturnType<typeof olderViewFinder> | undefined;
  const typeOf = pageTypeFinder(log);
  const lastSeenOf = lastSeenFinder(db);
  const stored = storedVersionFinder(db, log);
  const rememberedOf = (
    event: Recorded<'PageCreated' | 'PageSaved'>,
    views: StoredVersion['views'],
  ): StoredVersion['lastSeen'] => {
    if (event.type === 'PageCreated') return nothing;
    const { streamNumber: number, data } = event;
    const base = earlierVersions((version) => stored({ number, type: typeOf(number) }, version))(data.base);
    const before = lastSeenOf(number);
    if (!base) return before;
    const remembered = Array.from(views, ([at, view]) => {
      const other = viewAt(ladder, base, at);
      return [at, rememberedAfter(before.get(at), other, view, data.base)] as const;
    });
    return new Map(remembered.filter(([, blocks]) => blocks.size > 0));
  };
  return (event) => {
    const { position, schemaVersion, streamNumber } = event;
    find ??= olderViewFinder(log); // the table is there if there is need for it
    const { finalized } = ladder;
    const left = new Map(find(position, finalized).map((view) => [view.schemaVersion, view.content]));
    const newest = left.get(finalized);
    if (newest === undefined) {
      throw new Error(
        `its schema version is ${schemaVersion}, and no view of it at ${finalized} was left behind`,
      );
    }
    const type = typeOf(streamNumber);
    const views = new Map([[finalized, numberItems(JSON.parse(newest) as JsonObject)]]);
    for (let at = finalized - 1; at >= 1 && ladder.leads(finalized, at); at--) {
      const above = views.get(at + 1) as JsonObject; // the one before
      const converted = convert(ladder, type, copyWithTokens(above), at + 1, at).content;
      const text = left.get(at);
      views.set(at, text === undefined ? converted : recognised(ladder, type, at, converted, text));
    }
    const items = new Map(Array.from(views, ([at, view]) => [at, printTokens(view)]));
    return { views, items, lastSeen: rememberedOf(event, views) };
  };
}

/** A view that was left behind: which items are which, it doesn't say. */
function recognised(
  ladder: Ladder,
  type: string,
  at: number,
  converted: JsonObject,
  text: string,
): JsonObject {
  const view = JSON.parse(text) as JsonObject;
  const { types } = ladder.at(at);
  const schemaOf = (name: string) => types.pages.get(name) ?? types.blocks.get(name);
  let token = highestToken(converted);
  recogniseItems(
    converted,
    view,
    { type, schemaOf },
    { originalOf: () => undefined, freshToken: () => ++token, spend: unbounded },
  );
  return view;
}
