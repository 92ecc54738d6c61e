import { Refusal } from '../../refusal.js';
import {
  onPage,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type ExpectedVersion,
  type Rule,
} from '../decision.js';
import { requirePermission, withBeneath } from '../../access/access.js';
import { findPlace, requireNotBeneathItself, requireRoom } from './placing.js';

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
  const page = requirePage(command.page, 'move', situation);
  const subtree = situation.pages.subtree(page.id);
  requirePermission(situation.access, 'move', withBeneath(page, subtree));
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);

  const slug = command.slug ?? page.place?.slug;
  if (slug === undefined) {
    throw new Refusal(
      'not-placed',
      `the page ${page.id} is not in the tree: give it a slug to place it there`,
    );
  }
  const parent = command.parent === undefined ? (page.place?.parent ?? null) : command.parent;
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
  return stays ? [] : [onPage(page, { type: 'PageMoved', data: place })];
};
