import type { Database } from '../log/database.js';
import { pastAncestryFinder, type Ancestry } from '../projections/ancestry.js';
import { aliveThen, spanAt } from './page-columns.js';
import { walking, type Start } from './tree-walk.js';

/** What became of a page for readers. `changed`: it is another version, or elsewhere, or in another order. */
export type Appearing = 'visible' | 'changed' | 'vanished';

/** One page, as of the position of what happened to it, or to a page above it. */
export interface Appearance {
  readonly position: number;
  readonly kind: Appearing;
  readonly page: string;
  /** Where it is, or was when it vanished; null: outside the tree, or beneath what is not published. */
  readonly path: string | null;
  /** Where it was before, if that is another path. */
  readonly formerPath?: string;
}

/** How far the feed was read: `event` is told, of the pages beneath it those up to the one with the number `within`. */
export interface FeedPlace {
  readonly event: number;
  /** Undefined: the event is told as a whole. */
  readonly within?: number;
}

export interface FeedPiece {
  readonly appearances: readonly Appearance[];
  readonly place: FeedPlace;
  /** Whether nothing more has happened. */
  readonly isAll: boolean;
}

/** A page as of a position: what readers were shown of it, and what it makes of the pages beneath. */
interface Then {
  readonly isAlive: boolean;
  /** What was shown of it; undefined: nothing. */
  readonly shown:
    { readonly path: string | null; readonly placed: number; readonly published: number } | undefined;
  /** Of the pages beneath, where readers know the way. */
  readonly base: string | null;
}

interface ThenRow {
  readonly parent: string | null;
  readonly slug: string | null;
  readonly placed: number;
  readonly isDeleted: number;
  readonly published: number | null;
}

interface EventRow {
  readonly position: number;
  readonly number: number;
  readonly id: string;
}

interface BeneathRow {
  readonly number: number;
  readonly id: string;
}

interface PlaceRow {
  readonly id: string;
  readonly parent: string | null;
  readonly rank: string;
}

const deepest = 1_000_000;

/**
 * Tells what readers were shown otherwise since some place in the log, page by page: an event that moves, hides or shows a page
 * does that to the pages beneath it, too, of which nothing is written. They are found by walking down, a part at a time.
 */
export function readersFeed(db: Database) {
  const eventsFrom = db.prepare<[number, number], EventRow>(
    `SELECT position, page AS number, pages.id AS id FROM appearances JOIN pages ON pages.number = appearances.page
     WHERE is_open = 1 AND position >= ? ORDER BY position LIMIT ?`,
  );
  const placeOf = db.prepare<[{ page: number; at: number }], PlaceRow>(
    `SELECT id, parent, rank FROM places WHERE page = $page AND ${aliveThen}`,
  );
  const numberOf = db.prepare<[string], number>('SELECT number FROM pages WHERE id = ?').pluck();
  const beneath = db.prepare<unknown[], BeneathRow>(
    walking(
      'places',
      `places.slug IS NOT NULL AND ${aliveThen}`,
      'walk.number AS number, walk.id AS id FROM walk',
    ),
  );
  const thenFinder = thenFinders(db);

  /** Where the walk beneath a page goes on behind another one: beneath that, then with what comes after it. */
  const startsAfter = (root: EventRow, within: number, at: number): readonly Start[] => {
    const way: Omit<Start, 'level'>[] = [];
    let page: PlaceRow | undefined = placeOf.get({ page: within, at });
    if (page) way.push({ parent: page.id, rank: '' });
    while (page && page.id !== root.id && page.parent !== null) {
      way.push({ parent: page.parent, rank: page.rank });
      page = page.parent === root.id ? undefined : placeOf.get({ page: numberOf.get(page.parent) ?? 0, at });
    }
    return way.map((start, index) => ({ ...start, level: way.length - index }));
  };

  /** @param most pages that are looked at, and told at most */
  return (after: FeedPlace, most: number): FeedPiece => {
    const appearances: Appearance[] = [];
    let place = after;
    let looked = 0;
    const isHalf = after.within !== undefined;
    const events = eventsFrom.all(isHalf ? after.event : after.event + 1, most);
    for (const event of events) {
      if (looked >= most) return { appearances, place, isAll: false };
      const { position } = event;
      const [before, now] = [thenFinder(position - 1), thenFinder(position)];
      const tell = ({ number, id }: BeneathRow): void => {
        const told = appearance(before(number), now(number));
        if (told) appearances.push({ position, ...told, page: id });
        looked += 1;
      };
      const within = position === place.event ? place.within : undefined;
      if (within === undefined) tell(event);
      const [was, is] = [before(event.number), now(event.number)];
      if (was?.isAlive !== is?.isAlive || was?.base !== is?.base) {
        const at = is?.isAlive === true ? position : position - 1;
        const left = most - looked;
        if (left <= 0)
          return { appearances, place: { event: position, within: within ?? event.number }, isAll: false };
        const starts =
          within === undefined ? [{ parent: event.id, rank: '', level: 1 }] : startsAfter(event, within, at);
        const rows = beneath.all({ at, starts: JSON.stringify(starts), depth: deepest, limit: left + 1 });
        for (const row of rows.slice(0, left)) tell(row);
        const last = rows[left - 1];
        if (rows.length > left && last) {
          return { appearances, place: { event: position, within: last.number }, isAll: false };
        }
      }
      place = { event: position };
    }
    return { appearances, place, isAll: events.length < most };
  };
}

/** Finds pages as of a position; what is above those with one parent is looked up once. */
function thenFinders(db: Database) {
  const thenOf = db.prepare<[{ page: number; at: number }], ThenRow>(
    `SELECT parent, slug, from_position AS placed, to_position IS NOT NULL AND to_position <= $at AS isDeleted,
       (SELECT from_position FROM publications WHERE page = places.page AND ${spanAt('publications')}) AS published
     FROM places WHERE page = $page AND from_position <= $at ORDER BY from_position DESC LIMIT 1`,
  );
  const ancestry = pastAncestryFinder(db);
  return (at: number) => {
    const known = new Map<string | null, Ancestry>();
    return (page: number): Then | undefined => {
      const row = thenOf.get({ page, at });
      if (!row) return undefined;
      const { parent, slug, placed, isDeleted, published } = row;
      const above = known.get(parent) ?? ancestry(parent, at);
      known.set(parent, above);
      const isAlive = isDeleted === 0 && above.deletedRoot === null;
      const path = slug !== null && above.isPublished ? `${above.path}/${slug}` : null;
      const isShown = isAlive && published !== null;
      return {
        isAlive,
        shown: isShown ? { path, placed, published } : undefined,
        base: isShown ? path : null,
      };
    };
  };
}

/** What readers notice between two positions. */
function appearance(
  before: Then | undefined,
  now: Then | undefined,
): Omit<Appearance, 'position' | 'page'> | undefined {
  const [was, is] = [before?.shown, now?.shown];
  if (!was && !is) return undefined;
  if (!is) return { kind: 'vanished', path: was?.path ?? null };
  if (!was) return { kind: 'visible', path: is.path };
  const isPlacedAnew = is.path !== null && is.placed !== was.placed;
  if (was.path === is.path && was.published === is.published && !isPlacedAnew) return undefined;
  const isElsewhere = was.path !== null && was.path !== is.path;
  return { kind: 'changed', path: is.path, ...(isElsewhere && { formerPath: was.path }) };
}
