import type { Database } from '../events/database.js';
import { isPageEvent, type PageEvent, type RecordedEvent } from '../events/event.js';
import { olderViewFinder } from '../events/older-views.js';
import { convert } from '../schema/conversion.js';
import { member, type JsonObject } from '../schema/json.js';
import type { Ladder } from '../schema/ladder.js';
import { saved, type StoredVersion } from '../schema/views.js';
import type { Projection } from './projection.js';

/**
 * Every content version of every page: where in the log its content stands, what a list of versions shows, and how it
 * looks at other schema versions where that is not what a conversion makes of it.
 */
export function versions(ladder: Ladder): Projection {
  return {
    name: 'versions',
    version: 2,
    basis: ladder.at(ladder.current).hash,
    tables: [
      {
        name: 'versions',
        // `content_position`: the event that carries the content, which for a restored version is an older one.
        // `is_viewed`: whether there are rows in `views`.
        create: `CREATE TABLE versions (
          page INTEGER NOT NULL,
          version INTEGER NOT NULL,
          position INTEGER NOT NULL,
          content_position INTEGER NOT NULL,
          schema_version INTEGER NOT NULL,
          is_viewed INTEGER NOT NULL,
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

type Recorded<T extends PageEvent['type']> = RecordedEvent<Extract<PageEvent, { type: T }>>;
type Views = StoredVersion['views'];

function versionWriter(db: Database) {
  const insert = db.prepare(
    `INSERT INTO versions (page, version, position, content_position, schema_version, is_viewed, restored_from, at, by, comment, title, bytes)
     VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)`,
  );
  const insertView = db.prepare(
    'INSERT INTO views (page, version, schema_version, content) VALUES (?, ?, ?, ?)',
  );
  const restore = db.prepare(
    `INSERT INTO versions (page, version, position, content_position, schema_version, is_viewed, restored_from, at, by, comment, title, bytes)
     SELECT page, ?, ?, content_position, schema_version, is_viewed, version, ?, ?, ?, title, bytes
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
      const { at, by, comment } = event.changeset;
      insert.run(
        streamNumber,
        version,
        position,
        position,
        event.schemaVersion,
        views.size > 0 ? 1 : 0,
        at,
        JSON.stringify(by),
        event.data.comment ?? comment,
        title,
        Buffer.byteLength(content),
      );
      for (const [schemaVersion, view] of views) {
        insertView.run(streamNumber, version, schemaVersion, JSON.stringify(view));
      }
    },
    restore({ position, streamNumber, changeset, data }: Recorded<'PageRestored'>): void {
      const { version, restored } = data;
      const by = JSON.stringify(changeset.by);
      const comment = data.comment ?? changeset.comment;
      restore.run(version, position, changeset.at, by, comment, streamNumber, restored);
      restoreViews.run(version, streamNumber, restored);
    },
  };
}

/** How a saved version looks where that is not what a conversion makes of it. */
function viewsOfSaves(db: Database, log: Database, ladder: Ladder): (event: Recorded<'PageSaved'>) => Views {
  const stored = storedVersionFinder(db, log);
  const baseOf = db.prepare<[number, number], { schema_version: number; is_viewed: number }>(
    'SELECT schema_version, is_viewed FROM versions WHERE page = ? AND version = ?',
  );
  return ({ streamNumber, schemaVersion, content, data }) => {
    const base = baseOf.get(streamNumber, data.base);
    // The usual save: nothing is hidden from anybody, and no document has to be read.
    if (base?.schema_version === schemaVersion && base.is_viewed === 0) return noViews;
    const copies = new Map(Object.entries(data.copies ?? {}));
    const document = JSON.parse(content) as JsonObject;
    return saved(ladder, stored(streamNumber, data.base), { schemaVersion, document, copies }).version.views;
  };
}

const noViews: Views = new Map();

/**
 * How a version looks that was saved above this ladder: what a newer program has left behind, and below that what a
 * conversion makes of it. So nobody ever asks for what only the newer one can work out.
 */
function viewsLeftBehind(
  log: Database,
  ladder: Ladder,
): (event: Recorded<'PageCreated' | 'PageSaved'>) => Views {
  let find: ReturnType<typeof olderViewFinder> | undefined;
  const typeOf = pageTypeFinder(log);
  return ({ position, schemaVersion, streamNumber }) => {
    find ??= olderViewFinder(log); // the table is there if there is need for it
    const { current } = ladder;
    const left = new Map(find(position, current).map((view) => [view.schemaVersion, view.content]));
    const newest = left.get(current);
    if (newest === undefined) {
      throw new Error(
        `its schema version is ${schemaVersion}, and no view of it at ${current} was left behind`,
      );
    }
    const type = typeOf(streamNumber);
    const views = new Map<number, JsonObject>();
    let above = { at: current, text: newest };
    for (let at = current; at >= 1 && ladder.leads(current, at); at--) {
      const text = left.get(at);
      if (text !== undefined) above = { at, text };
      const document = JSON.parse(above.text) as JsonObject;
      views.set(at, above.at === at ? document : convert(ladder, type, document, above.at, at).content);
    }
    return views;
  };
}

/** A page is called what its `title` says, where that is a string. */
function titleOf(document: JsonObject | undefined): string | null {
  const title = document && member(document, 'title');
  return typeof title === 'string' ? title : null;
}

/**
 * Finds a content version with all its views, by the number of the page's stream.
 * @throws Error when there is none
 */
export function storedVersionFinder(
  db: Database,
  log: Database = db,
): (page: number, version: number) => StoredVersion {
  const versionOf = db.prepare<
    [number, number],
    { schema_version: number; is_viewed: number; content_position: number }
  >('SELECT schema_version, is_viewed, content_position FROM versions WHERE page = ? AND version = ?');
  const viewsOf = db.prepare<[number, number], { schema_version: number; content: string }>(
    'SELECT schema_version, content FROM views WHERE page = ? AND version = ?',
  );
  const contentAt = log.prepare<[number], string>('SELECT content FROM events WHERE position = ?').pluck();
  const typeOf = pageTypeFinder(log);
  return (page, version) => {
    const row = versionOf.get(page, version);
    const content = row && contentAt.get(row.content_position);
    if (!row || content === undefined) {
      throw new Error(`page ${page} misses its version ${version}: run \`palimpsest rebuild versions\``);
    }
    const views = row.is_viewed === 0 ? [] : viewsOf.all(page, version);
    return {
      type: typeOf(page),
      schemaVersion: row.schema_version,
      document: JSON.parse(content) as JsonObject,
      views: new Map(views.map((view) => [view.schema_version, JSON.parse(view.content) as JsonObject])),
    };
  };
}

/** Finds the type of a page by the number of its stream. */
function pageTypeFinder(log: Database): (page: number) => string {
  const statement = log
    .prepare<[number], string>(
      `SELECT data ->> 'pageType' FROM events WHERE stream = ? ORDER BY position LIMIT 1`,
    )
    .pluck();
  return (page) => {
    const type = statement.get(page);
    if (type === undefined)
      throw new Error(`stream ${page} does not begin with a page: run \`palimpsest verify\``);
    return type;
  };
}

/** As `storedVersionFinder`, by the page's id and as of now in the caller's transaction. */
export function storedVersions(db: Database): (page: string, version: number) => StoredVersion {
  const stored = storedVersionFinder(db);
  const numberOf = db.prepare<[string], number>('SELECT number FROM streams WHERE id = ?').pluck();
  return (page, version) => stored(numberOf.get(page) ?? 0, version);
}

/** One content version with its content as it was sent. `by` is the JSON of an actor, `at` ISO 8601. */
export interface SentVersion {
  readonly text: string;
  readonly schemaVersion: number;
  readonly at: string;
  readonly by: string;
}

/** Content version `version` of the page with that id. */
export function versionFinder(db: Database): (page: string, version: number) => SentVersion | undefined {
  const statement = db.prepare<[string, number], SentVersion>(
    `SELECT events.content AS text, versions.schema_version AS schemaVersion, versions.at, versions.by
     FROM pages
     JOIN versions ON versions.page = pages.number
     JOIN events ON events.position = versions.content_position
     WHERE pages.id = ? AND versions.version = ?`,
  );
  return (page, version) => statement.get(page, version);
}
