import type { Database } from '../events/database.js';
import { isPageEvent } from '../events/event.js';
import type { Projection } from './projection.js';

/** Every content version of every page: where in the log its content stands, and what a list of versions shows. */
export const versions: Projection = {
  name: 'versions',
  version: 1,
  tables: [
    {
      name: 'versions',
      // `content_position`: the event that carries the content, which for a restored version is an older one.
      create: `CREATE TABLE versions (
        page INTEGER NOT NULL,
        version INTEGER NOT NULL,
        position INTEGER NOT NULL,
        content_position INTEGER NOT NULL,
        schema_version INTEGER NOT NULL,
        restored_from INTEGER,
        at TEXT NOT NULL,
        by TEXT NOT NULL,
        comment TEXT,
        title TEXT,
        bytes INTEGER NOT NULL,
        PRIMARY KEY (page, version)
      ) STRICT, WITHOUT ROWID`,
      key: ['page', 'version'],
      indexes: [],
    },
  ],
  fold(db) {
    const insert = db.prepare(
      `INSERT INTO versions (page, version, position, content_position, schema_version, restored_from, at, by, comment, title, bytes)
       VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)`,
    );
    const restore = db.prepare(
      `INSERT INTO versions (page, version, position, content_position, schema_version, restored_from, at, by, comment, title, bytes)
       SELECT page, ?, ?, content_position, schema_version, version, ?, ?, ?, title, bytes
       FROM versions WHERE page = ? AND version = ?`,
    );
    return (event) => {
      if (!isPageEvent(event)) return;
      const { position, streamNumber } = event;
      const { at, comment } = event.changeset;
      if (event.type === 'PageRestored') {
        const { version, restored } = event.data;
        const by = JSON.stringify(event.changeset.by);
        restore.run(version, position, at, by, event.data.comment ?? comment, streamNumber, restored);
      } else if (event.type === 'PageCreated' || event.type === 'PageSaved') {
        insert.run(
          streamNumber,
          event.type === 'PageCreated' ? 1 : event.data.version,
          position,
          position,
          event.schemaVersion,
          at,
          JSON.stringify(event.changeset.by),
          event.data.comment ?? comment,
          titleOf(event.content),
          Buffer.byteLength(event.content),
        );
      }
    };
  },
};

/** A page is called what its `title` says, where that is a string. */
function titleOf(content: string): string | null {
  const { title } = JSON.parse(content) as { title?: unknown };
  return typeof title === 'string' ? title : null;
}

/** One content version with its content as it was sent. `by` is the JSON of an actor, `at` ISO 8601. */
export interface StoredVersion {
  readonly text: string;
  readonly schemaVersion: number;
  readonly at: string;
  readonly by: string;
}

/** Content version `version` of the page with that id. */
export function versionFinder(db: Database): (page: string, version: number) => StoredVersion | undefined {
  const statement = db.prepare<[string, number], StoredVersion>(
    `SELECT events.content AS text, versions.schema_version AS schemaVersion, versions.at, versions.by
     FROM pages
     JOIN versions ON versions.page = pages.number
     JOIN events ON events.position = versions.content_position
     WHERE pages.id = ? AND versions.version = ?`,
  );
  return (page, version) => statement.get(page, version);
}
