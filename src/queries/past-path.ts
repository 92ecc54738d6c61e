import type { Database } from '../log/database.js';
import { pastAncestryFinder } from '../projections/ancestry.js';

/** The path that a page had just after a position, or had last; undefined for what is no page in the tree. */
export function pastPathFinder(db: Database): (id: string, at: number) => string | undefined {
  const ancestryOf = pastAncestryFinder(db);
  const place = db.prepare<[string, number], { parent: string | null; slug: string | null }>(
    `SELECT places.parent, places.slug FROM pages JOIN places ON places.page = pages.number
     WHERE pages.id = ? AND from_position <= ? ORDER BY from_position DESC LIMIT 1`,
  );
  return (id, at) => {
    const { parent, slug } = place.get(id, at) ?? { parent: null, slug: null };
    return slug === null ? undefined : `${ancestryOf(parent, at).path}/${slug}`;
  };
}
