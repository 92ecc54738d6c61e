import type { RecordedEvent } from '../../events/event.js';
import { openScratchDatabase, type Database } from '../../log/database.js';
import { createTables } from '../../projections/projection.js';
import { storedVersionFinder } from '../../projections/stored-versions.js';
import { versions } from '../../projections/versions.js';
import type { Ladder } from '../../schema/ladder.js';
import type { StoredVersion } from '../../schema/views.js';

/** The content versions of a log as they will be seen under a ladder that may have more rungs than it was written with. */
interface ViewedVersions {
  /** To be told every event of pages, in order. */
  fold(event: RecordedEvent): void;
  /** A version that an event has made; nothing where every view is a conversion of its document. */
  find(page: number, type: string, version: number): StoredVersion | undefined;
  close(): void;
}

/** Works them out beside the log, in a temporary file of SQLite's. */
export function viewedVersions(log: Database, ladder: Ladder): ViewedVersions {
  const db = openScratchDatabase('');
  const projection = versions(ladder);
  createTables(db, projection);
  const stored = storedVersionFinder(db, log);
  const isMerged = db
    .prepare<[number, number], number>('SELECT 1 FROM views WHERE page = ? AND version = ? LIMIT 1')
    .pluck();
  return {
    fold: projection.fold(db, log),
    find: (number, type, version) =>
      isMerged.get(number, version) === undefined ? undefined : stored({ number, type }, version),
    close: () => {
      db.close();
    },
  };
}
