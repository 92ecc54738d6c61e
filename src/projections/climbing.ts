import type { Database } from '../log/database.js';
import { requireLevel } from './ancestry.js';

/** What a page tells the pages above it, from its parent up. Few steps: a path has its limit. */
export function climbing(db: Database) {
  const add = db
    .prepare<[number, string], [parent: string | null, deleted: number | null]>(
      'UPDATE pages SET published_beneath = published_beneath + ? WHERE id = ? RETURNING parent, deleted_position',
    )
    .raw();
  const reach = db
    .prepare<
      [number, number, string, number, number],
      [parent: string | null, slug: string | null, height: number, longest: number]
    >(
      `UPDATE pages SET height = max(height, ?), longest = max(longest, ?) WHERE id = ? AND (height < ? OR longest < ?)
       RETURNING parent, slug, height, longest`,
    )
    .raw();
  return {
    /** Up to the top, or to what was deleted: above that nobody counts what is beneath. */
    addPublished(parent: string | null, difference: number): void {
      if (difference === 0) return;
      let levels = 0;
      for (let id = parent; id !== null;) {
        const [next, deleted] = add.get(difference, requireLevel(id, levels++)) ?? [null, null];
        id = deleted === null ? next : null;
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
        const [parent, name, ...reached] = row;
        [id, slug] = [parent, name ?? ''];
        [below, bytes] = reached;
      }
    },
  };
}
