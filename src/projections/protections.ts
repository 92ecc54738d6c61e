import type { Projection } from './projection.js';

/** When a page was protected by itself: spans of positions as in `places`. */
export const protections: Projection = {
  name: 'protections',
  version: 1,
  tables: [
    {
      name: 'protections',
      create: `CREATE TABLE protections (
        page INTEGER NOT NULL,
        from_position INTEGER NOT NULL,
        to_position INTEGER,
        PRIMARY KEY (page, from_position)
      ) STRICT, WITHOUT ROWID`,
      key: ['page', 'from_position'],
      indexes: [],
    },
  ],
  fold(db) {
    const open = db.prepare('INSERT INTO protections (page, from_position, to_position) VALUES (?, ?, NULL)');
    const close = db.prepare('UPDATE protections SET to_position = ? WHERE page = ? AND to_position IS NULL');
    return ({ type, position, streamNumber }) => {
      if (type === 'PageProtected') open.run(streamNumber, position);
      else if (type === 'PageUnprotected') close.run(position, streamNumber);
    };
  },
};
