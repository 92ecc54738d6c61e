import { isPageEvent } from '../events/event.js';
import type { Projection } from './projection.js';

/** Which version of a page readers were shown, when, and who did that: spans of positions as in `places`. */
export const publications: Projection = {
  name: 'publications',
  version: 2,
  tables: [
    {
      name: 'publications',
      // `changeset`: its first position, where author and time stand.
      create: `CREATE TABLE publications (
        page INTEGER NOT NULL,
        from_position INTEGER NOT NULL,
        to_position INTEGER,
        version INTEGER NOT NULL,
        changeset INTEGER NOT NULL,
        PRIMARY KEY (page, from_position)
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX publications_open ON publications (page) WHERE to_position IS NULL`,
      key: ['page', 'from_position'],
      indexes: [],
    },
  ],
  fold(db) {
    const open = db.prepare(
      'INSERT INTO publications (page, from_position, to_position, version, changeset) VALUES (?, ?, NULL, ?, ?)',
    );
    const close = db.prepare(
      'UPDATE publications SET to_position = ? WHERE page = ? AND to_position IS NULL',
    );
    return (event) => {
      if (!isPageEvent(event)) return;
      if (event.type !== 'PagePublished' && event.type !== 'PageUnpublished') return;
      close.run(event.position, event.streamNumber);
      if (event.type === 'PagePublished')
        open.run(event.streamNumber, event.position, event.data.version, event.firstPosition);
    };
  },
};
