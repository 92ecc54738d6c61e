import { isPageEvent, type PageEvent, type RecordedEvent } from '../events/event.js';
import { contentVersionOf } from '../events/page.js';
import { appearances } from './appearances.js';
import { climbing } from './climbing.js';
import type { Projection } from './projection.js';

/** Every page's current state: what the rules look at (`page-states.ts`), and where each read begins. */
export const pages: Projection = {
  name: 'pages',
  version: 5,
  tables: [
    {
      name: 'pages',
      // `number` is the stream's. `place_order`: parent and rank in one, by which siblings stand together and in order. `deleted_position`: of its own deletion; what hangs beneath is deleted by walking up.
      // `changed_position`: the last event that changed what the envelope shows, but for what the pages above make of it.
      // `placed_position`: the last one that moved it, took it away or brought it back.
      // `shown_position`: the last one at which it began or ceased to be published, or to be protected.
      // `published_beneath`: published pages beneath that are not deleted, seen from here. `height`: levels beneath,
      // `longest`: bytes of the longest path beneath, slashes included; both never shrink, as what was moved away or
      // deleted may come back.
      create: `CREATE TABLE pages (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        parent TEXT,
        slug TEXT,
        rank TEXT,
        place_order TEXT NOT NULL,
        content_version INTEGER NOT NULL,
        published_version INTEGER,
        deleted_position INTEGER,
        is_protected INTEGER NOT NULL,
        stream_version INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        created_by TEXT NOT NULL,
        changed_position INTEGER NOT NULL,
        placed_position INTEGER NOT NULL,
        shown_position INTEGER NOT NULL,
        published_beneath INTEGER NOT NULL,
        height INTEGER NOT NULL,
        longest INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX pages_by_id ON pages (id);
      CREATE INDEX pages_by_place ON pages (parent, rank) WHERE slug IS NOT NULL;
      CREATE INDEX pages_by_name ON pages (parent, slug) WHERE slug IS NOT NULL`,
      key: ['number'],
      indexes: [
        'CREATE INDEX pages_by_deletion ON pages (deleted_position) WHERE deleted_position IS NOT NULL',
        'CREATE INDEX pages_by_order ON pages (place_order)',
        'CREATE INDEX readers_pages ON pages (number) WHERE published_version IS NOT NULL',
        'CREATE INDEX readers_pages_by_order ON pages (place_order) WHERE published_version IS NOT NULL',
      ],
    },
    {
      name: 'tree',
      // The last event that moved, took away or brought back a page that has, or had, others beneath it, published or
      // unpublished it, protected it or not: what is remembered of paths is good until then.
      create: `CREATE TABLE tree (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        position INTEGER NOT NULL
      ) STRICT`,
      key: ['one'],
      indexes: [],
    },
    appearances,
  ],
  fold(db) {
    const insert = db.prepare(
      `INSERT INTO pages (number, id, type, parent, slug, rank, place_order, content_version, published_version, deleted_position,
                          is_protected, stream_version, created_at, created_by, changed_position, placed_position, shown_position, published_beneath,
                          height, longest)
       VALUES (?, ?, ?, ?, ?, ?, ?, 1, NULL, NULL, 0, 1, ?, ?, ?, ?, 0, 0, 0, 0)`,
    );
    const update = (changes: string) =>
      db.prepare(`UPDATE pages SET ${changes} stream_version = ?, changed_position = ? WHERE number = ?`);
    const setVersion = update('content_version = ?,');
    const setPublished = update('published_version = ?,');
    const setShown = update('published_version = ?, shown_position = ?,');
    const setPlace = update('parent = ?, slug = ?, rank = ?, place_order = ?, placed_position = ?,');
    const setProtected = update('is_protected = ?, shown_position = ?,');
    const setDeleted = update('deleted_position = ?, placed_position = ?,');
    const touch = update('');
    const find = db.prepare<[number], Weighed>(
      `SELECT parent, published_version IS NOT NULL AS isPublished, published_beneath AS beneath,
              deleted_position IS NOT NULL AS isDeleted, height, longest FROM pages WHERE number = ?`,
    );
    const moveTree = db.prepare<[number]>(
      'INSERT INTO tree (one, position) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET position = excluded.position',
    );
    const appear = db.prepare<[number, number, number]>(
      'INSERT INTO appearances (position, page, is_open) VALUES (?, ?, ?)',
    );
    const above = climbing(db);

    const weighed = (event: RecordedEvent<PageEvent>): Weighed => {
      const page = find.get(event.streamNumber);
      if (!page) throw new Error(`${event.type} at position ${event.position} is of no page`);
      return page;
    };
    // What once had pages beneath it may still be remembered to be above others.
    const changedTree = ({ height }: Weighed, position: number): void => {
      if (height > 0) moveTree.run(position);
    };

    const noteAppearance = ({ position, streamNumber }: RecordedEvent, isOpen: boolean): void => {
      appear.run(position, streamNumber, isOpen ? 1 : 0);
    };

    return (event) => {
      if (!isPageEvent(event)) return;
      const { position } = event;
      const where = [event.streamVersion, position, event.streamNumber] as const;
      switch (event.type) {
        case 'PageCreated': {
          const { pageType, place } = event.data;
          const { at, by } = event.changeset;
          const { parent = null, slug = null, rank = null } = place ?? {};
          insert.run(
            event.streamNumber,
            event.stream,
            pageType,
            parent,
            slug,
            rank,
            placeOrder(parent, rank),
            at,
            JSON.stringify(by),
            position,
            position,
          );
          if (place) above.grow(place, leaf);
          return;
        }
        case 'PageSaved':
        case 'PageRestored':
          setVersion.run(contentVersionOf(event), ...where);
          return;
        case 'PageMoved': {
          const page = weighed(event);
          const weight = page.isDeleted ? 0 : weightOf(page);
          above.addPublished(page.parent, -weight);
          const { parent, slug, rank } = event.data;
          setPlace.run(parent, slug, rank, placeOrder(parent, rank), position, ...where);
          above.addPublished(parent, weight);
          above.grow(event.data, page);
          changedTree(page, position);
          noteAppearance(event, weight > 0);
          return;
        }
        case 'PagePublished':
        case 'PageUnpublished': {
          const version = event.type === 'PagePublished' ? event.data.version : null;
          const page = weighed(event);
          noteAppearance(event, true);
          if ((version === null) === (page.isPublished === 0)) setPublished.run(version, ...where);
          else {
            setShown.run(version, position, ...where);
            changedTree(page, position);
          }
          if (!page.isDeleted) above.addPublished(page.parent, Number(version !== null) - page.isPublished);
          return;
        }
        case 'PageProtected':
        case 'PageUnprotected': {
          const page = weighed(event);
          setProtected.run(event.type === 'PageProtected' ? 1 : 0, position, ...where);
          changedTree(page, position);
          noteAppearance(event, !page.isDeleted && weightOf(page) > 0);
          return;
        }
        case 'PageDeleted': {
          // Earlier releases wrote one event for each page beneath, too: it went with the root of the deletion.
          if (event.data.root !== event.stream) {
            touch.run(...where);
            return;
          }
          const page = weighed(event);
          setDeleted.run(position, position, ...where);
          above.addPublished(page.parent, -weightOf(page));
          changedTree(page, position);
          noteAppearance(event, weightOf(page) > 0);
          return;
        }
        case 'PageUndeleted': {
          const page = weighed(event);
          if (!page.isDeleted) {
            touch.run(...where);
            return;
          }
          setDeleted.run(null, position, ...where);
          above.addPublished(page.parent, weightOf(page));
          changedTree(page, position);
          noteAppearance(event, weightOf(page) > 0);
          return;
        }
        default:
          touch.run(...where); // nothing that is kept here
      }
    };
  },
};

interface Weighed {
  readonly parent: string | null;
  readonly isPublished: number;
  readonly beneath: number;
  readonly isDeleted: number;
  readonly height: number;
  readonly longest: number;
}

const leaf = { height: 0, longest: 0 };

/** Sorts pages by parent, then by rank; those of the top level come first, before them those without a place. */
export function placeOrder(parent: string | null, rank: string | null): string {
  return `${parent ?? ''} ${rank ?? ''}`;
}

/** Published pages that come and go with it. */
function weightOf({ isPublished, beneath }: Weighed): number {
  return isPublished + beneath;
}
