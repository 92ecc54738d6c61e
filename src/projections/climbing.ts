import type { Database } from '../log/database.js';
import { requireLevel } from './ancestry.js';

/** What a page tells the pages above it, from its parent up. Few steps: a path has its limit. */
export function climbing(db: Database) {
  const add = db.prepare<[number, string], { parent: string | null; deleted: number | null }>(
    `UPDATE pages SET published_beneath = published_beneath + ? WHERE id = ?
     RETURNING parent, deleted_position AS deleted`,
  );
  const reach = db.prepare<[number, number, string, number, number], Reached>(
    `UPDATE pages SET height = max(height, ?), longest = max(longest, ?) WHERE id = ? AND (height < ? OR longest < ?)
     RETURNING parent, slug, height, longest`,
  );
  return {
    /** Up to the top, or to what was deleted: above that nobody counts what is beneath. */
    addPublished(parent: string | null, difference: number): void {
      if (difference === 0) return;
      let levels = 0;
      for (let id = parent; id !== null;) {
        const above = add.get(difference, requireLevel(id, levels++));
        id = above?.deleted === null ? above.parent : null;
      }
    },

    /** A page with `height` levels and a path of `longest` bytes beneath it hangs at a place from now on. */
    grow(
      place: { readonly parent: string | null; readonly slug: string },
      { height, longest }: { readonly height: number; readonly longest: number },
    ): void {
      let levels = 0;
      let [id, slug, below, bytes] = [place.parent, place.slug, height, longest];
      while (id !== null) {
        below += 1;
        bytes += 1 + Buffer.byteLength(slug);
        const row = reach.get(below, bytes, requireLevel(id, levels++), below, bytes);
        if (!row) return; // it reaches further already, and so do those above it
        [id, slug] = [row.parent, row.slug ?? ''];
        [below, bytes] = [row.height, row.longest];
      }
    },
  };
}

interface Reached {
  readonly parent: string | null;
  readonly slug: string | null;
  readonly height: number;
  readonly longest: number;
}
