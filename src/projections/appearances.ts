import type { Database } from '../log/database.js';
import type { Table } from './projection.js';

/**
 * What happened to pages besides their versions: they were published or unpublished, protected or not any more, moved, deleted or
 * brought back. `is_open`:
 * readers could notice, as the page or something beneath it was published.
 */
export const appearances: Table = {
  name: 'appearances',
  create: `CREATE TABLE appearances (
    position INTEGER PRIMARY KEY,
    page INTEGER NOT NULL,
    is_open INTEGER NOT NULL
  ) STRICT`,
  key: ['position'],
  indexes: ['CREATE INDEX open_appearances ON appearances (position) WHERE is_open = 1'],
};

/** The last positions at which anything changed that lists and the tree show; 0: nothing ever did. */
export function shownPositions(db: Database) {
  const toReaders = db
    .prepare<[], number>('SELECT position FROM appearances WHERE is_open = 1 ORDER BY position DESC LIMIT 1')
    .pluck();
  // Whatever makes a version stands in `versions`.
  const toAll = db
    .prepare<[], number>(
      `SELECT max(coalesce((SELECT max(position) FROM appearances), 0), coalesce((SELECT max(position) FROM versions), 0))`,
    )
    .pluck();
  return { toReaders: (): number => toReaders.get() ?? 0, toAll: (): number => toAll.get() ?? 0 };
}
