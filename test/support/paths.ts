import type { Database } from '../../src/log/database.js';
import { ancestryFinder } from '../../src/projections/ancestry.js';

/** The pages that are in the tree, by their paths, in the order of these. */
export function pathsOf(db: Database): ReadonlyMap<string, string> {
  const above = ancestryFinder(db);
  const rows = db
    .prepare<[], { id: string; parent: string | null; slug: string }>(
      'SELECT id, parent, slug FROM pages WHERE slug IS NOT NULL AND deleted_position IS NULL',
    )
    .all();
  const paths = rows
    .filter(({ parent }) => above(parent).deletedRoot === null)
    .map(({ id, parent, slug }): [string, string] => [`${above(parent).path}/${slug}`, id]);
  return new Map(paths.sort(([one], [other]) => (one < other ? -1 : 1)));
}
