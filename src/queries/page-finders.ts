import type { Database, Statement } from '../events/database.js';
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
  row_number: number;
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

/** Pages, and versions of pages, whose envelope is remembered by a connection. */
const mostRemembered = 20_000;

/**
 * Finds single pages with their content: one statement, so one consistent moment. Deleted pages are found too.
 * Everything but the content is remembered: `changed_position` tells when that is out of date.
 */
export function pageViewFinders(db: Database) {
  const whole = (version: string, columns = nowColumns, tables = '') =>
    db.prepare<Which, FullPageRow>(
      `SELECT ${columns}, pages.number AS row_number, pages.changed_position AS row_changed, ${contentColumns}
       FROM ${nowTables} ${tables} ${contentTables} WHERE pages.id = ? AND versions.version = ${version}`,
    );
  const again = db.prepare<[number, number], KnownRow>(selectKnown).raw();
  const wholeLatest = whole('content_version');
  const latest = remembering(wholeLatest, again);
  const published = remembering(whole('published_version', readerColumns, readerTables), again);
  const older = remembering(whole('?'), again);
  const asOf = db.prepare<[{ id: string; at: number }], FullPageRow>(
    `SELECT ${thenColumns}, ${contentColumns} FROM ${thenTables} ${contentTables} WHERE pages.id = $id AND ${aliveThen}`,
  );

  const one = (row: FullPageRow | undefined) => row && fullView(row);

  return {
    latest: (id: string) => latest(id, id),
    /** The latest version, for whoever has just changed it. */
    changed: (id: string) => one(wholeLatest.get(id)),
    /** The version that readers see; nothing when there is none. `changedPosition` is of what they see, too. */
    published: (id: string) => published(id, id),
    version: (id: string, number: number) => older(`${id} ${number}`, id, number),
    /** As it was at position `at`, deleted pages left out. */
    asOf: (id: string, at: number) => one(asOf.get({ id, at })),
  };
}

type Which = [id: string, version?: number];

type KnownRow = [changedPosition: number, content: string, position: number];

interface Known {
  readonly number: number;
  readonly changed: number;
  readonly page: FullPageView;
}

/** Finds pages by their whole row, and those it found before by a quick one if they have not changed since. */
function remembering(whole: Statement<Which, FullPageRow>, again: Statement<[number, number], KnownRow>) {
  const remembered = new Memory<string, Known>(mostRemembered);

  return (key: string, ...of: Which): FullPageView | undefined => {
    const known = remembered.get(key);
    const row = known && again.get(known.number, known.page.contentPosition);
    if (row && row[0] === known.changed) return withContent(known.page, row[1], row[2]);
    const found = whole.get(...of);
    if (!found) return undefined;
    const page = fullView(found);
    const { row_number, row_changed } = found;
    remembered.set(key, { number: row_number, changed: row_changed, page: withContent(page, '', 0) });
    return page;
  };
}

/** By assignment, because V8 is slow to define members that follow a spread, and this is done for every read. */
function withContent(page: FullPageView, content: string, position: number): FullPageView {
  const copy: { -readonly [Member in keyof FullPageView]: FullPageView[Member] } = { ...page };
  copy.content = content;
  copy.position = position;
  return copy;
}

function fullView(row: FullPageRow): FullPageView {
  return { ...pageView(row), content: row.content, position: row.position };
}
