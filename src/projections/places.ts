import type { Database } from '../events/database.js';
import { isPageEvent } from '../events/event.js';
import type { Projection } from './projection.js';

/**
 * Where every page was, and when: one row for each span of positions (`from_position` inclusive, `to_position`
 * exclusive, null: still so) in which a page lived at one place. Current and past trees and paths are read from
 * it, and the redirects that moves leave behind. Deleted pages live nowhere; chunks have a row without path.
 */
export const places: Projection = {
  name: 'places',
  version: 1,
  tables: [
    {
      name: 'places',
      create: `CREATE TABLE places (
        page INTEGER NOT NULL,
        from_position INTEGER NOT NULL,
        to_position INTEGER,
        id TEXT NOT NULL,
        parent TEXT,
        slug TEXT,
        rank TEXT,
        path TEXT,
        PRIMARY KEY (page, from_position)
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX places_by_id ON places (id) WHERE to_position IS NULL;
      CREATE INDEX places_by_parent ON places (parent, to_position, rank) WHERE path IS NOT NULL`,
      key: ['page', 'from_position'],
      indexes: [
        'CREATE UNIQUE INDEX places_now ON places (path) WHERE to_position IS NULL AND path IS NOT NULL',
        'CREATE INDEX places_by_path ON places (path, from_position) WHERE path IS NOT NULL',
      ],
    },
  ],
  fold(db) {
    const { open, close, closed, current, childrenOf, pathOf } = prepare(db);

    /** Children follow their parent: their own place stays, their path changes. */
    const carryChildren = (parent: string, parentPath: string, position: number): void => {
      for (const child of childrenOf.all(parent)) {
        const path = `${parentPath}/${child.slug ?? ''}`;
        close.run(position, child.page);
        open.run(child.page, position, child.id, child.parent, child.slug, child.rank, path);
        carryChildren(child.id, path, position);
      }
    };
    const pathAt = (parent: string | null, slug: string): string =>
      parent === null ? `/${slug}` : `${pathOf.get(parent)?.path ?? ''}/${slug}`;

    return (event) => {
      if (!isPageEvent(event)) return;
      const { position, stream, streamNumber } = event;
      switch (event.type) {
        case 'PageCreated': {
          const { place } = event.data;
          const path = place && pathAt(place.parent, place.slug);
          open.run(
            streamNumber,
            position,
            stream,
            place?.parent ?? null,
            place?.slug ?? null,
            place?.rank ?? null,
            path,
          );
          return;
        }
        case 'PageMoved': {
          const { parent, slug, rank } = event.data;
          const before = current.get(streamNumber);
          const path = pathAt(parent, slug);
          close.run(position, streamNumber);
          open.run(streamNumber, position, stream, parent, slug, rank, path);
          if (before?.path !== path) carryChildren(stream, path, position);
          return;
        }
        case 'PageDeleted':
          close.run(position, streamNumber);
          return;
        case 'PageUndeleted': {
          const last = closed.get(streamNumber);
          if (!last) throw new Error(`page ${stream} comes back at position ${position} from nowhere`);
          const path = last.slug === null ? null : pathAt(last.parent, last.slug);
          open.run(streamNumber, position, stream, last.parent, last.slug, last.rank, path);
          return;
        }
        case 'PageSaved':
        case 'PageRestored':
        case 'PagePublished':
        case 'PageUnpublished':
          return;
      }
    };
  },
};

interface PlaceRow {
  page: number;
  id: string;
  parent: string | null;
  slug: string | null;
  rank: string | null;
  path: string | null;
}

function prepare(db: Database) {
  const columns = 'page, id, parent, slug, rank, path';
  return {
    open: db.prepare(
      `INSERT INTO places (page, from_position, to_position, id, parent, slug, rank, path) VALUES (?, ?, NULL, ?, ?, ?, ?, ?)`,
    ),
    close: db.prepare<[number, number]>(
      'UPDATE places SET to_position = ? WHERE page = ? AND to_position IS NULL',
    ),
    current: db.prepare<[number], PlaceRow>(
      `SELECT ${columns} FROM places WHERE page = ? AND to_position IS NULL`,
    ),
    closed: db.prepare<[number], PlaceRow>(
      `SELECT ${columns} FROM places WHERE page = ? ORDER BY from_position DESC LIMIT 1`,
    ),
    childrenOf: db.prepare<[string], PlaceRow>(
      `SELECT ${columns} FROM places WHERE parent = ? AND to_position IS NULL AND path IS NOT NULL ORDER BY page`,
    ),
    pathOf: db.prepare<[string], { path: string | null }>(
      'SELECT path FROM places WHERE id = ? AND to_position IS NULL',
    ),
  };
}
