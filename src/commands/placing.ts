import { generateKeyBetween } from 'fractional-indexing';
import type { Place } from '../events/event.js';
import { Refusal } from '../refusal.js';
import type { Situation } from './decision.js';

/** Where a client wants a page: under `parent` (null: top level), next to a sibling or last. */
export interface WantedPlace {
  readonly parent: string | null;
  readonly slug: string;
  readonly before?: string;
  readonly after?: string;
}

/**
 * Finds the place for a page, which `self` keeps if it is already where it is wanted.
 * @throws Refusal `parent-not-found`, `parent-deleted`, `not-placed`, `path-taken`, `sibling-not-found`
 */
export function findPlace(
  wanted: WantedPlace,
  { pages }: Situation,
  self?: { id: string; place: Place | null },
): Place {
  const { parent, slug } = wanted;
  if (parent !== null) requireParent(parent, pages);
  const there = pages.childAt(parent, slug);
  if (there && there.id !== self?.id) {
    throw new Refusal('path-taken', `"${slug}" is taken there by the page ${there.id}`, { page: there.id });
  }
  return { parent, slug, rank: findRank(wanted, pages, self) };
}

function requireParent(parent: string, pages: Situation['pages']): void {
  const page = pages.page(parent);
  if (!page) throw new Refusal('parent-not-found', `there is no page ${parent} to be the parent`, { parent });
  if (page.deletedRoot !== null)
    throw new Refusal('parent-deleted', `the parent ${parent} is deleted`, { parent });
  if (!page.place) {
    throw new Refusal('not-placed', `the page ${parent} is not in the tree and can't be a parent`, {
      parent,
    });
  }
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
