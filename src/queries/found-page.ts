import { checkedContent, provingColumns, type Payload } from '../log/checked-content.js';
import type { ChangeSetHead } from '../events/event.js';
import type { Database } from '../log/database.js';
import { ancestryFinder, type Ancestry } from '../projections/ancestry.js';
import { anything } from './bearable.js';
import {
  nowColumns,
  nowTables,
  selected,
  writingColumns,
  writingTables,
  type Columns,
} from './page-columns.js';
import { pageView, parentOf, type PageRow, type PageView } from './page-view.js';

/** A page with the text of its content as it is stored. */
export interface FoundPage {
  /** The very same object as long as nothing of it changes. */
  readonly view: PageView;
  /** Nothing where it has more bytes than are read here. */
  readonly content: string | undefined;
}

/** `changed`: `pages.changed_position`, whatever is shown as it. What the pages above say comes to it. */
export type WholeRow = [changed: number, bytes: number | null, ...payload: Payload, ...page: PageRow];

/** SQLite tells the length of a text without reading it. */
export const boundedPayload = `octet_length(events.content), CASE WHEN octet_length(events.content) <= $most THEN events.content END,
  ${provingColumns}`;

/** Beside `versions`: the event that brought a version's content. */
export const contentTable = 'JOIN events ON events.position = versions.content_position';

/**
 * The latest version of a page, for whoever has just changed it in a change set of that time and author. Content that is longer
 * than `mostBytes` is not read.
 */
export function changedPageFinder(db: Database, mostBytes = anything.bytes) {
  const latest = db
    .prepare<[{ at: string; by: string; id: string; most: number }], WholeRow>(
      `SELECT pages.changed_position, ${boundedPayload}, ${selected(writingColumns)}
       FROM ${writingTables} ${contentTable}
       WHERE pages.id = $id AND versions.version = content_version`,
    )
    .raw();
  const above = ancestryFinder(db);
  return (id: string, { at, by }: Pick<ChangeSetHead, 'at' | 'by'>): FoundPage | undefined => {
    const row = latest.get({ at, by: JSON.stringify(by), id, most: mostBytes });
    return row && foundPage(row, above(parentOfRow(row)));
  };
}

/** Asks for the page with this id, as that one of its versions: nothing where it has none. */
export function wholePage(
  db: Database,
  version: 'content_version' | 'published_version',
  columns: Columns = nowColumns,
) {
  return db
    .prepare<[{ id: string; most: number }], WholeRow>(
      `SELECT pages.changed_position, ${boundedPayload}, ${selected(columns)}
       FROM ${nowTables()} ${contentTable} WHERE pages.id = $id AND versions.version = ${version}`,
    )
    .raw();
}

/** What a row says of the page, as `page-view.ts` reads it. */
export function pageIn([, , , , , , ...page]: WholeRow): PageRow {
  return page;
}

export function parentOfRow(row: WholeRow): string | null {
  return parentOf(pageIn(row));
}

/**
 * @param ancestry what is above it
 * @throws Refusal `purged` where the content was erased, DamagedText where it is not what was written
 */
export function foundPage(row: WholeRow, ancestry: Ancestry, seen = pageView): FoundPage {
  const [, bytes, content, data, salt, hash] = row;
  return { view: seen(pageIn(row), ancestry), content: contentIn(bytes, [content, data, salt, hash]) };
}

/** Undefined where it is longer than was asked for: what was erased has no bytes, what was only left where it is has some. @throws as above */
export function contentIn(bytes: number | null, payload: Payload): string | undefined {
  return payload[0] === null && bytes !== null ? undefined : checkedContent(payload);
}
