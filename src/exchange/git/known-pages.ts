import type { Database } from '../../log/database.js';
import type { Actor, PageEvent } from '../../events/event.js';
import { contentVersionOf } from '../../events/page.js';
import { readHead } from '../../log/log.js';
import { ancestryFinder } from '../../projections/ancestry.js';
import { pageFinders } from '../../projections/page-states.js';
import type { FilePages } from './file-pages.js';
import { ofScope, type ImportScope } from './import-source.js';
import { PageTree, type TreePage } from './page-tree.js';

/**
 * What an import knows of pages: how it left them itself, how they are now, and what was deleted. Where the first two
 * differ, an editor has been there.
 */
export interface KnownPages {
  readonly held: PageTree;
  readonly live: PageTree;
  readonly files: FilePages;
  /** The page beneath which everything goes; null: the top level. */
  readonly top: string | null;
  /** What went with the deletion that took this page, its root first; nothing where it is not deleted. */
  readonly deletedWith: (id: string) => readonly TreePage[];
}

interface OwnEvent {
  readonly stream: string;
  readonly type: PageEvent['type'];
  readonly data: string;
}

/** Brings both trees up to date with what the log holds after position `after`, and answers where the log ends. */
export function catchUp(db: Database, scope: ImportScope, { held, live }: KnownPages, after: number): number {
  const { position } = readHead(db);
  if (position === after) return position;
  holdOwn(db, scope, held, after);
  const changed = db
    .prepare<[number, number], string>(
      `SELECT DISTINCT streams.id FROM events JOIN streams ON streams.number = events.stream
       WHERE position > ? AND position <= ?`,
    )
    .pluck();
  const find = pageFinder(db);
  const beneath = beneathFinder(db);
  for (const id of changed.all(after, position)) {
    const page = find(id);
    const isBack = !live.page(id);
    if (!page) live.removeWithChildren(id);
    else live.put(page);
    if (page && isBack) for (const row of beneath.iterate(id)) live.put(pageOf(row));
  }
  return position;
}

/** What this import did after position `after`, and nothing of what others did. The joins are in the order that reads nothing else. */
export function holdOwn(db: Database, scope: ImportScope, held: PageTree, after: number): void {
  const { sql, values } = ofScope(scope);
  const own = db
    .prepare<unknown[], OwnEvent>(
      `SELECT streams.id AS stream, events.type, events.data
       FROM changesets CROSS JOIN events ON events.position BETWEEN first_position AND last_position
       CROSS JOIN streams ON streams.number = events.stream
       WHERE first_position > ? AND ${sql} AND events.type LIKE 'Page%' ORDER BY first_position, events.position`,
    )
    .iterate(after, ...values);
  const find = pageFinder(db);
  for (const { stream, type, data } of own) {
    hold(held, find, stream, { type, data: JSON.parse(data) as unknown } as PageEvent);
  }
}

/** All pages in the tree as they are now. */
export function livePages(db: Database): PageTree {
  const live = new PageTree();
  for (const row of beneathFinder(db).iterate(null)) live.put(pageOf(row));
  return live;
}

export function deletionFinder(db: Database): KnownPages['deletedWith'] {
  const { page } = pageFinders(db);
  const byId = db.prepare<[string], Row>(`${select} WHERE id = ? AND slug IS NOT NULL`);
  const beneath = beneathFinder(db);
  return (id) => {
    const root = page(id)?.deletedRoot ?? null;
    const row = root === null ? undefined : byId.get(root);
    return root === null || !row ? [] : [row, ...beneath.all(root)].map(pageOf);
  };
}

/** What hangs beneath a page (null: all there is in the tree) and was not deleted by itself. */
function beneathFinder(db: Database) {
  return db.prepare<[string | null], Row>(
    `WITH RECURSIVE beneath (page) AS (
       SELECT number FROM pages WHERE parent IS ? AND ${isPlaced}
       UNION ALL
       SELECT pages.number FROM beneath JOIN pages AS above ON above.number = beneath.page
       CROSS JOIN pages ON pages.parent = above.id AND pages.slug IS NOT NULL AND pages.deleted_position IS NULL
     )
     ${select} JOIN beneath ON beneath.page = pages.number`,
  );
}

/** One event of the import's own, in its view of the pages. */
function hold(
  held: PageTree,
  find: (id: string) => TreePage | undefined,
  id: string,
  event: PageEvent,
): void {
  const page = held.page(id);
  switch (event.type) {
    case 'PageCreated': {
      const { pageType, place } = event.data;
      if (!place) return;
      const { parent, slug } = place;
      held.put({
        id,
        type: pageType,
        parent,
        slug,
        contentVersion: contentVersionOf(event),
        publishedVersion: null,
        imported: true,
      });
      return;
    }
    case 'PageSaved': {
      // A page that an editor had made where a file came to be is the file's from then on.
      const adopted = page ?? find(id);
      if (adopted) held.put({ ...adopted, contentVersion: contentVersionOf(event) });
      return;
    }
    case 'PageMoved':
      if (page) held.put({ ...page, parent: event.data.parent, slug: event.data.slug });
      return;
    case 'PagePublished':
      if (page) held.put({ ...page, publishedVersion: event.data.version });
      return;
    case 'PageDeleted':
      held.removeWithChildren(id);
      return;
    default: // what an import brings back an editor had deleted: it was held all the time
  }
}

type Row = Omit<TreePage, 'imported'> & { readonly createdBy: string };

const select = `SELECT id, type, parent, slug, content_version AS contentVersion,
  published_version AS publishedVersion, created_by AS createdBy FROM pages`;
const isPlaced = 'slug IS NOT NULL AND deleted_position IS NULL';

function pageOf({ createdBy, ...page }: Row): TreePage {
  return { ...page, imported: (JSON.parse(createdBy) as Actor).kind === 'import' };
}

function pageFinder(db: Database): (id: string) => TreePage | undefined {
  const byId = db.prepare<[string], Row>(`${select} WHERE id = ? AND ${isPlaced}`);
  const above = ancestryFinder(db);
  return (id) => {
    const row = byId.get(id);
    return row && above(row.parent).deletedRoot === null ? pageOf(row) : undefined;
  };
}
