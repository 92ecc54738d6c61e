import type { Database } from '../log/database.js';
import { readInstallation, requireThisFormat } from '../log/installation.js';
import { lateDatabase } from '../log/late-database.js';
import { inodeOf, openToRead } from '../log/read-only.js';
import { requireOwnDatabase } from './database-header.js';
import { dataDirectory, isServed, requireDatabase, type DataDirectory } from './data-directory.js';
import { OperatorError, exitCodes } from './operator-error.js';
import { onAskedToLeave } from './leaving.js';
import { isHalfMade } from './new-installation.js';
import { requireOwnWal } from './own-wal.js';

/**
 * Runs `read` on the database of a data directory, whether a server runs there or not. `formats`: an upgrade knows older
 * ones, too.
 * @throws OperatorError, WrongDatabase
 */
export async function reading<T>(
  data: string,
  read: (db: Database, directory: DataDirectory) => T | Promise<T>,
  formats: 'this' | 'older ones, too' = 'this',
): Promise<T> {
  const directory = dataDirectory(data);
  requireDatabase(directory);
  requireOwnDatabase(directory.database);
  requireOwnWal(directory, () => isServed(directory));
  const db = openToRead(directory.database);
  try {
    if (isHalfMade(db)) throw notFinished(directory);
    readInstallation(db);
    if (formats === 'this') requireThisFormat(db);
    return await read(db, directory);
  } finally {
    db.close();
  }
}

/**
 * As `reading`, for work that goes on while another version takes over: `follow` has `db` read from the file that has the
 * name by then. To be called when something was written that is read next.
 */
export async function readingOn<T>(
  data: string,
  read: (db: Database, follow: () => void) => T | Promise<T>,
): Promise<T> {
  // Before it is opened: what has the name by then is the file that is read, or is followed to.
  let inode = inodeOf(dataDirectory(data).database);
  return reading(data, async (first, { database }) => {
    const late = lateDatabase();
    late.open(first);
    let db = first;
    const follow = (): void => {
      if (inodeOf(database) === inode) return;
      inode = inodeOf(database);
      const next = openToRead(database);
      late.open(next);
      if (db !== first) db.close();
      db = next;
    };
    try {
      return await read(late.db, follow);
    } finally {
      if (db !== first) db.close();
    }
  });
}

function notFinished({ path }: DataDirectory): OperatorError {
  return new OperatorError(
    exitCodes.badData,
    `the database in ${path} was begun and never finished: run \`palimpsest serve\` to make it anew`,
  );
}

/** Aborts on Ctrl-C and the like, so that long work ends cleanly. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  onAskedToLeave(() => {
    controller.abort();
  });
  return controller.signal;
}
