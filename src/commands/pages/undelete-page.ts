import { Refusal } from '../../refusal.js';
import { onPage, requireSubtree, requireVersion, type MayExpect, type Rule } from '../decision.js';

/** Brings back what one deletion took away, exactly as it was. */
export interface UndeletePage extends MayExpect {
  readonly kind: 'undelete-page';
  readonly page: string;
}

export const undeletePage: Rule<UndeletePage> = (command, situation) => {
  const { pages } = situation;
  const page = requireSubtree(command.page, situation);
  requireVersion(page, command.expected, situation);
  if (page.deletedRoot === null) throw new Refusal('page-not-deleted', `the page ${page.id} is not deleted`);
  if (page.deletedRoot !== page.id) {
    throw new Refusal(
      'parent-deleted',
      `the page ${page.id} went with ${page.deletedRoot}: undelete that one`,
      {
        root: page.deletedRoot,
      },
    );
  }
  if (page.place) {
    const { parent, slug } = page.place;
    if (parent !== null && pages.page(parent)?.deletedRoot !== null) {
      throw new Refusal('parent-deleted', `the parent ${parent} is deleted: undelete it first`, { parent });
    }
    const there = pages.childAt(parent, slug);
    if (there) {
      throw new Refusal(
        'path-taken',
        `"${slug}" is taken there by the page ${there.id}: move that one away first`,
        {
          page: there.id,
        },
      );
    }
  }
  return [onPage(page, { type: 'PageUndeleted', data: {} })];
};
