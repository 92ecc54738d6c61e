import type { Database } from '../log/database.js';
import { isPageEvent } from '../events/event.js';
import type { Projection } from './projection.js';

/**
 * Where every page was, and when: one row for each span of positions (`from_position` inclusive, `to_position`
 * exclusive, null: still so) in which a page had one parent, name and rank. What moves a page, takes it away or brings it
 * back writes its own row and no other: where the pages beneath it are follows from walking up (`ancestry.ts`), so such a
 * step costs the same whatever hangs beneath. Past trees and paths are read from it, and the redirects that moves leave.
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
        PRIMARY KEY (page, from_position)
      ) STRICT, WITHOUT ROWID`,
      key: ['page', 'from_position'],
      indexes: [
        'CREATE INDEX places_by_name ON places (parent, slug, from_position) WHERE slug IS NOT NULL',
        'CREATE INDEX places_by_rank ON places (parent, rank) WHERE slug IS NOT NULL',
      ],
    },
  ],
  fold(db) {
    const { open, close, last } = prepare(db);
    return (event) => {
      if (!isPageEvent(event)) return;
      const { position, stream, streamNumber } = event;
      switch (event.type) {
        case 'PageCreated': {
          const { parent, slug, rank } = event.data.place ?? nowhere;
          open.run(streamNumber, position, stream, parent, slug, rank);
          return;
        }
        case 'PageMoved': {
          const { parent, slug, rank } = event.data;
          close.run(position, streamNumber);
          open.run(streamNumber, position, stream, parent, slug, rank);
          return;
        }
        case 'PageDeleted':
          if (event.data.root === stream) close.run(position, streamNumber);
          return;
        case 'PageUndeleted': {
          const row = last.get(streamNumber);
          if (!row) throw new Error(`page ${stream} comes back at position ${position} from nowhere`);
          // One that went with another was never gone from its own place.
          if (row.to_position !== null)
            open.run(streamNumber, position, stream, row.parent, row.slug, row.rank);
          return;
        }
        default: // stays where it is
      }
    };
  },
};

/** The place of a chunk. */
const nowhere = { parent: null, slug: null, rank: null };

interface PlaceRow {
  to_position: number | null;
  parent: string | null;
  slug: string | null;
  rank: string | null;
}

function prepare(db: Database) {
  return {
    open: db.prepare(
      `INSERT INTO places (page, from_position, to_position, id, parent, slug, rank) VALUES (?, ?, NULL, ?, ?, ?, ?)`,
    ),
    close: db.prepare<[number, number]>(
      'UPDATE places SET to_position = ? WHERE page = ? AND to_position IS NULL',
    ),
    last: db.prepare<[number], PlaceRow>(
      'SELECT to_position, parent, slug, rank FROM places WHERE page = ? ORDER BY from_position DESC LIMIT 1',
    ),
  };
}
