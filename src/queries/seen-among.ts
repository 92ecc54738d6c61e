import type { Access } from '../access/access.js';
import { ListPages, type ListPagesHandler } from './list-pages.js';
import type { PageView } from './page-view.js';

/** So many ids are looked for at once. */
const idsAtOnce = 500;

/** Of these ids the pages that are there and that somebody sees, as they see them. */
export async function seenAmong(
  list: ListPagesHandler,
  access: Access,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PageView>> {
  const seen = new Map<string, PageView>();
  const distinct = [...new Set(ids)];
  for (let from = 0; from < distinct.length; from += idsAtOnce) {
    const some = distinct.slice(from, from + idsAtOnce);
    const part = { list: '', limit: some.length };
    const { items } = await list.execute(new ListPages(access, { ids: some, deleted: false }, part));
    for (const { view } of items) seen.set(view.id, view);
  }
  return seen;
}
