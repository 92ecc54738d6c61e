import type { Access } from '../access/access.js';
import type { ReadModel } from './read-model.js';

interface Row {
  readonly id: string;
  readonly parent: string | null;
  readonly isProtected: number;
  readonly publishedVersion: number;
}

/**
 * Finds out whether the published version of any page that somebody sees refers to a page or an asset: as things are now, with
 * what is above each. It stops at the first.
 */
export function referenceFinder({
  db,
  pages,
}: Pick<ReadModel, 'db' | 'pages'>): (access: Access, target: string) => boolean {
  const select = db.prepare<[string], Row>(
    `SELECT id, parent, is_protected AS isProtected, published_version AS publishedVersion
     FROM page_references JOIN pages ON pages.number = page_references.page
     WHERE target = ? AND in_published = 1 AND deleted_position IS NULL`,
  );
  return (access, target) => {
    for (const { id, parent, isProtected, publishedVersion } of select.iterate(target)) {
      const { ids: above, deletedRoot, isProtected: isBeneathProtected } = pages.ancestry(parent);
      if (deletedRoot !== null) continue;
      const page = { id, publishedVersion, above, deletedRoot };
      if (access.sightOf({ ...page, isProtected: isProtected === 1 || isBeneathProtected }) !== 'nothing')
        return true;
    }
    return false;
  };
}
