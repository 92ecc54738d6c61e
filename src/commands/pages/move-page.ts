import type { ProjectedPage } from '../../projections/page-states.js';
import { Refusal } from '../../refusal.js';
import {
  onPage,
  placeOf,
  seenPage,
  requireNotDeleted,
  requireSubtree,
  requireVersion,
  type ExpectedVersion,
  type Rule,
  type Situation,
} from '../decision.js';
import { requireEverywhere, requirePermission } from '../../access/access.js';
import { accessChange } from './access-change.js';
import { findPlace, requireMayPlace, requireNotBeneathItself, requireRoom } from './placing.js';

/** To another parent (null: top level), another name or another rank; what is absent stays. */
export interface MovePage {
  readonly kind: 'move-page';
  readonly page: string;
  readonly expected: ExpectedVersion;
  readonly parent?: string | null;
  readonly slug?: string;
  readonly before?: string;
  readonly after?: string;
}

export const movePage: Rule<MovePage> = (command, situation) => {
  const page = requireSubtree(command.page, situation);
  const subtree = situation.pages.subtree(page.id);
  const parent = command.parent === undefined ? (page.place?.parent ?? null) : command.parent;
  // The page above may be nobody's that asks: then the refusal must not name it.
  if (command.parent === undefined && parent !== null && !seenPage(parent, situation))
    requireEverywhere(situation.access, situation.needed);
  requireMayPlace(parent, situation, page.publishedVersion !== null || subtree.published > 0);
  if (isOpened(page, parent, situation))
    requirePermission(situation.access, 'publish', placeOf(page, situation));
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);

  const slug = command.slug ?? page.place?.slug;
  if (slug === undefined) {
    throw new Refusal(
      'not-placed',
      `the page ${page.id} is not in the tree: give it a slug to place it there`,
    );
  }
  requireNotBeneathItself(page.id, parent, situation.pages);
  const { before, after } = command;
  const wanted = {
    parent,
    slug,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
  const place = findPlace(wanted, situation, page);
  requireRoom(place, situation, subtree);
  const stays =
    place.parent === page.place?.parent && place.slug === page.place.slug && place.rank === page.place.rank;
  if (stays) return [];
  const access = accessChange(page, parent, situation);
  const events = [onPage(page, { type: 'PageMoved', data: place })];
  return { events, overwritten: [], broken: [], ...(access && { access }) };
};

/** Whether a page that only viewers see because of what it is beneath is for all readers there. */
function isOpened(page: ProjectedPage, parent: string | null, situation: Situation): boolean {
  const { pages } = situation;
  if (page.isProtected || !pages.ancestry(page.place?.parent ?? null).isProtected) return false;
  return (
    parent === null || (seenPage(parent, situation) !== undefined && !pages.ancestry(parent).isProtected)
  );
}
