import type { Access } from '../../access/access.js';
import type { Database } from '../../log/database.js';
import type { PageThen } from './pages-then.js';
import { momentWalker, type Change, type FeedPlace } from './walk-moments.js';

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
  const eventsFrom = db.prepare<[number, number], EventRow>(
    `SELECT position, page AS number, pages.id AS id FROM appearances JOIN pages ON pages.number = appearances.page
     WHERE is_open = 1 AND position >= ? ORDER BY position LIMIT ?`,
  );
  const walk = momentWalker(db);

  /** @param access of readers who have always seen the whole site in one way. @param most pages that are looked at, and told at most */
  return (access: Access, after: FeedPlace, most: number): FeedPiece => {
    const events = eventsFrom.all(after.within !== undefined ? after.event : after.event + 1, most);
    const moments = events.map(({ position, ...root }) => ({ position, root }));
    const limits = { tell: appearances, isInherited: isShownBeneath, most };
    const { told, place, isAll } = walk(moments, after, { at: () => access }, limits);
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

/** Whether what changes may change what readers are shown of the pages beneath. */
export function isShownBeneath({ before, now, accessBefore, accessNow }: Change): boolean {
  const handedDown = (page: PageThen | undefined, access: Access): unknown =>
    page && [page.deletedRoot === null, wayTo(page, access), page.isProtected, access.levelAt(page)];
  return JSON.stringify(handedDown(before, accessBefore)) !== JSON.stringify(handedDown(now, accessNow));
}

/** What the paths of the pages beneath begin with. Where it depends on the place, they may be shown although this page isn't. */
function wayTo(page: PageThen, access: Access): string | null {
  if (access.isWhole) return shownOf(page, access)?.path ?? null;
  return page.publishedVersion === null ? null : page.path;
}

/** What readers notice between two positions. */
export function appearances({
  position,
  page,
  before,
  now,
  accessBefore,
  accessNow,
}: Change): readonly Appearance[] {
  const [was, is] = [shownOf(before, accessBefore), shownOf(now, accessNow)];
  const about = { position, page: page.id };
  if (!was && !is) return [];
  if (!is) return [{ ...about, kind: 'vanished', path: was?.path ?? null }];
  if (!was) return [{ ...about, kind: 'visible', path: is.path }];
  const isPlacedAnew = is.path !== null && is.placed !== was.placed;
  if (was.path === is.path && was.published === is.published && !isPlacedAnew) return [];
  const isElsewhere = was.path !== null && was.path !== is.path;
  return [{ ...about, kind: 'changed', path: is.path, ...(isElsewhere && { formerPath: was.path }) }];
}
