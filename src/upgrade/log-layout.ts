import { openDisposableDatabase, type Database } from '../log/database.js';
import { createInstallation, type Signature } from '../log/installation.js';
import type { Projection } from '../projections/projection.js';

/** Tables that only grow, by a number that only grows. All other tables of the log are short and copied at the end. */
export const growing = {
  events: 'position',
  changesets: 'first_position',
  streams: 'number',
  rungs: 'version',
  ledger: 'number',
  older_views: 'position',
} as const;

/** What is said about one file and not about the log. */
const ofTheFile = new Set(['installation', 'head', 'projections', 'handshake']);

/** By name: a newer program may have added columns, which then have defaults. */
export function copying(db: Database, table: string): string {
  const columns = db
    .prepare<[string], string>(`SELECT name FROM pragma_table_info(?, 'source')`)
    .pluck()
    .all(table)
    .join(', ');
  return `INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM source.${table}`;
}

/** Tables of the log that are in both files and have no number to go by. */
export function shortTables(db: Database, projections: readonly Projection[]): readonly string[] {
  const tablesOf = (schema: string): readonly string[] =>
    db.prepare<[], string>(`SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table'`).pluck().all();
  const ours = new Set(projections.flatMap(({ tables }) => tables.map(({ name }) => name)));
  const theirs = new Set(tablesOf('source'));
  return tablesOf('main').filter(
    (name) => theirs.has(name) && !ours.has(name) && !ofTheFile.has(name) && !(name in growing),
  );
}

export function indexesOfTheLog(db: Database): readonly { name: string; sql: string }[] {
  return db
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`,
    )
    .all();
}

/** What `begin` has dropped, as a log of this program has it. */
export function missingIndexes(program: Signature): readonly { name: string; sql: string }[] {
  const empty = openDisposableDatabase(':memory:');
  try {
    createInstallation(empty, program);
    return indexesOfTheLog(empty);
  } finally {
    empty.close();
  }
}
