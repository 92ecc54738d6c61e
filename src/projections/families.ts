import type { Database } from '../log/database.js';
import { familyOf, type Family } from '../events/event-types.js';
import type { Projection } from './projection.js';

/** Where in the log something happened to anything but a page: what is remembered of that is good until the next. */
export const families: Projection = {
  name: 'families',
  version: 1,
  tables: [
    {
      name: 'families',
      create: `CREATE TABLE families (
        family TEXT NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (family, position)
      ) STRICT, WITHOUT ROWID`,
      key: ['family', 'position'],
      indexes: [],
    },
  ],
  fold(db) {
    const insert = db.prepare('INSERT INTO families (family, position) VALUES (?, ?)');
    return ({ type, position }) => {
      const family = familyOf(type);
      if (family !== 'page') insert.run(family, position);
    };
  },
};

/** The position of the newest event of a family; 0: nothing ever happened to it. */
export function lastOfFamilyFinder(db: Database): (family: Exclude<Family, 'page'>) => number {
  const last = db
    .prepare<[string], number | null>('SELECT max(position) FROM families WHERE family = ?')
    .pluck();
  return (family) => last.get(family) ?? 0;
}
