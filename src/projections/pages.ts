import type { Database } from '../events/database.js';
import { isPageEvent } from '../events/event.js';
import type { PageState } from '../events/page.js';
import type { Projection } from './projection.js';

/** Every page's current state: what the rules look at, and where each read begins. */
export const pages: Projection = {
  name: 'pages',
  version: 1,
  tables: [
    {
      name: 'pages',
      // `number` is the stream's. `changed_position`: the last event that changed what the envelope shows, path included.
      create: `CREATE TABLE pages (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        parent TEXT,
        slug TEXT,
        rank TEXT,
        content_version INTEGER NOT NULL,
        published_version INTEGER,
        deleted_root TEXT,
        stream_version INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        created_by TEXT NOT NULL,
        changed_position INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX pages_by_id ON pages (id);
      CREATE INDEX pages_by_place ON pages (parent, rank) WHERE slug IS NOT NULL`,
      key: ['number'],
      indexes: ['CREATE INDEX pages_by_deletion ON pages (deleted_root) WHERE deleted_root IS NOT NULL'],
    },
  ],
  fold(db) {
    const insert = db.prepare(
      `INSERT INTO pages (number, id, type, parent, slug, rank, content_version, published_version, deleted_root,
                          stream_version, created_at, created_by, changed_position)
       VALUES (?, ?, ?, ?, ?, ?, 1, NULL, NULL, 1, ?, ?, ?)`,
    );
    const update = (changes: string) =>
      db.prepare(`UPDATE pages SET ${changes}, stream_version = ?, changed_position = ? WHERE number = ?`);
    const setVersion = update('content_version = ?');
    const setPublished = update('published_version = ?');
    const setPlace = update('parent = ?, slug = ?, rank = ?');
    const setDeleted = update('deleted_root = ?');
    const touchBeneath = db.prepare<[string, number]>(
      `WITH RECURSIVE beneath (id) AS (
         SELECT id FROM pages WHERE parent = ? AND slug IS NOT NULL
         UNION ALL
         SELECT pages.id FROM pages JOIN beneath ON pages.parent = beneath.id WHERE slug IS NOT NULL
       )
       UPDATE pages SET changed_position = ? WHERE id IN beneath AND deleted_root IS NULL`,
    );
    return (event) => {
      if (!isPageEvent(event)) return;
      const where = [event.streamVersion, event.position, event.streamNumber] as const;
      switch (event.type) {
        case 'PageCreated': {
          const { pageType, place } = event.data;
          const { at, by } = event.changeset;
          const columns = place ? [place.parent, place.slug, place.rank] : [null, null, null];
          insert.run(
            event.streamNumber,
            event.stream,
            pageType,
            ...columns,
            at,
            JSON.stringify(by),
            event.position,
          );
          return;
        }
        case 'PageSaved':
        case 'PageRestored':
          setVersion.run(event.data.version, ...where);
          return;
        case 'PageMoved':
          setPlace.run(event.data.parent, event.data.slug, event.data.rank, ...where);
          touchBeneath.run(event.stream, event.position);
          return;
        case 'PagePublished':
          setPublished.run(event.data.version, ...where);
          return;
        case 'PageUnpublished':
          setPublished.run(null, ...where);
          return;
        case 'PageDeleted':
          setDeleted.run(event.data.root, ...where);
          return;
        case 'PageUndeleted':
          setDeleted.run(null, ...where);
          return;
      }
    };
  },
};

/** A page's state as it is projected. */
export interface ProjectedPage extends PageState {
  /** The number of its stream. */
  readonly number: number;
}

type StateRow = [
  number: number,
  id: string,
  type: string,
  parent: string | null,
  slug: string | null,
  rank: string | null,
  contentVersion: number,
  publishedVersion: number | null,
  deletedRoot: string | null,
  streamVersion: number,
];

const selectState = `SELECT number, id, type, parent, slug, rank, content_version, published_version, deleted_root, stream_version FROM pages`;

function pageState(row: StateRow): ProjectedPage {
  const [number, id, type, parent, slug, rank, contentVersion, publishedVersion, deletedRoot, streamVersion] =
    row;
  const place = slug === null || rank === null ? null : { parent, slug, rank };
  return { number, id, type, place, contentVersion, publishedVersion, deletedRoot, streamVersion };
}

/** What the rules may look up about pages, as of now in the caller's transaction. */
export function pageFinders(db: Database) {
  const byId = db.prepare<[string], StateRow>(`${selectState} WHERE id = ?`).raw();
  const placed = `${selectState} WHERE parent IS ? AND slug IS NOT NULL`;
  const childAt = db
    .prepare<[string | null, string], StateRow>(`${placed} AND slug = ? AND deleted_root IS NULL`)
    .raw();
  const lastRank = db.prepare<[string | null], { rank: string }>(
    'SELECT rank FROM pages WHERE parent IS ? AND slug IS NOT NULL ORDER BY rank DESC LIMIT 1',
  );
  const rankBefore = db.prepare<[string | null, string], { rank: string }>(
    'SELECT rank FROM pages WHERE parent IS ? AND slug IS NOT NULL AND rank < ? ORDER BY rank DESC LIMIT 1',
  );
  const rankAfter = db.prepare<[string | null, string], { rank: string }>(
    'SELECT rank FROM pages WHERE parent IS ? AND slug IS NOT NULL AND rank > ? ORDER BY rank LIMIT 1',
  );
  const beneath = db
    .prepare<[string], StateRow>(
      `WITH RECURSIVE beneath (id, depth) AS (
       SELECT id, 1 FROM pages WHERE parent = ? AND slug IS NOT NULL AND deleted_root IS NULL
       UNION ALL
       SELECT pages.id, depth + 1 FROM pages JOIN beneath ON pages.parent = beneath.id
       WHERE slug IS NOT NULL AND deleted_root IS NULL
     )
     ${selectState.replace(' id,', ' pages.id,')} JOIN beneath USING (id) ORDER BY depth, number`,
    )
    .raw();
  const deletedWith = db.prepare<[string], StateRow>(`${selectState} WHERE deleted_root = ?`).raw();
  const ancestors = db.prepare<[string], { id: string }>(
    `WITH RECURSIVE above (id) AS (
       SELECT parent FROM pages WHERE id = ?
       UNION
       SELECT parent FROM pages JOIN above USING (id)
     ) SELECT id FROM above WHERE id IS NOT NULL`,
  );
  const one = (row: StateRow | undefined): ProjectedPage | undefined => row && pageState(row);

  return {
    page: (id: string) => one(byId.get(id)),
    /** The page that has this name there now; a deleted one has given its name up. */
    childAt: (parent: string | null, slug: string) => one(childAt.get(parent, slug)),
    /** Ranks of neighbours, deleted ones included: they may come back between the same two. */
    lastRank: (parent: string | null) => lastRank.get(parent)?.rank ?? null,
    rankBefore: (parent: string | null, rank: string) => rankBefore.get(parent, rank)?.rank ?? null,
    rankAfter: (parent: string | null, rank: string) => rankAfter.get(parent, rank)?.rank ?? null,
    /** Everything beneath a page that is not deleted, parents before children. */
    beneath: (id: string) => beneath.all(id).map(pageState),
    /** Everything that went with the deletion of `root`, itself included. */
    deletedWith: (root: string) => deletedWith.all(root).map(pageState),
    /** Ids from the parent up to the top. */
    ancestors: (id: string) => ancestors.all(id).map((row) => row.id),
  };
}
