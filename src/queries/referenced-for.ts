import type { Access } from '../access/access.js';
import type { ReadModel } from './read-model.js';

/** By pages that anybody may see who may see any, or by such as are for viewers alone. */
type Referenced = 'open' | 'protected';

interface Row {
  readonly id: string;
  readonly parent: string | null;
  readonly isProtected: number;
  readonly publishedVersion: number;
}

/**
 * Finds out whether the published version of any page that somebody sees refers to a page or an asset: as things are now, with
 * what is above each. `open`: one does that is not protected; `protected`: only such as are. It stops at the first that is open.
 */
export function referenceFinder({
  db,
  pages,
}: Pick<ReadModel, 'db' | 'pages'>): (access: Access, target: string) => Referenced | undefined {
  const select = db.prepare<[string], Row>(
    `SELECT id, parent, is_protected AS isProtected, published_version AS publishedVersion
     FROM page_references JOIN pages ON pages.number = page_references.page
     WHERE target = ? AND in_published = 1 AND deleted_position IS NULL`,
  );
  return (access, target) => {
    let found: Referenced | undefined;
    for (const { id, parent, isProtected, publishedVersion } of select.iterate(target)) {
      const { ids: above, deletedRoot, isProtected: isBeneathProtected } = pages.ancestry(parent);
      if (deletedRoot !== null) continue;
      const page = {
        ...{ id, publishedVersion, above, deletedRoot },
        isProtected: isProtected === 1 || isBeneathProtected,
      };
      if (access.sightOf(page) === 'nothing') continue;
      if (!page.isProtected) return 'open';
      found = 'protected';
    }
    return found;
  };
}
