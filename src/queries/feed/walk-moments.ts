import type { Access } from '../../access/access.js';
import type { Database } from '../../log/database.js';
import { aliveThen } from '../page-columns.js';
import { walking, type Start } from '../tree-walk.js';
import { pagesThen, type PageThen } from './pages-then.js';
import type { AccessThen } from './grants-then.js';

/** How far the feed was read: `event` is told, of the pages beneath it those up to the one with the number `within`. */
export interface FeedPlace {
  readonly event: number;
  /** Undefined: the event is told as a whole. */
  readonly within?: number;
}

/** A page with the number of its stream. */
export interface Numbered {
  readonly number: number;
  readonly id: string;
}

/** A position at which pages may be shown otherwise: one, with those beneath it, or (null) any. */
export interface FeedMoment {
  readonly position: number;
  readonly root: Numbered | null;
}

/** A page before and after a moment; undefined: it was not there. With what could be seen of it, by whom it is told. */
export interface Change {
  readonly position: number;
  readonly page: Numbered;
  readonly before: PageThen | undefined;
  readonly now: PageThen | undefined;
  readonly accessBefore: Access;
  readonly accessNow: Access;
}

export interface Walked<T> {
  readonly told: readonly T[];
  readonly place: FeedPlace;
  /** Whether nothing more has happened. */
  readonly isAll: boolean;
}

const deepest = 1_000_000;

interface PlaceRow {
  readonly id: string;
  readonly parent: string | null;
  readonly rank: string;
}

/** Finds the pages that a moment may be about besides its root, behind one of them (its number), at most `limit`. */
function otherPages(db: Database) {
  const placeOf = db.prepare<[{ page: number; at: number }], PlaceRow>(
    `SELECT id, parent, rank FROM places WHERE page = $page AND ${aliveThen}`,
  );
  const numberOf = db.prepare<[string], number>('SELECT number FROM pages WHERE id = ?').pluck();
  const beneath = db.prepare<unknown[], Numbered>(
    walking(
      'places',
      `places.slug IS NOT NULL AND ${aliveThen}`,
      'walk.number AS number, walk.id AS id FROM walk',
    ),
  );
  const any = db.prepare<[number, number], Numbered>(
    'SELECT number, id FROM pages WHERE number > ? ORDER BY number LIMIT ?',
  );

  /** Where the walk beneath a page goes on behind another one: beneath that, then with what comes after it. */
  const startsAfter = (root: Numbered, within: number, at: number): readonly Start[] => {
    const way: Omit<Start, 'level'>[] = [];
    let page: PlaceRow | undefined = placeOf.get({ page: within, at });
    if (page) way.push({ parent: page.id, rank: '' });
    while (page && page.id !== root.id && page.parent !== null) {
      way.push({ parent: page.parent, rank: page.rank });
      page = page.parent === root.id ? undefined : placeOf.get({ page: numberOf.get(page.parent) ?? 0, at });
    }
    return way.map((start, index) => ({ ...start, level: way.length - index }));
  };

  return (
    { position, root }: FeedMoment,
    within: number | undefined,
    isThere: boolean,
    limit: number,
  ): readonly Numbered[] => {
    if (!root) return any.all(within ?? 0, limit);
    const at = isThere ? position : position - 1;
    const starts =
      within === undefined ? [{ parent: root.id, rank: '', level: 1 }] : startsAfter(root, within, at);
    return beneath.all({ at, starts: JSON.stringify(starts), depth: deepest, limit });
  };
}

/**
 * Tells, moment by moment and page by page, what is seen otherwise: an event that moves, hides or shows a page does that to the
 * pages beneath it, too, of which nothing is written. They are found by walking down, a part at a time.
 */
export function momentWalker(db: Database) {
  const others = otherPages(db);
  const thenFinder = pagesThen(db);

  /**
   * @param moments in order, from the place on
   * @param tell what is said of a page
   * @param isInherited whether a change of the root's is one of the pages beneath it, too
   * @param most pages that are looked at
   */
  return function walk<T>(
    moments: readonly FeedMoment[],
    from: FeedPlace,
    { at: accessAt }: Pick<AccessThen, 'at'>,
    {
      tell,
      isInherited,
      most,
    }: {
      readonly tell: (change: Change) => readonly T[];
      readonly isInherited: (change: Change) => boolean;
      readonly most: number;
    },
  ): Walked<T> {
    const told: T[] = [];
    let place = from;
    let looked = 0;
    for (const moment of moments) {
      const { position, root } = moment;
      // What happened at one position is told together: a grant, and what it opens.
      if (looked >= most && position !== place.event) return { told, place, isAll: false };
      const [before, now] = [thenFinder(position - 1), thenFinder(position)];
      const [accessBefore, accessNow] = [accessAt(position - 1), accessAt(position)];
      const changeOf = (page: Numbered): Change => {
        const [was, is] = [before(page.number), now(page.number)];
        return { position, page, before: was, now: is, accessBefore, accessNow };
      };
      const look = (change: Change): void => {
        told.push(...tell(change));
        looked += 1;
      };
      const within = position === from.event ? from.within : undefined;
      const ofRoot = root && changeOf(root);
      if (ofRoot && within === undefined) look(ofRoot);
      if (!ofRoot || isInherited(ofRoot)) {
        const left = most - looked;
        if (left <= 0)
          return { told, place: { event: position, within: within ?? root?.number ?? 0 }, isAll: false };
        const isThere = ofRoot?.now?.deletedRoot === null;
        const rows = others(moment, within, isThere, left + 1);
        for (const row of rows.slice(0, left)) look(changeOf(row));
        const last = rows[left - 1];
        if (rows.length > left && last) {
          return { told, place: { event: position, within: last.number }, isAll: false };
        }
      }
      place = { event: position };
    }
    return { told, place, isAll: true };
  };
}
