import type { PageState } from '../events/page.js';
import { Refusal } from '../refusal.js';
import { onPage, requirePage, type Rule } from './decision.js';
import { requirePermission } from './permissions.js';

/** Brings back what one deletion took away, exactly as it was. */
export interface UndeletePage {
  readonly kind: 'undelete-page';
  readonly page: string;
}

export const undeletePage: Rule<UndeletePage> = (command, situation) => {
  const { pages, role } = situation;
  const page = requirePage(command.page, 'delete', situation);
  const back = parentsFirst(page, pages.deletedWith(page.id));
  for (const other of back) requirePermission(role, 'delete', other);
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
  return back.map((other) => onPage(other, { type: 'PageUndeleted', data: {} }));
};

/** Siblings in no particular order; a page only ever comes after its parent. */
function parentsFirst(root: PageState, all: readonly PageState[]): readonly PageState[] {
  const children = new Map<string, PageState[]>();
  for (const page of all) {
    const parent = page.place?.parent;
    if (parent && page.id !== root.id) children.set(parent, [...(children.get(parent) ?? []), page]);
  }
  const ordered = [root];
  for (const page of ordered) ordered.push(...(children.get(page.id) ?? []));
  return ordered;
}
