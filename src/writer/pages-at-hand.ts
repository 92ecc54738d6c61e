import { Memory } from '../memory.js';
import type { Database } from '../log/database.js';
import type { ChangeSetHead, PageEvent, RecordedEvent } from '../events/event.js';
import { evolve, statusOf } from '../events/page.js';
import type { findersOf } from '../projections/index.js';
import type { ProjectedPage } from '../projections/page-states.js';
import { commentOf, titleOf } from '../projections/versions.js';
import { changedPageFinder, type FoundPage } from '../queries/found-page.js';
import type { StoredVersion } from '../schema/views.js';

/** A page as the transaction sees it. */
interface PageAtHand {
  readonly state: ProjectedPage;
  readonly found: FoundPage;
  /** Its newest version, where that is known. */
  readonly newest: StoredVersion | undefined;
}

type PageSaved = RecordedEvent<Extract<PageEvent, { type: 'PageSaved' }>>;

/** A page is mostly saved by whoever has just saved it. */
const pageLimit = 200;
/** Characters of text. Larger documents are not kept: reading them is the least that a save of theirs costs. */
const contentLimit = 64 * 1024;

/**
 * What the rules and the answers ask about pages, in the transaction that is being written. A page that was saved is
 * still known when it is saved next: what the event changed follows from it. After anything else it is read anew.
 */
export function pagesAtHand(
  db: Database,
  { pages: finders, stored }: Pick<ReturnType<typeof findersOf>, 'pages' | 'stored'>,
) {
  const wholePage = changedPageFinder(db);
  const shortPage = changedPageFinder(db, contentLimit);
  const known = new Memory<string, PageAtHand>(pageLimit);

  return {
    pages: { ...finders, page: (id: string) => known.get(id)?.state ?? finders.page(id) },

    /** A content version that there is, with all its views. */
    stored: (page: ProjectedPage, version: number): StoredVersion => {
      const atHand = known.get(page.id);
      return (atHand?.state.contentVersion === version && atHand.newest) || stored(page, version);
    },

    /**
     * A page that has just been written, deleted ones included.
     * @param writing the change set it was written in
     * @param isWhole also its content, whatever its length
     */
    changed: (id: string, writing: Pick<ChangeSetHead, 'at' | 'by'>, isWhole: boolean): FoundPage => {
      const atHand = known.get(id);
      if (atHand) return atHand.found;
      const found = (isWhole ? wholePage : shortPage)(id, writing);
      const state = finders.page(id);
      if (!found || !state) throw new Error(`the page ${id} was not projected`);
      if (found.content !== undefined && found.content.length <= contentLimit)
        known.set(id, { state, found, newest: undefined });
      return found;
    },

    /** To be told of every event when it is projected; `version` is what it has made of the page, if it was saved. */
    note: (event: RecordedEvent, version: StoredVersion | undefined): void => {
      if (event.type !== 'PageSaved' || event.data.file) {
        known.clear(); // whatever it changes
        return;
      }
      const atHand = known.get(event.stream);
      if (!atHand) return;
      const { content = '' } = event; // just appended, so it is there
      const isPlain = version !== undefined && version.views.size + version.lastSeen.size === 0;
      if (isPlain && content.length <= contentLimit) {
        known.set(event.stream, afterSave(atHand, event, content, version));
      } else {
        known.delete(event.stream);
      }
    },

    /** What was noted has not happened, or others have written. */
    forget: (): void => {
      known.clear();
    },
  };
}

/** What the projections will say. @param version looks at other schema versions as a conversion makes it */
function afterSave(
  { state, found }: PageAtHand,
  event: PageSaved,
  content: string,
  version: StoredVersion,
): PageAtHand {
  const { changeset, position, schemaVersion } = event;
  const after = { ...evolve(state, event.stream, event), number: state.number };
  const view = {
    ...found.view,
    title: titleOf(version.document),
    status: statusOf(after),
    contentVersion: after.contentVersion,
    storedSchemaVersion: schemaVersion,
    mayHaveViews: false,
    updatedAt: changeset.at,
    updatedBy: changeset.by,
    comment: commentOf(event),
    restoredFrom: null,
    changedPosition: position,
    ownPosition: position,
    contentPosition: position,
  };
  return { state: after, found: { view, content }, newest: version };
}
