import type { KnownPages } from './known-pages.js';
import type { TreePage } from './page-tree.js';

/** What an import does where an editor has changed what the next commit changes. */
export const onConflict = ['theirs', 'ours', 'stop'] as const;
export type OnConflict = (typeof onConflict)[number];

/** What others did to a page since the import left it, as in `/a.md, which …`; null where that is no matter. */
export interface Differences {
  readonly deleted: string | null;
  readonly moved: string | null;
  readonly saved: string | null;
  readonly published: string | null;
  readonly unpublished: string | null;
}

/** `held` is the page as the import left it. */
export function differences(held: TreePage, { live }: KnownPages): Differences {
  const now = live.page(held.id);
  if (!now) {
    return { ...none, deleted: 'which an editor has deleted' };
  }
  const isElsewhere = now.parent !== held.parent || now.slug !== held.slug;
  const isPublished = now.publishedVersion !== held.publishedVersion;
  return {
    deleted: null,
    moved: isElsewhere ? 'which an editor has moved' : null,
    saved: now.contentVersion === held.contentVersion ? null : 'which an editor has saved',
    published: isPublished && now.publishedVersion !== null ? 'which an editor has published' : null,
    unpublished: isPublished && now.publishedVersion === null ? 'which an editor has unpublished' : null,
  };
}

const none: Differences = { deleted: null, moved: null, saved: null, published: null, unpublished: null };
