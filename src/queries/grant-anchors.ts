import type { Access } from '../access/access.js';
import type { ReadModel } from './read-model.js';

/** The path of what a grant begins at: `/` for the whole site, null where the page is deleted or not in the tree. */
export function anchorPath({ pages }: Pick<ReadModel, 'pages'>, anchor: string | null): string | null {
  return anchor === null ? '/' : (pages.latest(anchor)?.view.path ?? null);
}

/** Whether it is for somebody to say who may do what from there downwards. */
export function administers(
  { pages }: Pick<ReadModel, 'pages'>,
  access: Access,
  anchor: string | null,
): boolean {
  if (access.mayEverywhere('administer')) return true;
  const page = anchor === null ? undefined : pages.latest(anchor)?.view;
  return page !== undefined && access.may('administer', page);
}
