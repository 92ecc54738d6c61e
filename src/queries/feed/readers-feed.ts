import type { Access } from '../../access/access.js';
import type { Database } from '../../log/database.js';
import { accessThenFinder } from './grants-then.js';
import type { PageThen } from './pages-then.js';
import { momentWalker, type Change, type FeedMoment, type FeedPlace } from './walk-moments.js';

/**
 * What became of a page for readers. `changed`: it is another version, or elsewhere, or in another order. `left`: they saw all of it
 * until then.
 */
export type Appearing = 'visible' | 'changed' | 'vanished' | 'left';

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

export interface FeedPiece {
  readonly appearances: readonly Appearance[];
  readonly place: FeedPlace;
  /** Whether nothing more has happened. */
  readonly isAll: boolean;
}

interface EventRow {
  readonly position: number;
  readonly number: number;
  readonly id: string;
}

/** Tells readers what they were shown otherwise since some place in the log, page by page. */
export function readersFeed(db: Database) {
  const events = (which: string) =>
    db.prepare<[number, number], EventRow>(
      `SELECT position, page AS number, pages.id AS id FROM appearances JOIN pages ON pages.number = appearances.page
       WHERE ${which}position >= ? ORDER BY position LIMIT ?`,
    );
  const openFrom = events('is_open = 1 AND ');
  // What readers can't notice may have been for those to notice who are readers by now.
  const allFrom = events('');
  const anchorOf = db.prepare<[string], { number: number; id: string }>(
    'SELECT number, id FROM pages WHERE id = ?',
  );
  const accessThen = accessThenFinder(db);
  const walk = momentWalker(db);

  /** @param most pages that are looked at, and told at most */
  return (access: Access, after: FeedPlace, most: number): FeedPiece => {
    const first = after.within !== undefined ? after.event : after.event + 1;
    const then = accessThen(access);
    const events = (access.isConstant ? openFrom : allFrom).all(first, most);
    const last = events.length < most ? Infinity : (events.at(-1)?.position ?? Infinity);
    const moments: FeedMoment[] = [
      ...events.map(({ position, ...root }) => ({ position, root })),
      ...then.changes
        .filter(({ position }) => position >= first && position <= last)
        .map(({ position, anchor }) => ({
          position,
          root: anchor === null ? null : (anchorOf.get(anchor) ?? null),
        })),
    ].sort((one, other) => one.position - other.position);
    const { told, place, isAll } = walk(moments, after, then, { tell: appearances, isInherited, most });
    return { appearances: told, place, isAll: isAll && events.length < most };
  };
}

/** What readers are shown of a page. */
interface Shown {
  readonly path: string | null;
  readonly placed: number;
  readonly published: number | null;
}

function shownOf(page: PageThen | undefined, access: Access): Shown | undefined {
  return page && access.sightOf(page) === 'published' ? page : undefined;
}

function isAll(page: PageThen | undefined, access: Access): boolean {
  return page?.deletedRoot === null && access.sightOf(page) === 'all';
}

function isInherited({ before, now, accessBefore, accessNow }: Change): boolean {
  const handedDown = (page: PageThen | undefined, access: Access): unknown =>
    page && [
      page.deletedRoot === null,
      shownOf(page, access) ? page.path : null,
      page.isProtected,
      access.levelAt(page),
    ];
  return JSON.stringify(handedDown(before, accessBefore)) !== JSON.stringify(handedDown(now, accessNow));
}

/** What readers notice between two positions. */
function appearances({
  position,
  page,
  before,
  now,
  accessBefore,
  accessNow,
}: Change): readonly Appearance[] {
  const [was, is] = [shownOf(before, accessBefore), shownOf(now, accessNow)];
  const about = { position, page: page.id };
  const isLeft = isAll(before, accessBefore) && !isAll(now, accessNow);
  const left: readonly Appearance[] = isLeft ? [{ ...about, kind: 'left', path: null }] : [];
  if (!was && !is) return left;
  if (!is) return [{ ...about, kind: 'vanished', path: was?.path ?? null }];
  if (!was) return [...left, { ...about, kind: 'visible', path: is.path }];
  const isPlacedAnew = is.path !== null && is.placed !== was.placed;
  if (was.path === is.path && was.published === is.published && !isPlacedAnew) return [];
  const isElsewhere = was.path !== null && was.path !== is.path;
  return [{ ...about, kind: 'changed', path: is.path, ...(isElsewhere && { formerPath: was.path }) }];
}
