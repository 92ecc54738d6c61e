import type { Database } from '../log/database.js';
import { contentVersionOf } from '../events/page.js';
import { storable } from '../log/storable.js';
import { member, type JsonObject } from '../schema/json/json.js';
import type { Ladder } from '../schema/ladder.js';
import type { Projection } from './projection.js';
import { lastSeenWriter } from './last-seen.js';
import { listings, listingWriter } from './listings.js';
import { references, referenceWriter } from './references.js';
import {
  asSent,
  versionsLeftBehind,
  versionsOfSaves,
  type Decided,
  type Recorded,
  type SeenAs,
} from './views-of-versions.js';

/**
 * Every content version of every page: where in the log its content stands, what a list of versions shows, and how it
 * looks at other schema versions where that is not what a conversion makes of it.
 */
export function versions(ladder: Ladder, decided?: Decided): Projection {
  return {
    name: 'versions',
    version: 8,
    basis: ladder.at(ladder.finalized).hash,
    tables: [
      {
        name: 'versions',
        // `changeset`: its first position, where author and time stand. `content_position`: the event that carries the
        // content, which for a restored version is an older one.
        // `is_viewed`: whether there are rows in `views`, or in `last_seen` when it was made.
        create: `CREATE TABLE versions (
          position INTEGER PRIMARY KEY,
          page INTEGER NOT NULL,
          version INTEGER NOT NULL,
          changeset INTEGER NOT NULL,
          content_position INTEGER NOT NULL,
          schema_version INTEGER NOT NULL,
          is_viewed INTEGER NOT NULL,
          restored_from INTEGER,
          comment TEXT,
          title TEXT,
          bytes INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX versions_by_page ON versions (page, version)`,
        key: ['page', 'version'],
        indexes: [],
      },
      {
        name: 'views',
        create: `CREATE TABLE views (
          page INTEGER NOT NULL,
          version INTEGER NOT NULL,
          schema_version INTEGER NOT NULL,
          content TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX views_by_version ON views (page, version, schema_version)`,
        key: ['page', 'version', 'schema_version'],
        indexes: [],
      },
      {
        // Of versions with rows in `views`: which items of the lists of the document and of each view are which.
        name: 'items',
        create: `CREATE TABLE items (
          page INTEGER NOT NULL,
          version INTEGER NOT NULL,
          schema_version INTEGER NOT NULL,
          tokens TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX items_by_version ON items (page, version, schema_version)`,
        key: ['page', 'version', 'schema_version'],
        indexes: [],
      },
      {
        // Of the newest version of a page: blocks that are not to be seen, and in which version they last were.
        name: 'last_seen',
        create: `CREATE TABLE last_seen (
          page INTEGER NOT NULL,
          schema_version INTEGER NOT NULL,
          block TEXT NOT NULL,
          version INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX last_seen_by_page ON last_seen (page, schema_version, block)`,
        key: ['page', 'schema_version', 'block'],
        indexes: [],
      },
      listings,
      references,
    ],
    fold: (db, log) => {
      const write = versionWriter(db);
      const list = listingWriter(db, log);
      const refer = referenceWriter(db, log, ladder, decided);
      const savedOn = versionsOfSaves(db, log, ladder, decided);
      const leftBehind = versionsLeftBehind(db, log, ladder);
      /** Answers its title. */
      const add = (event: Recorded<'PageCreated' | 'PageSaved'>): string | null => {
        if (event.content === undefined) {
          write.add(event, asSent, null);
          refer.made(event, asSent);
          return null;
        }
        if (event.schemaVersion > ladder.finalized) {
          const version = leftBehind(event);
          const title = titleOf(version.views.get(ladder.finalized));
          write.add(event, version, title);
          refer.made(event, version);
          return title;
        }
        const title = titleIn(event.content);
        let seen = asSent;
        if (event.type === 'PageCreated') write.add(event, seen, title);
        else if (!write.addUsual(event, title)) write.add(event, (seen = savedOn(event)), title);
        refer.made(event, seen);
        return title;
      };
      return (event) => {
        switch (event.type) {
          case 'PageCreated':
            list.created(event, add(event));
            return;
          case 'PageSaved':
            list.saved(event, add(event));
            return;
          case 'PageRestored':
            write.restore(event);
            list.restored(event);
            refer.restored(event);
            return;
          case 'PagePublished':
            list.published(event);
            refer.published(event);
            return;
          case 'PageUnpublished':
            list.unpublished(event);
            refer.unpublished(event);
            return;
          default: // makes no version, and shows none
        }
      };
    },
  };
}

function versionWriter(db: Database) {
  const columns = `page, version, position, changeset, content_position, schema_version, comment, title, bytes, is_viewed`;
  const insert = db.prepare(`INSERT INTO versions (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  // `is_viewed` may not be null, so without such a base nothing is inserted.
  const insertOnPlainBase = db.prepare(
    `INSERT OR IGNORE INTO versions (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,
       (SELECT is_viewed FROM versions WHERE page = ? AND version = ? AND schema_version = ? AND is_viewed = 0))`,
  );
  const insertView = db.prepare(
    'INSERT INTO views (page, version, schema_version, content) VALUES (?, ?, ?, ?)',
  );
  const restore = db.prepare(
    `INSERT INTO versions (page, version, position, changeset, content_position, schema_version, is_viewed, restored_from, comment, title, bytes)
     SELECT page, ?, ?, ?, content_position, schema_version,
       is_viewed OR EXISTS (SELECT 1 FROM last_seen WHERE last_seen.page = versions.page), version, ?, title, bytes
     FROM versions WHERE page = ? AND version = ?`,
  );
  const restoreViews = db.prepare(
    `INSERT INTO views (page, version, schema_version, content)
     SELECT page, ?, schema_version, content FROM views WHERE page = ? AND version = ?`,
  );
  const insertItems = db.prepare(
    'INSERT INTO items (page, version, schema_version, tokens) VALUES (?, ?, ?, ?)',
  );
  const restoreItems = db.prepare(
    `INSERT INTO items (page, version, schema_version, tokens)
     SELECT page, ?, schema_version, tokens FROM items WHERE page = ? AND version = ?`,
  );
  const writeLastSeen = lastSeenWriter(db);
  return {
    /** Where nobody sees it but as a conversion shows it, because that is so of its base: whether that is so. */
    addUsual(event: Recorded<'PageSaved'>, title: string | null): boolean {
      const { streamNumber, schemaVersion, data } = event;
      const { changes } = insertOnPlainBase.run(
        ...rowOf(event, title),
        streamNumber,
        data.base,
        schemaVersion,
      );
      return changes > 0;
    },
    add(
      event: Recorded<'PageCreated' | 'PageSaved'>,
      { views, items, lastSeen }: SeenAs,
      title: string | null,
    ): void {
      insert.run(...rowOf(event, title), views.size + lastSeen.size > 0 ? 1 : 0);
      const { streamNumber } = event;
      if (event.type === 'PageSaved') writeLastSeen(streamNumber, lastSeen);
      for (const [schemaVersion, tokens] of items) {
        if (tokens.length > 0) {
          insertItems.run(streamNumber, contentVersionOf(event), schemaVersion, JSON.stringify(tokens));
        }
      }
      for (const [schemaVersion, view] of views) {
        insertView.run(streamNumber, contentVersionOf(event), schemaVersion, JSON.stringify(view));
      }
    },
    restore(event: Recorded<'PageRestored'>): void {
      const { position, firstPosition, streamNumber } = event;
      const { version, restored } = event.data;
      restore.run(version, position, firstPosition, commentOf(event), streamNumber, restored);
      restoreViews.run(version, streamNumber, restored);
      restoreItems.run(version, streamNumber, restored);
    },
  };
}

function rowOf(event: Recorded<'PageCreated' | 'PageSaved'>, title: string | null) {
  const { position, streamNumber, firstPosition, schemaVersion, content } = event;
  const bytes = Buffer.byteLength(content ?? '');
  const comment = commentOf(event);
  return [
    streamNumber,
    contentVersionOf(event),
    position,
    firstPosition,
    position,
    schemaVersion,
    comment,
    title,
    bytes,
  ] as const;
}

/** Many documents begin with it, and need not be read to their end for it: no key stands in them twice. */
const titleFirst = /^\s*\{\s*"title"\s*:\s*"/;

function titleIn(text: string): string | null {
  const start = titleFirst.exec(text)?.[0].length;
  const title = start === undefined ? undefined : text.slice(start, text.indexOf('"', start));
  return titleOf(title === undefined || title.includes('\\') ? (JSON.parse(text) as JsonObject) : { title });
}

/** A page is called what its `title` says, where that is a string. */
export function titleOf(document: JsonObject | undefined): string | null {
  const title = document && member(document, 'title');
  return typeof title === 'string' ? storable(title) : null;
}

/** What was said of this version, or else of all that was written with it. */
export function commentOf({
  data,
  changeset,
}: Recorded<'PageCreated' | 'PageSaved' | 'PageRestored'>): string | null {
  const comment = data.comment ?? changeset.comment;
  return comment === null ? null : storable(comment);
}
