import { isPageEvent } from '../events/event.js';
import type { Projection } from './projection.js';

/** Which version of a page readers were shown, and when: spans of positions as in `places`. */
export const publications: Projection = {
  name: 'publications',
  version: 1,
  tables: [
    {
      name: 'publications',
      create: `CREATE TABLE publications (
        page INTEGER NOT NULL,
        from_position INTEGER NOT NULL,
        to_position INTEGER,
        version INTEGER NOT NULL,
        PRIMARY KEY (page, from_position)
      ) STRICT, WITHOUT ROWID`,
      key: ['page', 'from_position'],
      indexes: [],
    },
  ],
  fold(db) {
    const open = db.prepare(
      'INSERT INTO publications (page, from_position, to_position, version) VALUES (?, ?, NULL, ?)',
    );
    const close = db.prepare(
      'UPDATE publications SET to_position = ? WHERE page = ? AND to_position IS NULL',
    );
    return (event) => {
      if (!isPageEvent(event)) return;
      if (event.type !== 'PagePublished' && event.type !== 'PageUnpublished') return;
      close.run(event.position, event.streamNumber);
      if (event.type === 'PagePublished') open.run(event.streamNumber, event.position, event.data.version);
    };
  },
};
