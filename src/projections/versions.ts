import type { Database } from '../events/database.js';
import { isPageEvent } from '../events/event.js';
import { member, type JsonObject } from '../schema/json.js';
import type { Ladder } from '../schema/ladder.js';
import type { Projection } from './projection.js';
import { noViews, viewsLeftBehind, viewsOfSaves, type Recorded, type Views } from './views-of-versions.js';

/**
 * Every content version of every page: where in the log its content stands, what a list of versions shows, and how it
 * looks at other schema versions where that is not what a conversion makes of it.
 */
export function versions(ladder: Ladder): Projection {
  return {
    name: 'versions',
    version: 3,
    basis: ladder.at(ladder.current).hash,
    tables: [
      {
        name: 'versions',
        // `changeset`: its first position, where author and time stand. `content_position`: the event that carries the
        // content, which for a restored version is an older one.
        // `is_viewed`: whether there are rows in `views`.
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
    ],
    fold: (db, log) => {
      const write = versionWriter(db);
      const viewsAfter = viewsOfSaves(db, log, ladder);
      const viewsLeft = viewsLeftBehind(log, ladder);
      return (event) => {
        if (!isPageEvent(event)) return;
        if (event.type === 'PageCreated' || event.type === 'PageSaved') {
          const version = event.type === 'PageCreated' ? 1 : event.data.version;
          if (event.schemaVersion > ladder.current) {
            const views = viewsLeft(event);
            write.add(event, version, views, titleOf(views.get(ladder.current)));
          } else {
            const views = event.type === 'PageCreated' ? noViews : viewsAfter(event);
            write.add(event, version, views, titleOf(JSON.parse(event.content) as JsonObject));
          }
        } else if (event.type === 'PageRestored') {
          write.restore(event);
        }
      };
    },
  };
}

function versionWriter(db: Database) {
  const insert = db.prepare(
    `INSERT INTO versions (page, version, position, changeset, content_position, schema_version, is_viewed, restored_from, comment, title, bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?)`,
  );
  const insertView = db.prepare(
    'INSERT INTO views (page, version, schema_version, content) VALUES (?, ?, ?, ?)',
  );
  const restore = db.prepare(
    `INSERT INTO versions (page, version, position, changeset, content_position, schema_version, is_viewed, restored_from, comment, title, bytes)
     SELECT page, ?, ?, ?, content_position, schema_version, is_viewed, version, ?, title, bytes
     FROM versions WHERE page = ? AND version = ?`,
  );
  const restoreViews = db.prepare(
    `INSERT INTO views (page, version, schema_version, content)
     SELECT page, ?, schema_version, content FROM views WHERE page = ? AND version = ?`,
  );
  return {
    add(
      event: Recorded<'PageCreated' | 'PageSaved'>,
      version: number,
      views: Views,
      title: string | null,
    ): void {
      const { position, streamNumber, content } = event;
      insert.run(
        streamNumber,
        version,
        position,
        event.firstPosition,
        position,
        event.schemaVersion,
        views.size > 0 ? 1 : 0,
        event.data.comment ?? event.changeset.comment,
        title,
        Buffer.byteLength(content),
      );
      for (const [schemaVersion, view] of views) {
        insertView.run(streamNumber, version, schemaVersion, JSON.stringify(view));
      }
    },
    restore({ position, firstPosition, streamNumber, changeset, data }: Recorded<'PageRestored'>): void {
      const { version, restored } = data;
      const comment = data.comment ?? changeset.comment;
      restore.run(version, position, firstPosition, comment, streamNumber, restored);
      restoreViews.run(version, streamNumber, restored);
    },
  };
}

/** A page is called what its `title` says, where that is a string. */
function titleOf(document: JsonObject | undefined): string | null {
  const title = document && member(document, 'title');
  return typeof title === 'string' ? title : null;
}
