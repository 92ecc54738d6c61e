import type { Access } from '../../access/access.js';
import { isPageEvent, type RecordedEvent } from '../../events/event.js';
import { familyOf, type Family } from '../../events/event-types.js';
import type { Database } from '../../log/database.js';
import { storedEventReader, type StoredEvent, type StoredEventReader } from '../../log/read-log.js';
import type { ReadModel } from '../read-model.js';
import { accessThenFinder, type AccessThen } from './grants-then.js';
import { appearances, isShownBeneath, type Appearance } from './readers-feed.js';
import { momentWalker, type Change, type FeedMoment, type FeedPlace } from './walk-moments.js';
import { seenWithin } from './within.js';

/** What is told to those who see a part of the site: events as they are, and what the rest of the site does to their part. */
export type PartTold =
  | { readonly kind: 'event'; readonly stored: StoredEvent }
  /** From here on a page is theirs, or there again. What it is then goes with it. */
  | { readonly kind: 'entered'; readonly change: Change }
  /** A page is theirs no longer, or was deleted. */
  | { readonly kind: 'left'; readonly position: number; readonly page: string }
  /** Of a page that they see as readers do. */
  | { readonly kind: 'appearance'; readonly appearance: Appearance };

export interface PartPiece {
  readonly told: readonly PartTold[];
  readonly place: FeedPlace;
  readonly isAll: boolean;
}

/** What somebody sees; of that, where `within` is given, the page with that id and all beneath it. */
export interface Part {
  readonly access: Access;
  readonly within?: string;
}

/** Pages that are looked at for one piece: most of them may have nothing to be told of. */
const lookedLimit = 1_000;

/**
 * The log for those who see all of some pages, and nothing (or what is published) of the others, or did so once. Who takes it from
 * the beginning and who follows it know the same in the end: what they may see now.
 */
export function partFeed(model: ReadModel) {
  const { db } = model;
  const accessThen = accessThenFinder(db);
  const eventsOf = readerByFamilies(db);
  const walk = momentWalker(db);
  const anchorOf = db.prepare<[string], { number: number; id: string }>(
    'SELECT number, id FROM pages WHERE id = ?',
  );

  /** @param most events that are read, of at most `mostBytes` unless the first alone has more */
  return (part: Part, after: FeedPlace, most: number, mostBytes?: number): PartPiece => {
    const first = after.within !== undefined ? after.event : after.event + 1;
    const { access, then } = narrowed(part, accessThen(part.access));
    const read = eventsOf(access.families);
    const events = read(first - 1, most, mostBytes);
    const last = events.at(-1)?.event.position ?? model.position();
    const rest = events.length === 0 ? [] : read(last, 1, 0);
    const until = rest.length === 0 ? Infinity : last;
    const moments: readonly FeedMoment[] = [
      ...events.map((stored) => ({
        position: stored.event.position,
        root: { number: stored.event.streamNumber, id: stored.event.stream },
      })),
      ...then.changes
        .filter(({ position }) => position >= first && position <= until)
        .map(({ position, anchor }) => ({
          position,
          root: anchor === null ? null : (anchorOf.get(anchor) ?? null),
        })),
    ].sort((one, other) => one.position - other.position);
    const byPosition = new Map(events.map((stored) => [stored.event.position, stored]));
    const isSeenNow = (id: string): boolean => model.sightOf(id, access) === 'all';
    const tell = (change: Change): readonly PartTold[] => [
      ...appearances(change).map((appearance) => ({ kind: 'appearance', appearance }) as const),
      ...tellAll(change),
    ];
    const tellAll = (change: Change): readonly PartTold[] => {
      const { position, page } = change;
      const stored = byPosition.get(position);
      const isOwn = stored?.event.stream === page.id;
      if (isOwn && !isPageEvent(stored.event)) {
        return change.accessNow.families.includes(familyOf(stored.event.type))
          ? [{ kind: 'event', stored }]
          : [];
      }
      const [was, is] = [isTheirs(change, 'before'), isTheirs(change, 'now')];
      if (!is) return was ? [{ kind: 'left', position, page: page.id }] : [];
      if (!isSeenNow(page.id)) return [];
      const isKnown = was || stored?.event.type === 'PageCreated';
      if (isOwn && isKnown && staysWithin(stored.event, change)) return [{ kind: 'event', stored }];
      return was && !isOwn ? [] : [{ kind: 'entered', change }];
    };
    const limits = { tell, isInherited, most: Math.max(most, lookedLimit) };
    const { told, place, isAll } = walk(moments, after, then, limits);
    return { told, place, isAll: isAll && rest.length === 0 };
  };
}

/** Prepares one statement for each choice of families: there are few. */
function readerByFamilies(db: Database): (families: readonly Family[]) => StoredEventReader {
  const known = new Map<string, StoredEventReader>();
  return (families) => {
    const key = families.join();
    const read = known.get(key) ?? storedEventReader(db, { families });
    known.set(key, read);
    return read;
  };
}

function narrowed({ access, within }: Part, then: AccessThen): { access: Access; then: AccessThen } {
  if (within === undefined) return { access, then };
  const at = (position: number): Access => seenWithin(then.at(position), within);
  return { access: seenWithin(access, within), then: { ...then, at } };
}

function isTheirs({ before, now, accessBefore, accessNow }: Change, when: 'before' | 'now'): boolean {
  const [page, access] = when === 'before' ? [before, accessBefore] : [now, accessNow];
  return page?.deletedRoot === null && access.sightOf(page) === 'all';
}

/** What is deleted goes with all that hangs beneath it, whosever it is. */
function isInherited(change: Change): boolean {
  const [was, is] = [change.before?.deletedRoot, change.now?.deletedRoot];
  if (isShownBeneath(change)) return true;
  return isTheirs(change, 'before') !== isTheirs(change, 'now') || (was === null) !== (is === null);
}

/** Whether an event says nothing of a place that is not for these eyes: a page may be moved from one part of theirs to another. */
function staysWithin(event: RecordedEvent, { now, accessNow }: Change): boolean {
  if (event.type !== 'PageMoved' || event.data.parent === null) return true;
  const above = now?.above ?? [];
  const parent = { id: event.data.parent, above: above.slice(0, -1), deletedRoot: null };
  return accessNow.sightOf({ ...parent, publishedVersion: null, isProtected: false }) === 'all';
}
