import { isNoRoom, openScratchDatabase, type Database } from '../../log/database.js';
import type { RecordedEvent } from '../../events/event.js';
import { readLog } from '../../log/read-log.js';
import { foldAll } from '../index.js';
import { createIndexes, createTables, type Projection } from '../projection.js';

/** A commit of the scratch file, and a word of how far it is, come after so many events, or so long: a save that is merged takes milliseconds. */
const batchLength = 10_000;
const batchMs = 500;

/** Projections built anew, in a file of their own, from somebody else's log. */
export interface Scratch {
  readonly db: Database;
  readonly position: number;
  /** Folds what has been appended since, up to and including `upTo`; answers now and then how far it is. */
  catchUp(upTo: number): Generator<number>;
  /** Builds what is only needed for reading. */
  finish(): void;
}

/** Replays the log into an empty database file, which may be thrown away at any time. */
export function buildScratch(file: string, log: Database, chosen: readonly Projection[]): Scratch {
  const db = openScratchDatabase(file);
  try {
    for (const projection of chosen) createTables(db, projection);
  } catch (error) {
    db.close();
    throw error;
  }
  const fold = foldAll(chosen, db, log);
  let position = 0;

  function* catchUp(upTo: number): Generator<number> {
    let folded = 0;
    let endsMs = performance.now() + batchMs;
    db.exec('BEGIN');
    for (const event of readLog(log, position, upTo)) {
      foldOne(fold, event);
      position = event.position;
      if (++folded < batchLength && performance.now() < endsMs) continue;
      db.exec('COMMIT');
      yield position;
      db.exec('BEGIN');
      folded = 0;
      endsMs = performance.now() + batchMs;
    }
    db.exec('COMMIT');
    yield position;
  }

  return {
    db,
    get position() {
      return position;
    },
    catchUp,
    finish: () => {
      for (const projection of chosen) createIndexes(db, projection);
    },
  };
}

function foldOne(fold: (event: RecordedEvent) => void, event: RecordedEvent): void {
  try {
    fold(event);
  } catch (cause) {
    if (isNoRoom(cause)) throw cause;
    throw new Error(`event ${event.position} (${event.type} of ${event.stream}) can't be projected`, {
      cause,
    });
  }
}
