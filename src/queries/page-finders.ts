import type { Database, Statement } from '../events/database.js';
import type { Actor } from '../events/event.js';
import { Memory } from './memory.js';
import {
  aliveThen,
  nowColumns,
  nowTables,
  pageView,
  thenColumns,
  thenTables,
  type FullPageView,
  type PageRow,
} from './page-view.js';

interface FullPageRow extends PageRow {
  /** `pages.changed_position`, whatever is shown as it. */
  row_changed: number;
  content: string;
  position: number;
}

/** For readers a page changes when it is published or moved, not when a draft is saved. */
const readerColumns = nowColumns.replace(
  'changed_position',
  'max(publications.from_position, places.from_position) AS changed_position',
);

const readerTables =
  'JOIN publications ON publications.page = pages.number AND publications.to_position IS NULL';

const contentColumns = 'events.content, head.position';
const contentTables = 'JOIN events ON events.position = versions.content_position, head';

/** What may have changed of a page that is known: nothing else, while `changed_position` is the same. */
const selectKnown = `SELECT changed_position, ${contentColumns} FROM pages, events, head
  WHERE pages.number = ? AND events.position = ?`;

/** What a content version brings to the page's view. */
const selectVersion = `SELECT changed_position, version, versions.schema_version, versions.at, versions.by,
    versions.comment, title, restored_from, content_position, ${contentColumns}
  FROM pages JOIN versions ON versions.page = pages.number ${contentTables}
  WHERE pages.number = ? AND versions.version = ?`;

type VersionRow = [
  changedPosition: number,
  version: number,
  schemaVersion: number,
  at: string,
  by: string,
  comment: string | null,
  title: string | null,
  restoredFrom: number | null,
  contentPosition: number,
  content: string,
  position: number,
];

/** Pages whose envelope, and authors whose JSON, a connection remembers. */
const mostRemembered = 10_000;

/**
 * Finds single pages with their content as it is stored: one statement, so one consistent moment. Deleted pages are found too.
 * Everything but the content of the latest version is remembered: `changed_position` tells when that is out of date.
 */
export function pageViewFinders(db: Database) {
  const whole = (version: string, columns = nowColumns, tables = '') =>
    db.prepare<[string], FullPageRow>(
      `SELECT ${columns}, pages.changed_position AS row_changed, ${contentColumns}
       FROM ${nowTables} ${tables} ${contentTables} WHERE pages.id = ? AND versions.version = ${version}`,
    );
  const again = db.prepare<[number, number], KnownRow>(selectKnown).raw();
  const wholeLatest = whole('content_version');
  const latest = remembering(wholeLatest, again);
  const published = remembering(whole('published_version', readerColumns, readerTables), again);
  const older = db.prepare<[number, number], VersionRow>(selectVersion).raw();
  const authors = new Memory<string, Actor>(mostRemembered);
  const asOf = db.prepare<[{ id: string; at: number }], FullPageRow>(
    `SELECT ${thenColumns}, ${contentColumns} FROM ${thenTables} ${contentTables} WHERE pages.id = $id AND ${aliveThen}`,
  );

  const one = (row: FullPageRow | undefined) => row && fullView(row);

  return {
    latest: latest.find,
    /** The latest version, for whoever has just changed it. */
    changed: (id: string) => one(wholeLatest.get(id)),
    /** The version that readers see; nothing when there is none. `changedPosition` is of what they see, too. */
    published: published.find,
    version: (id: string, number: number): FullPageView | undefined => {
      const known = latest.known(id);
      const row = known && older.get(known.page.number, number);
      if (!row) return undefined;
      if (row[0] === known.changed) return withVersion(known.page, row, authors);
      const page = latest.find(id);
      return page && withVersion(page, row, authors);
    },
    /** As it was at position `at`, deleted pages left out. */
    asOf: (id: string, at: number) => one(asOf.get({ id, at })),
  };
}

type KnownRow = [changedPosition: number, content: string, position: number];

interface Known {
  readonly changed: number;
  readonly page: FullPageView;
}

/** Finds pages by their whole row, and those it found before by a quick one if they have not changed since. */
function remembering(whole: Statement<[string], FullPageRow>, again: Statement<[number, number], KnownRow>) {
  const remembered = new Memory<string, Known>(mostRemembered);

  const find = (id: string): FullPageView | undefined => {
    const known = remembered.get(id);
    const row = known && again.get(known.page.number, known.page.contentPosition);
    if (row && row[0] === known.changed) return withContent(known.page, row[1], row[2]);
    const found = whole.get(id);
    if (!found) return undefined;
    const page = fullView(found);
    remembered.set(id, { changed: found.row_changed, page: withContent(page, '', 0) });
    return page;
  };
  /** Without its content, and perhaps out of date. */
  const known = (id: string): Known | undefined => remembered.get(id) ?? (find(id) && remembered.get(id));
  return { find, known };
}

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/** By assignment, because V8 is slow to define members that follow a spread, and this is done for every read. */
function withContent(page: FullPageView, content: string, position: number): FullPageView {
  const copy: Writable<FullPageView> = { ...page };
  copy.content = content;
  copy.position = position;
  return copy;
}

/** One of its content versions in the place of the one that `page` shows; by assignment, too. */
function withVersion(page: FullPageView, row: VersionRow, authors: Memory<string, Actor>): FullPageView {
  const [, version, schemaVersion, at, by, comment, title, restoredFrom, contentPosition, content, position] =
    row;
  const copy: Writable<FullPageView> = { ...page };
  copy.contentVersion = version;
  copy.storedSchemaVersion = schemaVersion;
  copy.schemaVersion = schemaVersion;
  copy.updatedAt = at;
  copy.updatedBy = authors.get(by) ?? (JSON.parse(by) as Actor);
  copy.comment = comment;
  copy.title = title;
  copy.restoredFrom = restoredFrom;
  copy.contentPosition = contentPosition;
  copy.content = content;
  copy.position = position;
  authors.set(by, copy.updatedBy);
  return copy;
}

function fullView(row: FullPageRow): FullPageView {
  const { schema_version, content, position } = row;
  return { ...pageView(row), schemaVersion: schema_version, content, position };
}
