import type { PageEvent, RecordedEvent } from './event.js';
import type { Place } from './place.js';

/** What the rules need to know of a page; the `pages` projection keeps it. */
export interface PageState {
  readonly id: string;
  readonly type: string;
  readonly place: Place | null;
  readonly contentVersion: number;
  /** Kept while the page is deleted, so that it comes back with it. */
  readonly publishedVersion: number | null;
  /** The page whose deletion took this one along, itself included; null: not deleted. Its own events tell of itself only. */
  readonly deletedRoot: string | null;
  /** By itself: what is above it may be protected, too. */
  readonly isProtected: boolean;
  readonly streamVersion: number;
}

/** What each of the events that make a content version says of it. */
type MakesVersion =
  | { readonly type: 'PageCreated' }
  | { readonly type: 'PageSaved' | 'PageRestored'; readonly data: { readonly version: number } };

/** The content version that an event has made. */
export function contentVersionOf(event: MakesVersion): number {
  return event.type === 'PageCreated' ? 1 : event.data.version;
}

/** The page after one more event. The first one has to be `PageCreated`. */
export function evolve(
  page: PageState | undefined,
  stream: string,
  event: PageEvent | RecordedEvent<PageEvent>,
): PageState {
  if (event.type === 'PageCreated') {
    return {
      id: stream,
      type: event.data.pageType,
      place: event.data.place,
      contentVersion: contentVersionOf(event),
      publishedVersion: null,
      deletedRoot: null,
      isProtected: false,
      streamVersion: 1,
    };
  }
  if (!page) throw new Error(`the stream ${stream} begins with ${event.type} instead of PageCreated`);
  return { ...page, ...change(stream, event), streamVersion: page.streamVersion + 1 };
}

function change(
  stream: string,
  event: Later<PageEvent> | Later<RecordedEvent<PageEvent>>,
): Partial<PageState> {
  switch (event.type) {
    case 'PageSaved':
    case 'PageRestored':
      return { contentVersion: contentVersionOf(event) };
    case 'PageMoved':
      return { place: { parent: event.data.parent, slug: event.data.slug, rank: event.data.rank } };
    case 'PagePublished':
      return { publishedVersion: event.data.version };
    case 'PageUnpublished':
      return { publishedVersion: null };
    case 'PageDeleted':
      // Earlier releases wrote one for each page beneath, too: those went with the root, and come back with it.
      return event.data.root === stream ? { deletedRoot: stream } : {};
    case 'PageUndeleted':
      return { deletedRoot: null };
    case 'PageProtected':
    case 'PageUnprotected':
      return { isProtected: event.type === 'PageProtected' };
    default:
      return {}; // what rules don't ask about
  }
}

type Later<E> = Exclude<E, { type: 'PageCreated' }>;

export type PageStatus = 'draft' | 'published' | 'changed' | 'deleted';

/** `changed`: published, and edited since. */
export function statusOf(
  page: Pick<PageState, 'contentVersion' | 'publishedVersion' | 'deletedRoot'>,
): PageStatus {
  if (page.deletedRoot !== null) return 'deleted';
  if (page.publishedVersion === null) return 'draft';
  return page.publishedVersion === page.contentVersion ? 'published' : 'changed';
}
