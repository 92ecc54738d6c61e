import { generateKeyBetween } from 'fractional-indexing';
import type { Place } from '../../events/place.js';
import { Refusal } from '../../refusal.js';
import type { Subtree } from '../../projections/page-states.js';
import { placeOf, seenPage, type Situation } from '../decision.js';
import { requireEverywhere, requirePermission } from '../../access/access.js';

/** Where a client wants a page: under `parent` (null: top level), next to a sibling or last. */
export interface WantedPlace {
  readonly parent: string | null;
  readonly slug: string;
  readonly before?: string;
  readonly after?: string;
}

type Seeing = Pick<Situation, 'pages' | 'access' | 'references'>;

/**
 * Whether pages may be put beneath a parent (null: at the top level, or outside the tree). One that isn't there for whoever asks is
 * refused in its turn.
 * @param published whether readers will see them
 * @throws Refusal `forbidden`
 */
export function requireMayPlace(
  parent: string | null,
  situation: Seeing & Pick<Situation, 'needed'>,
  published = false,
): void {
  const { access, needed } = situation;
  if (parent === null) {
    requireEverywhere(access, published ? 'publish' : needed);
    return;
  }
  const page = seenPage(parent, situation);
  if (!page) return;
  const publishedVersion = published ? 1 : null;
  requirePermission(access, needed, { ...placeOf(page, situation), publishedVersion });
}

/**
 * Finds the place for a page, which `self` keeps if it is already where it is wanted.
 * @throws Refusal as `requireFree`, `sibling-not-found`
 */
export function findPlace(
  wanted: WantedPlace,
  situation: Seeing,
  self?: { id: string; place: Place | null },
): Place {
  const { parent, slug } = wanted;
  const { pages } = situation;
  requireFree(wanted, situation, self?.id);
  return { parent, slug, rank: findRank(wanted, pages, self) };
}

/**
 * Whether a page may hang beneath a parent (null: at the top level) by that name; it may have it already.
 * @throws Refusal `parent-not-found`, `parent-deleted`, `not-placed`, `nothing-beneath-home`, `path-taken`; `malformed-request` for
 *   an empty name beneath a page
 */
export function requireFree(
  { parent, slug }: Pick<Place, 'parent' | 'slug'>,
  situation: Seeing,
  self?: string,
): void {
  const { pages } = situation;
  if (parent !== null) requireParent(parent, situation);
  if (slug === '') requireHome(parent, pages, self);
  const there = pages.childAt(parent, slug);
  if (there && there.id !== self) {
    throw new Refusal('path-taken', `"${slug}" is taken there by the page ${there.id}`, { page: there.id });
  }
}

/** The page at `/` is at the top level, and the others of that level are no children of it: beneath it paths would begin `//`. */
function requireHome(parent: string | null, pages: Situation['pages'], self: string | undefined): void {
  if (parent !== null)
    throw new Refusal(
      'malformed-request',
      'an empty slug is that of the page at /, at the top level: name the page, or give no parent',
    );
  if (self === undefined || !pages.hasChildren(self)) return;
  throw new Refusal(
    'nothing-beneath-home',
    `the page ${self} has pages beneath it, deleted ones included, and the page at / can't have any: move them first`,
    { parent: self },
  );
}

/** @throws Refusal `would-be-own-ancestor` */
export function requireNotBeneathItself(id: string, parent: string | null, pages: Situation['pages']): void {
  if (parent !== null && pages.isWithin(parent, id)) {
    throw new Refusal('would-be-own-ancestor', `the page ${id} can't hang beneath itself`, { parent });
  }
}

/** Bytes of a slug and of a path in UTF-8, and levels of the tree. */
export const slugLimitBytes = 1024;
export const pathLimitBytes = 2048;
export const levelLimit = 100;

/**
 * Whether a page, with what hangs beneath it, is not too far from the top. What was once beneath it counts, too: it may be
 * undeleted there.
 * @throws Refusal `too-deep`, `path-too-long`
 */
export function requireRoom(
  { parent, slug }: Pick<Place, 'parent' | 'slug'>,
  { pages }: Pick<Situation, 'pages'>,
  { height, longest }: Pick<Subtree, 'height' | 'longest'> = { height: 0, longest: 0 },
): void {
  const slugBytes = Buffer.byteLength(slug);
  if (slugBytes > slugLimitBytes) {
    throw new Refusal(
      'path-too-long',
      `the slug has ${slugBytes} bytes, ${slugLimitBytes} are allowed: choose a shorter one`,
      { bytes: slugBytes, limit: slugLimitBytes },
    );
  }
  const above = pages.ancestry(parent);
  const levels = above.depth + 1 + height;
  if (levels > levelLimit) {
    throw new Refusal(
      'too-deep',
      `that would be ${levels} levels deep, ${levelLimit} are allowed: place it higher up`,
      {
        levels,
        limit: levelLimit,
      },
    );
  }
  const bytes = Buffer.byteLength(`${above.path}/${slug}`) + longest;
  if (bytes <= pathLimitBytes) return;
  throw new Refusal(
    'path-too-long',
    `a path would be ${bytes} bytes long, ${pathLimitBytes} are allowed: choose shorter slugs or a place higher up`,
    { bytes, limit: pathLimitBytes },
  );
}

function requireParent(parent: string, situation: Seeing): void {
  const page = seenPage(parent, situation);
  if (!page) throw new Refusal('parent-not-found', `there is no page ${parent} to be the parent`, { parent });
  if (page.deletedRoot !== null)
    throw new Refusal('parent-deleted', `the parent ${parent} is deleted`, { parent });
  if (!page.place) {
    throw new Refusal('not-placed', `the page ${parent} is not in the tree and can't be a parent`, {
      parent,
    });
  }
  if (page.place.slug === '')
    throw new Refusal(
      'nothing-beneath-home',
      `the page ${parent} is at / and can't be a parent: place the page at the top level`,
      { parent },
    );
}

function findRank(
  { parent, before, after }: WantedPlace,
  pages: Situation['pages'],
  self?: { id: string; place: Place | null },
): string {
  const own = self?.place?.parent === parent ? self.place.rank : null;
  const sibling = before ?? after;
  if (sibling === undefined) return own ?? generateKeyBetween(pages.lastRank(parent), null);

  const page = pages.page(sibling);
  if (page?.place?.parent !== parent || page.deletedRoot !== null || sibling === self?.id) {
    throw new Refusal('sibling-not-found', `the page ${sibling} is not a sibling there`, { sibling });
  }
  const { rank } = page.place;
  const [low, high] =
    before === undefined ? [rank, pages.rankAfter(parent, rank)] : [pages.rankBefore(parent, rank), rank];
  return own !== null && (own === low || own === high) ? own : generateKeyBetween(low, high);
}
