import type { Database } from './database.js';

/** "PALI": tells `file` and ourselves what kind of database this is. */
export const applicationId = 0x50414c49;

/** The layout of the tables below; a program refuses any other. */
export const formatVersion = 4;

/** The oldest layout that an upgrade takes over: what came before it was never released. */
export const oldestFormat = 3;

/**
 * The truth and what guards it. Everything that a projection owns can be dropped; nothing here can.
 * `streams` gives a UUID a short number. `events.changeset` is the first position of the change set. The index on
 * `stream` orders by position within it, as every SQLite index ends in the row id. `rungs` are those of the ladder up
 * to the newest schema version of any event. `head.file_…`: see `file-note.ts`.
 * What people wrote is in the chain only by a hash that is salted by 16 random bytes: `events.data` and `content` under
 * `payload_hash`, `changesets.comment`, `source` and the name in `by` under `context_hash`. Salts and what they salt may be
 * erased; a salt that is NULL says that this happened. `ledger` is not in the chain; what is erased of it is NULL.
 */
const tables = `
  CREATE TABLE installation (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    program_version TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    ladder_hash TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'read-only', 'fenced')),
    epoch INTEGER NOT NULL,
    pid INTEGER,
    pid_started TEXT,
    boot_id TEXT
  ) STRICT;

  CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    file_epoch INTEGER NOT NULL DEFAULT 0,
    file_position INTEGER NOT NULL DEFAULT 0,
    file_schema INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE changesets (
    first_position INTEGER PRIMARY KEY,
    last_position INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    comment TEXT,
    source TEXT,
    salt BLOB,
    context_hash BLOB NOT NULL
  ) STRICT;

  CREATE TABLE streams (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    changeset INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    stream_version INTEGER NOT NULL,
    type TEXT NOT NULL,
    schema_version INTEGER,
    data TEXT NOT NULL,
    salt BLOB,
    payload_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    content TEXT
  ) STRICT;
  CREATE INDEX events_by_stream ON events (stream);

  CREATE TABLE rungs (
    version INTEGER PRIMARY KEY,
    hash TEXT NOT NULL
  ) STRICT;

  CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    token TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BLOB,
    outcome TEXT,
    UNIQUE (token, key)
  ) STRICT;

  CREATE TABLE projections (
    name TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Tables whose rows are written once. The triggers are part of the promise, so `verify` looks for them. */
export const appendOnly = ['events', 'changesets', 'rungs', 'ledger'] as const;

export function guardName(table: string, verb: 'UPDATE' | 'DELETE'): string {
  return `${table}_refuse_${verb.toLowerCase()}`;
}

/** The trigger, as SQLite keeps it. */
export function guard(table: string, verb: 'UPDATE' | 'DELETE'): string {
  return `CREATE TRIGGER ${guardName(table, verb)} BEFORE ${verb} ON ${table}
         BEGIN SELECT RAISE(ABORT, 'the log is appended to and never changed'); END`;
}

/** Creates the log in an empty database, in the caller's transaction. */
export function createLogTables(db: Database): void {
  db.pragma(`application_id = ${applicationId}`);
  db.pragma(`user_version = ${formatVersion}`);
  db.exec(tables);
  for (const table of appendOnly) {
    for (const verb of ['UPDATE', 'DELETE'] as const) {
      db.exec(guard(table, verb));
    }
  }
}
