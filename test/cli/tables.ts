import { join } from 'node:path';
import { openDatabase, type Database } from '../../src/log/database.js';
import { projections } from '../support/ladder.js';

export type Row = Readonly<Record<string, unknown>>;

/** Every table of every projection, and the columns that order its rows. */
export const tables = projections.flatMap(({ name, tables }) =>
  tables.map((table) => ({ projection: name, table: table.name, key: table.key })),
);

/** Looks into, or tampers with, the database of a data directory that nobody serves or that is being served. */
export function inDatabase<T>(data: string, work: (db: Database) => T): T {
  const db = openDatabase(join(data, 'db.sqlite'));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** The rows of all projections, in the order of their keys. */
export function dumpProjections(data: string): Readonly<Record<string, readonly Row[]>> {
  return inDatabase(data, (db) =>
    Object.fromEntries(
      tables.map(({ table, key }) => [
        table,
        db.prepare<[], Row>(`SELECT * FROM ${table} ORDER BY ${key.join(', ')}`).all(),
      ]),
    ),
  );
}

/** Does what the triggers of the log refuse, and puts them back. */
export function unguarded(db: Database, work: () => void): void {
  const triggers = db
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%refuse%'`,
    )
    .all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  work();
  for (const { sql } of triggers) db.exec(sql);
}
