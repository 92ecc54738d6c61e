import type { Database } from '../log/database.js';
import type { Payload } from '../log/checked-content.js';
import type { Actor } from '../events/event.js';
import { Memory } from '../memory.js';
import {
  pastAncestryFinder,
  rememberingAncestry,
  treePosition,
  type Ancestry,
} from '../projections/ancestry.js';
import { fileOfVersion } from '../projections/files.js';
import { anything } from './bearable.js';
import {
  boundedPayload,
  contentIn,
  contentTable,
  foundPage,
  pageIn,
  parentOfRow,
  wholePage,
  type FoundPage,
  type WholeRow,
} from './found-page.js';
import { aliveThen, readersColumns, selected, thenColumns, thenTables } from './page-columns.js';
import { fileIn, pageView, parentOf, readersView, type PageRow, type PageView } from './page-view.js';

/** While it is the same, and nothing moved that has pages beneath it, nothing has changed of what is known of a page. */
const selectChanged = 'SELECT changed_position FROM pages WHERE number = ?';

/** What a content version brings to the page's view. */
const selectVersion = `SELECT changed_position, version, versions.schema_version, is_viewed, at, by,
    versions.comment, title, restored_from, content_position, ${fileOfVersion}, ${boundedPayload}
  FROM pages JOIN versions ON versions.page = pages.number
  JOIN changesets ON changesets.first_position = versions.changeset ${contentTable}
  WHERE pages.number = $page AND versions.version = $version`;

interface VersionOf {
  readonly page: number;
  readonly version: number;
  readonly most: number;
}

type VersionRow = [
  changedPosition: number,
  version: number,
  schemaVersion: number,
  isViewed: number,
  at: string,
  by: string,
  comment: string | null,
  title: string | null,
  restoredFrom: number | null,
  contentPosition: number,
  file: string | null,
  bytes: number | null,
  ...payload: Payload,
];

/** Bytes of what is remembered, at one a character; what conversions make of it may take as much again. */
const rememberedLimit = 64 * 1024 * 1024;
/** Of a view, and of what is made of it. */
const viewBytes = 1500;

/**
 * Finds single pages with their content as it is stored. Deleted pages are found too, but not by readers. What was found is
 * remembered: at the same `position` it is still so, and later `changed_position` tells whether it is.
 * Each throws the Refusal `purged` where the content was erased, and DamagedText where it is not what was written.
 * @param most bytes of content that are read
 */
export function pageViewFinders(
  db: Database,
  position: () => number,
  most: () => number = () => anything.bytes,
) {
  const wholeLatest = wholePage(db, 'content_version');
  const wholePublished = wholePage(db, 'published_version', readersColumns);
  const older = db.prepare<[VersionOf], VersionRow>(selectVersion).raw();
  const asOf = db
    .prepare<[{ id: string; at: number; most: number }], WholeRow>(
      `SELECT changed_position, ${boundedPayload}, ${selected(thenColumns)}
       FROM ${thenTables} ${contentTable} WHERE pages.id = $id AND ${aliveThen}`,
    )
    .raw();

  const contentAt = db
    .prepare<[{ position: number; most: number }], [bytes: number | null, ...payload: Payload]>(
      `SELECT ${boundedPayload} FROM events WHERE events.position = $position`,
    )
    .raw();
  const bytes = db
    .prepare<[string, number, number], number>(
      `SELECT bytes FROM pages JOIN versions ON versions.page = pages.number
       WHERE pages.id = ? AND version = ? AND position <= ?`,
    )
    .pluck();

  const latestBytes = db
    .prepare<[string], number>(
      `SELECT bytes FROM pages JOIN versions ON versions.page = pages.number AND version = content_version
       WHERE pages.id = ?`,
    )
    .pluck();
  const above = rememberingAncestry(db);
  const aboveThen = pastAncestryFinder(db);
  const treeChanged = treePosition(db);
  const changedNow = db.prepare<[number], number>(selectChanged).pluck();
  const remembered = new Memory<string, KnownPage>(rememberedLimit, bytesOf);

  const find = <Found extends KnownPage | undefined>(
    key: string,
    search: (now: number) => Found,
  ): KnownPage | Found => {
    const known = remembered.get(key);
    const now = position(); // before anything is looked up: others may write in between, and what is found is newer then
    if (known?.asOf === now) return known;
    const isSame =
      known && changedNow.get(known.view.number) === known.changed && treeChanged() <= known.asOf;
    if (isSame) {
      known.asOf = now;
      return known;
    }
    const found = search(now);
    if (found) remembered.set(key, found);
    return found;
  };
  const contentOf = ({ contentPosition }: PageView): string | undefined => {
    const row = contentAt.get({ position: contentPosition, most: most() });
    if (!row) throw new Error(`there is no event ${contentPosition}: run \`palimpsest verify\``);
    const [size, ...payload] = row;
    return contentIn(size, payload);
  };
  const latest = (id: string): KnownPage | undefined =>
    find(id, (now) => knownPage(wholeLatest.get({ id, most: most() }), above, now));

  return {
    latest: (id: string): FoundPage | undefined => latest(id),
    /** The version that readers see; nothing when there is none. `changedPosition` is of what they see, too. */
    published: (id: string): FoundPage | undefined =>
      find(`${id} published`, (now) => {
        const page = knownPage(wholePublished.get({ id, most: most() }), above, now, readersView);
        return page?.view.status === 'deleted' ? undefined : page;
      }),
    /**
     * A page that was just found otherwise, in the same transaction, with its content: nothing else of it is looked up again.
     * `seenAs`: the version that `latest` finds, or `published`, or one of the past, which is not remembered.
     */
    withContent: (view: PageView, seenAs: 'latest' | 'published' | 'past'): FoundPage => {
      if (seenAs === 'past') return { view, content: contentOf(view) };
      const key = seenAs === 'latest' ? view.id : `${view.id} published`;
      return find(key, (asOf): KnownPage => {
        const changed = changedNow.get(view.number) ?? 0;
        return { view, content: contentOf(view), changed, asOf };
      });
    },
    version: (id: string, number: number): FoundPage | undefined =>
      find(`${id} ${number}`, (now) => {
        const page = remembered.get(id) ?? latest(id); // perhaps out of date: `row` says whether
        const row = page && older.get({ page: page.view.number, version: number, most: most() });
        if (!row) return undefined;
        const [changed] = row;
        const isFresh = changed === page.changed && treeChanged() <= page.asOf;
        const view = isFresh ? page.view : latest(id)?.view;
        return view && { view: versionView(view, row), content: contentOfVersion(row), changed, asOf: now };
      }),
    /** The bytes of a version's document, without reading it; undefined where it was not there at position `at`. */
    bytesOfVersion: (id: string, number: number, at: number): number | undefined => bytes.get(id, number, at),
    /** The same of the latest version; 0 where there is no such page. */
    bytesOfLatest: (id: string): number => latestBytes.get(id) ?? 0,
    /** As it was at position `at`, deleted pages left out. */
    asOf: (id: string, at: number): FoundPage | undefined => {
      const row = asOf.get({ id, at, most: most() });
      const page = row && foundPage(row, aboveThen(parentOfRow(row), at));
      return page?.view.deletedRoot === null ? page : undefined;
    },
    /** A page as of a position, with the path that it had for readers: none, if they could not know what was above it. */
    readersViewAt: (id: string, at: number): PageView | undefined => {
      const row = asOf.get({ id, at, most: 0 });
      if (!row) return undefined;
      const page = pageIn(row);
      return readersView(page, aboveThen(parentOf(page), at));
    },
    /** What a row of now shows to readers. */
    readersViewOf: (row: PageRow): PageView => readersView(row, above(parentOf(row))),
    /** What a row shows, of now or as of a position. */
    viewOf: (row: PageRow, at?: number): PageView =>
      pageView(row, at === undefined ? above(parentOf(row)) : aboveThen(parentOf(row), at)),
    /** What is above a page with that parent (null: at the top level), now or as of a position. */
    ancestry: (parent: string | null, at?: number): Ancestry =>
      at === undefined ? above(parent) : aboveThen(parent, at),
    /** What is remembered may be wrong: the projections were put right. */
    forget: (): void => {
      above.forget();
      remembered.clear();
    },
  };
}

interface KnownPage extends FoundPage {
  /** `pages.changed_position` */
  readonly changed: number;
  /** The newest position at which this was seen to be so. */
  asOf: number;
}

function bytesOf({ content }: KnownPage): number {
  return viewBytes + (content?.length ?? 0);
}

function contentOfVersion([, , , , , , , , , , , bytes, ...payload]: VersionRow): string | undefined {
  return contentIn(bytes, payload);
}

function knownPage(
  row: WholeRow | undefined,
  above: (parent: string | null) => Ancestry,
  asOf: number,
  seen = pageView,
): KnownPage | undefined {
  if (!row) return undefined;
  const [changed] = row;
  return { ...foundPage(row, above(parentOfRow(row)), seen), changed, asOf };
}

/** One of a page's content versions in the place of the one that `page` shows. */
function versionView(page: PageView, row: VersionRow): PageView {
  const [, version, schemaVersion, isViewed, at, by, comment, title, restoredFrom, contentPosition, file] =
    row;
  return {
    ...page,
    contentVersion: version,
    storedSchemaVersion: schemaVersion,
    mayHaveViews: isViewed !== 0,
    updatedAt: at,
    updatedBy: JSON.parse(by) as Actor,
    comment,
    title,
    restoredFrom,
    contentPosition,
    file: fileIn(file),
  };
}
