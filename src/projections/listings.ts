import type { Database } from '../log/database.js';
import type { RecordedEvent } from '../events/event.js';
import type { Recorded } from './views-of-versions.js';
import type { Table } from './projection.js';

/**
 * What lists of pages are sorted by: of the newest version of a page, and of the one that readers see (`readers_…`, null: none).
 * `title` as `sortable` makes it; times are ISO 8601. `published_at` is empty where nothing is published.
 */
export const listings: Table = {
  name: 'listings',
  create: `CREATE TABLE listings (
    page INTEGER PRIMARY KEY,
    created_at TEXT NOT NULL,
    title TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    published_at TEXT NOT NULL,
    readers_title TEXT,
    readers_updated_at TEXT
  ) STRICT`,
  key: ['page'],
  indexes: [
    'CREATE INDEX listings_by_creation ON listings (created_at)',
    'CREATE INDEX listings_by_title ON listings (title)',
    'CREATE INDEX listings_by_update ON listings (updated_at)',
    'CREATE INDEX listings_by_publication ON listings (published_at)',
    'CREATE INDEX readers_listings_by_creation ON listings (created_at) WHERE readers_title IS NOT NULL',
    'CREATE INDEX readers_listings_by_title ON listings (readers_title) WHERE readers_title IS NOT NULL',
    'CREATE INDEX readers_listings_by_update ON listings (readers_updated_at) WHERE readers_title IS NOT NULL',
  ],
};

/** Characters of a title that it is sorted by: a cursor holds them. */
const sortedCharacters = 80;

/** What a title is sorted by, compared bytewise: its beginning, with `A` to `Z` as small letters. None: empty. */
function sortable(title: string | null): string {
  if (title === null) return '';
  const beginning = Array.from(title.slice(0, 2 * sortedCharacters))
    .slice(0, sortedCharacters)
    .join('');
  return beginning.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

/** The same in SQL, of a column. */
export function sortableColumn(title: string): string {
  return `lower(substr(coalesce(${title}, ''), 1, ${sortedCharacters}))`;
}

/** Keeps `listings`; the version that an event makes, or shows, stands in `versions` before. */
export function listingWriter(db: Database, log: Database) {
  const insert = db.prepare(
    `INSERT INTO listings (page, created_at, title, updated_at, published_at) VALUES (?, ?, ?, ?, '')`,
  );
  const setUpdated = db.prepare('UPDATE listings SET updated_at = ? WHERE page = ?');
  const setTitle = db.prepare('UPDATE listings SET title = $title WHERE page = $page AND title <> $title');
  const setReaders = db.prepare(
    'UPDATE listings SET published_at = ?, readers_title = ?, readers_updated_at = ? WHERE page = ?',
  );
  const versionOf = db.prepare<[number, number], { title: string | null; changeset: number }>(
    'SELECT title, changeset FROM versions WHERE page = ? AND version = ?',
  );
  const timeOf = log.prepare<[number], string>('SELECT at FROM changesets WHERE first_position = ?').pluck();

  const version = ({ streamNumber }: RecordedEvent, number: number) => {
    const found = versionOf.get(streamNumber, number);
    if (!found) throw new Error(`page ${streamNumber} has no version ${number}: run \`palimpsest verify\``);
    return found;
  };
  const update = ({ streamNumber: page, changeset }: RecordedEvent, title: string | null): void => {
    setUpdated.run(changeset.at, page);
    setTitle.run({ page, title: sortable(title) });
  };

  return {
    created: ({ streamNumber, changeset }: RecordedEvent, title: string | null): void => {
      insert.run(streamNumber, changeset.at, sortable(title), changeset.at);
    },
    saved: update,
    restored: (event: Recorded<'PageRestored'>): void => {
      update(event, version(event, event.data.version).title);
    },
    published: (event: Recorded<'PagePublished'>): void => {
      const { title, changeset } = version(event, event.data.version);
      // A change set stands in the log when it is complete.
      const updatedAt = changeset === event.firstPosition ? event.changeset.at : timeOf.get(changeset);
      setReaders.run(event.changeset.at, sortable(title), updatedAt, event.streamNumber);
    },
    unpublished: ({ streamNumber }: RecordedEvent): void => {
      setReaders.run('', null, null, streamNumber);
    },
  };
}
