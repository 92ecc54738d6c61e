import { copyFileSync, linkSync, rmSync, statSync } from 'node:fs';
import { damagesOf, isDamage, openToLook, snapshot, type Database } from './database.js';
import { genesisHash } from './digest.js';
import type { Head } from './log.js';

/**
 * SQLite finds a write-ahead log by its name, and applies it to whatever file lies beside it: if that is a copy which was
 * put there after a crash, both are destroyed. So before a database is opened it is looked at twice, without and with its
 * log, and nothing is changed.
 */
export interface WalFiles {
  readonly database: string;
  /** A name on the same disk under which the database has no write-ahead log; it is free again afterwards. */
  readonly alone: string;
}

interface Look {
  /** What file and log have to hold in any case. */
  readonly known?: Head;
  /** Reads all of it where there is a doubt: worth the time before the two are put together. */
  readonly isThorough?: boolean;
}

/**
 * Why the write-ahead log can't be that of the file beside it; nothing where it can, or where there is none. Files that a
 * checkpoint was killed on, or is at work on, fit.
 * @throws what opening throws, `SQLITE_BUSY` among it
 */
export function misfitOf(
  { database, alone }: WalFiles,
  { known, isThorough }: Look = {},
): string | undefined {
  if (bytesOf(`${database}-wal`) === 0) return undefined;
  // SQLite deletes the write-ahead log of an empty file.
  if (bytesOf(database) === 0) return 'the file is missing or empty';
  // In this order: what is in the log comes into the file, is noted there, and never goes back.
  const { noted } = readableView(database) ?? nothingNoted;
  const file = lookingAt(alone, () => {
    giveName(database, alone);
    return readableView(alone);
  });
  const together = readableView(database, file?.position);
  if (!together) return file || known ? 'file and log make no database' : undefined;
  // SQLite leaves a log aside that is in the file already.
  if (known && readableView(database, known.position)?.hashThere !== known.hash) {
    return `position ${known.position} is not in it`;
  }
  if (!file) return undefined;
  if (file.epoch < noted.epoch || file.position < noted.position) {
    return `the log needs a file of epoch ${noted.epoch} at position ${noted.position}, and this one is of epoch ${file.epoch} at position ${file.position}`;
  }
  if (file.position > together.position) {
    return `the file is at position ${file.position}, and with the log it would be at ${together.position}`;
  }
  if (file.schema > together.schema) return 'the file has newer tables than the log';
  if (file.hash !== together.hashThere) {
    return `file and log tell position ${file.position} differently`;
  }
  if (!together.isWhole) return `positions after ${file.position} are neither in the file nor in the log`;
  // A checkpoint may have been killed; or this is a copy whose pages are in another order.
  const isDoubtful = file.position !== noted.position || file.schema !== noted.schema;
  return isThorough === true && isDoubtful && !isSound(database) && isSoundAlone({ database, alone })
    ? 'pages of the log are not where the file has them'
    : undefined;
}

function isSoundAlone({ database, alone }: WalFiles): boolean {
  return lookingAt(alone, () => {
    giveName(database, alone);
    return isSound(alone);
  });
}

function isSound(file: string): boolean {
  const db = openToLook(file);
  try {
    return damagesOf(db).length === 0;
  } finally {
    db.close();
  }
}

const nothingNoted = { noted: { epoch: 0, position: 0, schema: 0 } };

/** What a database says about itself. */
interface View {
  readonly epoch: number;
  /** What its file is known to say without the log. */
  readonly noted: Pick<View, 'epoch' | 'position' | 'schema'>;
  /** Counted up with every change to its tables. */
  readonly schema: number;
  readonly position: number;
  readonly hash: string;
  /** Of the event at the position that was asked about. */
  readonly hashThere: string;
  /** No event is missing from there on. */
  readonly isWhole: boolean;
}

/** Nothing for what is no database. */
function readableView(file: string, from?: number): View | undefined {
  const db = openToLook(file);
  try {
    return snapshot(db, () => view(db, from));
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  } finally {
    db.close();
  }
}

function view(db: Database, from: number | undefined): View | undefined {
  const schema = Number(db.pragma('schema_version', { simple: true }));
  const columns = db.prepare<[], string>(`SELECT name FROM pragma_table_info('head')`).pluck().all();
  // A file that has only just been made may have everything in its log, or nothing yet.
  const nothing = { epoch: 0, position: 0, schema };
  const empty = { ...nothing, noted: nothing, hash: genesisHash, hashThere: genesisHash, isWhole: true };
  if (columns.length === 0) return empty;
  const head = db
    .prepare<[], Pick<View, 'epoch' | 'position' | 'hash'>>(
      'SELECT (SELECT epoch FROM installation) AS epoch, position, lower(hex(hash)) AS hash FROM head',
    )
    .get();
  if (!head) return empty;
  const hashAt = db
    .prepare<[number], string>('SELECT lower(hex(hash)) FROM events WHERE position = ?')
    .pluck();
  const hashOf = (position: number) => (position === 0 ? genesisHash : (hashAt.get(position) ?? ''));
  if (hashOf(head.position) !== head.hash) return undefined;
  const there = from ?? head.position;
  const count = db
    .prepare<[number, number], number>('SELECT count(*) FROM events WHERE position > ? AND position <= ?')
    .pluck()
    .get(there, head.position);
  const noted = columns.includes('file_schema')
    ? db
        .prepare<[], View['noted']>(
          'SELECT file_epoch AS epoch, file_position AS position, file_schema AS schema FROM head',
        )
        .get()
    : undefined;
  return {
    ...head,
    schema,
    noted: noted ?? nothingNoted.noted,
    hashThere: hashOf(there),
    isWhole: count === Math.max(0, head.position - there),
  };
}

/** SQLite looks for a log under the name that a file is opened by. */
function giveName(file: string, name: string): void {
  rmSync(name, { force: true });
  try {
    linkSync(file, name);
  } catch {
    copyFileSync(file, name); // not every disk has links
  }
}

function lookingAt<T>(name: string, look: () => T): T {
  try {
    return look();
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(name + suffix, { force: true });
  }
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
