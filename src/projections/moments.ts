import type { Database } from '../log/database.js';
import type { Projection } from './projection.js';

/**
 * Turns a time into a log position. Times are mostly in the order of positions, but imports bring the past in later, and
 * clocks jump. A row is where time went back, and stays only while it did not go back as far or further later.
 */
export const moments: Projection = {
  name: 'moments',
  version: 4,
  tables: [
    {
      name: 'moments',
      // `at` in milliseconds since the epoch.
      create: 'CREATE TABLE moments (at INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT',
      key: ['at'],
      indexes: [],
    },
  ],
  fold(db, log) {
    const remember = db.prepare('INSERT INTO moments (at, position) VALUES (?, ?)');
    const forgetLater = db.prepare<[number]>('DELETE FROM moments WHERE at >= ?');
    const before = log
      .prepare<[number], string>(
        'SELECT at FROM changesets WHERE first_position < ? ORDER BY first_position DESC LIMIT 1',
      )
      .pluck();
    let last = { position: 0, moment: Infinity };
    const momentBefore = (position: number): number => {
      if (last.position === position - 1) return last.moment; // if not, what was folded last was rolled back
      const at = before.get(position);
      return at === undefined ? Infinity : millisecondsOf(at);
    };
    return ({ changeset: { at }, firstPosition, position }) => {
      const moment = millisecondsOf(at);
      if (position === firstPosition && moment < momentBefore(position)) {
        forgetLater.run(moment);
        remember.run(moment, position);
      }
      last = { position, moment };
    };
  },
};

/** The highest position whose event is not later than `at` (ISO 8601, UTC, milliseconds); 0 when all are. */
export function momentFinder(db: Database): (at: string) => number {
  const start = db
    .prepare<[number], number>('SELECT position FROM moments WHERE at <= ? ORDER BY at DESC LIMIT 1')
    .pluck();
  const around = db.prepare<[number], { first_position: number; last_position: number; at: string }>(
    `SELECT first_position, last_position, at FROM changesets
     WHERE first_position <= ? ORDER BY first_position DESC LIMIT 1`,
  );
  const head = db.prepare<[], number>('SELECT position FROM head').pluck();
  return (at) => {
    const moment = millisecondsOf(at);
    // From here on, everything up to some position is not later, and everything after it is: time runs forward for a
    // while, and where it goes back again, it goes back to what is later than `at`, or it would be a row.
    let found = start.get(moment) ?? 0;
    let end = found === 0 ? 0 : (head.get() ?? 0);
    while (found < end) {
      const middle = around.get(Math.ceil((found + end) / 2));
      if (!middle) throw new Error('the log has no change sets: run `palimpsest verify`');
      if (millisecondsOf(middle.at) <= moment) found = Math.max(found, middle.last_position);
      else end = middle.first_position - 1;
    }
    return found;
  };
}

/** @throws Error for a text that is no time: SQLite would give it a row of its own choice */
function millisecondsOf(at: string): number {
  const milliseconds = Date.parse(at);
  if (Number.isNaN(milliseconds)) throw new Error(`"${at}" is no time (ISO 8601)`);
  return milliseconds;
}
