import type { Database } from '../events/database.js';
import type { Projection } from './projection.js';

/**
 * Turns a time into a log position. Times are not in the order of positions: imports bring the past in later,
 * and clocks jump. A row stays only while no later position has an earlier or equal time, so that the highest
 * position not later than a time is one look-up.
 */
export const moments: Projection = {
  name: 'moments',
  version: 3,
  tables: [
    {
      name: 'moments',
      // `at` in milliseconds since the epoch.
      create: 'CREATE TABLE moments (at INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT',
      key: ['at'],
      indexes: [],
    },
  ],
  fold(db) {
    const remember = db.prepare('INSERT OR REPLACE INTO moments (at, position) VALUES (?, ?)');
    const forgetLater = db.prepare<[number]>('DELETE FROM moments WHERE at > ?');
    const last = db.prepare<[], number | null>('SELECT max(at) FROM moments').pluck();
    // No row is later than this; after a rollback there may be none as late.
    let latest: number | undefined;
    return ({ changeset: { at }, position }) => {
      const moment = millisecondsOf(at);
      latest ??= last.get() ?? -Infinity;
      if (moment > latest) latest = moment;
      else forgetLater.run(moment);
      remember.run(moment, position);
    };
  },
};

/** The highest position whose event is not later than `at` (ISO 8601, UTC, milliseconds); 0 when all are. */
export function momentFinder(db: Database): (at: string) => number {
  const statement = db.prepare<[number], { position: number }>(
    'SELECT position FROM moments WHERE at <= ? ORDER BY at DESC LIMIT 1',
  );
  return (at) => statement.get(millisecondsOf(at))?.position ?? 0;
}

/** @throws Error for a text that is no time: SQLite would give it a row of its own choice */
function millisecondsOf(at: string): number {
  const milliseconds = Date.parse(at);
  if (Number.isNaN(milliseconds)) throw new Error(`"${at}" is no time (ISO 8601)`);
  return milliseconds;
}
