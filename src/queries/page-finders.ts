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
  type PageView,
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

const withContent = 'events.content, head.position';
const contentTables = 'JOIN events ON events.position = versions.content_position, head';

/** Pages whose envelope is remembered by a connection. */
const mostRemembered = 10_000;

interface VersionRow {
  changed_position: number;
  version: number;
  schema_version: number;
  at: string;
  by: string;
  comment: string | null;
  title: string | null;
  restored_from: number | null;
  content_position: number;
  content: string;
  position: number;
}

/**
 * Finds single pages with their content as it is stored: one statement, so one consistent moment. Deleted pages are found too.
 * Everything but the content of the latest version is remembered: `changed_position` tells when that is out of date.
 */
export function pageViewFinders(db: Database) {
  const select = (columns: string, tables: string) =>
    db.prepare<[string], FullPageRow>(
      `SELECT ${columns}, pages.changed_position AS row_changed, ${withContent}
       FROM ${nowTables} ${tables} ${contentTables} WHERE pages.id = ?`,
    );
  const quick = (version: string) =>
    db
      .prepare<[string], QuickRow>(
        `SELECT changed_position, ${withContent}
         FROM pages JOIN versions ON versions.page = pages.number AND versions.version = ${version} ${contentTables}
         WHERE pages.id = ?`,
      )
      .raw();
  const whole = select(nowColumns, 'AND versions.version = content_version');
  const latest = remembering(whole, quick('content_version'));
  const published = remembering(
    select(readerColumns, `AND versions.version = published_version ${readerTables}`),
    quick('published_version'),
  );
  const older = db.prepare<[string, number], VersionRow>(
    `SELECT changed_position, version, versions.schema_version, versions.at, versions.by, versions.comment, title,
            restored_from, content_position, ${withContent}
     FROM pages JOIN versions ON versions.page = pages.number ${contentTables}
     WHERE pages.id = ? AND versions.version = ?`,
  );
  const asOf = db.prepare<[{ id: string; at: number }], FullPageRow>(
    `SELECT ${thenColumns}, ${withContent} FROM ${thenTables} ${contentTables} WHERE pages.id = $id AND ${aliveThen}`,
  );

  return {
    latest: latest.find,
    /** The latest version, for whoever has just changed it. */
    changed: (id: string) => fullView(whole.get(id)),
    /** The version that readers see; nothing when there is none. `changedPosition` is of what they see, too. */
    published: published.find,
    version: (id: string, number: number): FullPageView | undefined => {
      const row = older.get(id, number);
      if (!row) return undefined;
      const page = latest.known(id, row.changed_position) ?? latest.find(id);
      return page && { ...page, ...versionView(row) };
    },
    /** As it was at position `at`, deleted pages left out. */
    asOf: (id: string, at: number) => fullView(asOf.get({ id, at })),
  };
}

type QuickRow = [changedPosition: number, content: string, position: number];

/** Finds pages by their whole row, and those it found before by a quick one if they have not changed since. */
function remembering(whole: Statement<[string], FullPageRow>, quick: Statement<[string], QuickRow>) {
  const remembered = new Memory<string, { readonly changed: number; readonly view: PageView }>(
    mostRemembered,
  );

  const known = (id: string, changed: number): PageView | undefined => {
    const entry = remembered.get(id);
    return entry?.changed === changed ? entry.view : undefined;
  };
  const find = (id: string): FullPageView | undefined => {
    const row = remembered.get(id) && quick.get(id);
    const view = row && known(id, row[0]);
    if (view) return { ...view, schemaVersion: view.storedSchemaVersion, content: row[1], position: row[2] };
    const found = whole.get(id);
    if (found) remembered.set(id, { changed: found.row_changed, view: pageView(found) });
    return fullView(found);
  };
  return { find, known };
}

/** What a content version brings to the page's view. */
function versionView(row: VersionRow) {
  return {
    title: row.title,
    contentVersion: row.version,
    storedSchemaVersion: row.schema_version,
    schemaVersion: row.schema_version,
    updatedAt: row.at,
    updatedBy: JSON.parse(row.by) as Actor,
    comment: row.comment,
    restoredFrom: row.restored_from,
    contentPosition: row.content_position,
    content: row.content,
    position: row.position,
  };
}

function fullView(row: FullPageRow | undefined): FullPageView | undefined {
  return (
    row && {
      ...pageView(row),
      schemaVersion: row.schema_version,
      content: row.content,
      position: row.position,
    }
  );
}
