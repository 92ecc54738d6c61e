import type { Visible } from '../../access/access.js';
import type { Database } from '../../log/database.js';
import { pastAncestryFinder, type Ancestry } from '../../projections/ancestry.js';
import { spanAt } from '../../projections/spans.js';

/** A page as of a position. Of one that was deleted by then, where it was last. */
export interface PageThen extends Visible {
  readonly parent: string | null;
  readonly slug: string | null;
  readonly rank: string | null;
  /** Since which position it was there. */
  readonly placed: number;
  /** Since which position this version was published; null: none was. */
  readonly published: number | null;
  readonly isProtectedItself: boolean;
  /** Its path, where readers could know the way; null: they could not, or it had none. */
  readonly path: string | null;
}

interface ThenRow {
  readonly id: string;
  readonly parent: string | null;
  readonly slug: string | null;
  readonly rank: string | null;
  readonly placed: number;
  readonly isDeleted: number;
  readonly published: number | null;
  readonly publishedVersion: number | null;
  readonly isProtected: number;
}

/** Finds pages by number as of a position; what is above those with one parent is looked up once. */
export function pagesThen(db: Database): (at: number) => (page: number) => PageThen | undefined {
  const ofPage = (column: string): string =>
    `(SELECT ${column} FROM publications WHERE page = places.page AND ${spanAt('publications')})`;
  const thenOf = db.prepare<[{ page: number; at: number }], ThenRow>(
    `SELECT id, parent, slug, rank, from_position AS placed, to_position IS NOT NULL AND to_position <= $at AS isDeleted,
       ${ofPage('from_position')} AS published, ${ofPage('version')} AS publishedVersion,
       EXISTS (SELECT 1 FROM protections WHERE page = places.page AND ${spanAt('protections')}) AS isProtected
     FROM places WHERE page = $page AND from_position <= $at ORDER BY from_position DESC LIMIT 1`,
  );
  const ancestry = pastAncestryFinder(db);
  return (at) => {
    const known = new Map<string | null, Ancestry>();
    return (page) => {
      const row = thenOf.get({ page, at });
      if (!row) return undefined;
      const { id, parent, slug, rank, placed, published, publishedVersion } = row;
      const above = known.get(parent) ?? ancestry(parent, at);
      known.set(parent, above);
      const isProtectedItself = row.isProtected === 1;
      return {
        id,
        parent,
        slug,
        rank,
        placed,
        published,
        publishedVersion,
        isProtectedItself,
        isProtected: isProtectedItself || above.isProtected,
        above: above.ids,
        deletedRoot: row.isDeleted === 1 ? id : above.deletedRoot,
        path: slug !== null && above.isPublished ? `${above.path}/${slug}` : null,
      };
    };
  };
}
