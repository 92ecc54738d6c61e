import { openDatabase, type Database } from '../events/database.js';
import { readInstallation, requireThisFormat } from '../events/installation.js';
import { requireOwnDatabase } from './database-header.js';
import { requireOwnWal } from './own-wal.js';
import { dataDirectory, isServed, requireDatabase, type DataDirectory } from './data-directory.js';

/**
 * Runs `read` on the database of a data directory, whether a server runs there or not. `formats`: an upgrade knows older
 * ones, too.
 * @throws CliError, WrongDatabase
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
  const db = openDatabase(directory.database, 'read');
  try {
    readInstallation(db);
    if (formats === 'this') requireThisFormat(db);
    return await read(db, directory);
  } finally {
    db.close();
  }
}

/** Aborts on Ctrl-C and SIGTERM, so that long work ends cleanly. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      controller.abort();
    });
  }
  return controller.signal;
}
