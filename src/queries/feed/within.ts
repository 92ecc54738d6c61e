import type { Access } from '../../access/access.js';
import type { Somewhere } from '../../access/rights.js';

/** What somebody sees of a page and of all beneath it, as if there were nothing else: for the feed, which asks of pages no more than that. */
export function seenWithin(access: Access, root: string): Access {
  const isWithin = ({ id, above, deletedRoot }: Somewhere): boolean =>
    (id === root && deletedRoot === null) || above.includes(root);
  return {
    ...access,
    isWhole: false,
    isConstant: false,
    families: ['page'],
    sightOf: (page) => (isWithin(page) ? access.sightOf(page) : 'nothing'),
    // Of pages outside it is negative: what they hand down to those within is another thing whenever it changes.
    levelAt: (page) => (isWithin(page) ? access.levelAt(page) : -1 - access.levelAt(page)),
    seesAbove: (page) => page.above.includes(root) && access.seesAbove(page),
  };
}
