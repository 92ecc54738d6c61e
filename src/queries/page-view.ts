import type { FileFacts } from '../events/file-facts.js';
import type { Actor } from '../events/event.js';
import { statusOf, type PageStatus } from '../events/page.js';
import type { Ancestry } from '../projections/ancestry.js';

/** A page with one of its content versions. Times are ISO 8601, UTC; `title` is the content's, where it has one. */
export interface PageView {
  readonly id: string;
  /** The number of its stream. */
  readonly number: number;
  readonly type: string;
  readonly path: string | null;
  readonly parent: string | null;
  readonly slug: string | null;
  readonly title: string | null;
  readonly status: PageStatus;
  readonly contentVersion: number;
  readonly storedSchemaVersion: number;
  /** Whether it looks at some schema version as no conversion makes it. */
  readonly mayHaveViews: boolean;
  readonly publishedVersion: number | null;
  /** When the version that readers see was published, and by whom; null: none is. */
  readonly publishedAt: string | null;
  readonly publishedBy: Actor | null;
  /** Kept when it is published no longer; null: it never was. */
  readonly firstPublishedAt: string | null;
  /** The page whose deletion took this one along, itself included; null: not deleted. */
  readonly deletedRoot: string | null;
  readonly createdAt: string;
  readonly createdBy: Actor;
  readonly updatedAt: string;
  readonly updatedBy: Actor;
  readonly comment: string | null;
  readonly restoredFrom: number | null;
  /** The last position that changed anything of this. */
  readonly changedPosition: number;
  /** The same without what the pages above it make of it. */
  readonly ownPosition: number;
  /** The event that carries the content. */
  readonly contentPosition: number;
  /** Of the version that is shown, where the page is an asset. */
  readonly file: FileFacts | null;
  /** It, or a page above it, is for viewers alone. */
  readonly isProtected: boolean;
  /** Ids of the pages above, from the top down, as far as they are not deleted. */
  readonly above: readonly string[];
  /** Whether all of those are published. */
  readonly isWayPublished: boolean;
}

/** A page above another, as whoever asks may see it. */
export interface Ancestor {
  readonly id: string;
  readonly path: string | null;
  readonly title: string | null;
}

/** A page with its content as seen at `schemaVersion`, and the log position that this reflects. */
export interface ShownPage {
  readonly view: PageView;
  readonly schemaVersion: number;
  readonly content: string;
  readonly position: number;
  /** From the top down, where they were asked for. */
  readonly ancestors?: readonly Ancestor[];
  /** The last position that changed anything of this, or of the ancestors. */
  readonly changedPosition?: number;
}

/**
 * A raw row, without what the pages above make of it: to give so many columns their names costs the driver more than to find
 * them. `page-columns.ts` has the names, in this order.
 */
export type PageRow = [
  id: string,
  number: number,
  type: string,
  parent: string | null,
  slug: string | null,
  title: string | null,
  contentVersion: number,
  shownVersion: number,
  storedSchemaVersion: number,
  isViewed: number,
  publishedVersion: number | null,
  deletedPosition: number | null,
  isProtected: number,
  createdAt: string,
  createdBy: string,
  updatedAt: string,
  updatedBy: string,
  publishedAt: string | null,
  publishedBy: string | null,
  firstPublishedAt: string | null,
  comment: string | null,
  restoredFrom: number | null,
  changedPosition: number,
  contentPosition: number,
  file: string | null,
];

/** Where a row hangs. */
export function parentOf([, , , parent]: PageRow): string | null {
  return parent;
}

/**
 * A page as readers see it: one beneath a page that is not published has no place for them.
 * @param row of the version that is published
 */
export function readersView(row: PageRow, above: Ancestry): PageView {
  const view = pageView(row, above);
  return {
    ...view,
    ...(view.deletedRoot === null && { status: 'published' }),
    ...(!above.isPublished && { path: null, parent: null, slug: null }),
  };
}

/** @param above what the pages above it make of it */
export function pageView(
  [
    id,
    number,
    type,
    parent,
    slug,
    title,
    contentVersion,
    shownVersion,
    storedSchemaVersion,
    isViewed,
    publishedVersion,
    deletedPosition,
    isProtected,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    publishedAt,
    publishedBy,
    firstPublishedAt,
    comment,
    restoredFrom,
    changedPosition,
    contentPosition,
    file,
  ]: PageRow,
  above: Ancestry,
): PageView {
  const deletedRoot = deletedPosition === null ? above.deletedRoot : id;
  return {
    id,
    number,
    type,
    path: slug === null || deletedRoot !== null ? null : `${above.path}/${slug}`,
    parent,
    slug,
    title,
    status: statusOf({ contentVersion, publishedVersion, deletedRoot }),
    contentVersion: shownVersion,
    storedSchemaVersion,
    mayHaveViews: isViewed !== 0,
    publishedVersion,
    publishedAt,
    publishedBy: publishedBy === null ? null : (JSON.parse(publishedBy) as Actor),
    firstPublishedAt,
    deletedRoot,
    isProtected: isProtected !== 0 || above.isProtected,
    above: above.ids,
    isWayPublished: above.isPublished,
    createdAt,
    createdBy: JSON.parse(createdBy) as Actor,
    updatedAt,
    updatedBy: JSON.parse(updatedBy) as Actor,
    comment,
    restoredFrom,
    ownPosition: changedPosition,
    changedPosition: Math.max(changedPosition, above.placedPosition, above.shownPosition),
    contentPosition,
    file: fileIn(file),
  };
}

/** As the projection keeps it. */
export function fileIn(facts: string | null): FileFacts | null {
  return facts === null ? null : (JSON.parse(facts) as FileFacts);
}
