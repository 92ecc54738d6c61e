import type { Database, Statement } from '../events/database.js';
import type { Actor } from '../events/event.js';
import { Memory } from '../memory.js';
import {
  aliveThen,
  nowColumns,
  authorTable,
  nowTables,
  pageView,
  thenColumns,
  thenTables,
  type PageRow,
  type PageView,
} from './page-view.js';

/** A page with the text of its content as it is stored. */
export interface FoundPage {
  /** The very same object as long as nothing of it changes. */
  readonly view: PageView;
  readonly content: string;
}

/** `changed`: `pages.changed_position`, whatever is shown as it. */
type WholeRow = [changed: number, content: string, ...page: PageRow];

/** For readers a page changes when it is published or moved, not when a draft is saved. */
const readerColumns = nowColumns.replace(
  'changed_position',
  'max(publications.from_position, places.from_position) AS changed_position',
);

const readerTables =
  'JOIN publications ON publications.page = pages.number AND publications.to_position IS NULL';

const contentTable = 'JOIN events ON events.position = versions.content_position';

/** What may have changed of a page that is known: nothing else, while `changed_position` is the same. */
const selectKnown = `SELECT changed_position, content FROM pages, events
  WHERE pages.number = ? AND events.position = ?`;

/** What a content version brings to the page's view. */
const selectVersion = `SELECT changed_position, version, versions.schema_version, is_viewed, at, by,
    versions.comment, title, restored_from, content_position, content
  FROM pages JOIN versions ON versions.page = pages.number ${authorTable} ${contentTable}
  WHERE pages.number = ? AND versions.version = ?`;

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
  content: string,
];

/** Views that a connection remembers of each kind: about a kilobyte each. */
const mostRemembered = 20_000;

/**
 * Finds single pages with their content as it is stored. Deleted pages are found too, but not by readers. Everything but
 * the content is remembered: `changed_position` tells when that is out of date.
 */
export function pageViewFinders(db: Database) {
  const whole = (version: string, columns = nowColumns, tables = '') =>
    db
      .prepare<[string], WholeRow>(
        `SELECT pages.changed_position, content, ${columns}
         FROM ${nowTables} ${tables} ${contentTable} WHERE pages.id = ? AND versions.version = ${version}`,
      )
      .raw();
  const wholeLatest = whole('content_version');
  const wholePublished = whole('published_version', readerColumns, readerTables);
  const again = db.prepare<[number, number], KnownRow>(selectKnown).raw();
  const older = db.prepare<[number, number], VersionRow>(selectVersion).raw();
  const asOf = db
    .prepare<[{ id: string; at: number }], WholeRow>(
      `SELECT changed_position, content, ${thenColumns}
       FROM ${thenTables} ${contentTable} WHERE pages.id = $id AND ${aliveThen}`,
    )
    .raw();

  const latest = remembering(again, (id) => knownPage(wholeLatest.get(id)));
  const published = remembering(again, (id) => {
    const page = knownPage(wholePublished.get(id));
    if (!page || page.view.status === 'deleted') return undefined;
    return { ...page, view: { ...page.view, status: 'published' } };
  });
  const versions = remembering(again, (key) => {
    const [id = '', number] = key.split(' ');
    const page = latest.known(id);
    const row = page && older.get(page.view.number, Number(number));
    if (!row) return undefined;
    const [changed] = row;
    const view = changed === page.changed ? page.view : latest.find(id)?.view;
    return view && { changed, view: versionView(view, row), content: row[10] };
  });

  return {
    latest: latest.find,
    /** The latest version, for whoever has just changed it. */
    changed: (id: string): FoundPage | undefined => foundPage(wholeLatest.get(id)),
    /** The version that readers see; nothing when there is none. `changedPosition` is of what they see, too. */
    published: published.find,
    version: (id: string, number: number) => versions.find(`${id} ${number}`),
    /** As it was at position `at`, deleted pages left out. */
    asOf: (id: string, at: number): FoundPage | undefined => foundPage(asOf.get({ id, at })),
    /** What is remembered may be wrong: the projections were put right. */
    forget: (): void => {
      for (const memory of [latest, published, versions]) memory.forget();
    },
  };
}

function foundPage(row: WholeRow | undefined): FoundPage | undefined {
  if (!row) return undefined;
  const [, content, ...page] = row;
  return { view: pageView(page), content };
}

function knownPage(row: WholeRow | undefined): (Known & FoundPage) | undefined {
  const found = foundPage(row);
  return row && found && { changed: row[0], ...found };
}

type KnownRow = [changedPosition: number, content: string];

interface Known {
  readonly changed: number;
  readonly view: PageView;
}

/** Finds pages by a slow search, and those it found before by a quick look if they have not changed since. */
function remembering(
  again: Statement<[number, number], KnownRow>,
  search: (key: string) => (Known & FoundPage) | undefined,
) {
  const remembered = new Memory<string, Known>(mostRemembered);

  const find = (key: string): FoundPage | undefined => {
    const known = remembered.get(key);
    const row = known && again.get(known.view.number, known.view.contentPosition);
    if (row && row[0] === known.changed) return { view: known.view, content: row[1] };
    const found = search(key);
    if (!found) return undefined;
    const { changed, view, content } = found;
    remembered.set(key, { changed, view });
    return { view, content };
  };
  /** Perhaps out of date. */
  const known = (key: string): Known | undefined => remembered.get(key) ?? (find(key) && remembered.get(key));
  return {
    find,
    known,
    forget: () => {
      remembered.clear();
    },
  };
}

/** One of a page's content versions in the place of the one that `page` shows. */
function versionView(page: PageView, row: VersionRow): PageView {
  const [, version, schemaVersion, isViewed, at, by, comment, title, restoredFrom, contentPosition] = row;
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
  };
}
