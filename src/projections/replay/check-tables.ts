import type { Damage } from '../../log/check-log.js';
import type { Database } from '../../log/database.js';
import { openScratchDatabase } from '../../log/database.js';
import { writeHandshakeSecret } from '../../log/hand-over.js';
import { createLogTables } from '../../log/log-tables.js';
import { createOlderViews } from '../../log/older-views.js';
import { createVersionHistory } from '../../log/version-history.js';
import type { Projection } from '../projection.js';
import { createProjections, staleProjections } from './registry.js';

interface Made {
  readonly type: 'table' | 'index';
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** Written when they are first needed. */
const optional = new Set(['older_views', 'version_history', 'finality', 'handshake']);

/**
 * Tables and indexes that are not as this version makes them: a constraint less, an index of somebody else's. Projections
 * that are stale are told elsewhere. Triggers and views: `checkLog`.
 */
export function checkTables(
  db: Database,
  projections: readonly Projection[],
  position: number,
): readonly Damage[] {
  const stale = staleProjections(db, projections, position).flatMap(({ tables }) => tables);
  const isStale = new Set(stale.map(({ name }) => name));
  const expected = new Map(freshTables(projections).map((made) => [made.name, made]));
  const found = new Map(tablesOf(db).map((made) => [made.name, made]));
  const faults: string[] = [];
  for (const { type, name, table, sql } of expected.values()) {
    const there = found.get(name);
    if (isStale.has(table) || (!there && optional.has(name))) continue;
    if (!there) faults.push(`the ${type} ${name} is gone`);
    else if (there.type !== type || bare(there.sql) !== bare(sql))
      faults.push(`the ${type} ${name} is not as this version makes it`);
  }
  for (const { type, name, table } of found.values()) {
    if (!expected.has(name) && !isStale.has(table)) faults.push(`the ${type} ${name} is somebody else's`);
  }
  return faults.map((what) => ({
    position: null,
    message: `${what}: restore a backup, or have the log replayed by an upgrade`,
  }));
}

function freshTables(projections: readonly Projection[]): readonly Made[] {
  const fresh = openScratchDatabase(':memory:');
  try {
    createLogTables(fresh);
    createOlderViews(fresh);
    createVersionHistory(fresh);
    writeHandshakeSecret(fresh, '');
    createProjections(fresh, projections);
    return tablesOf(fresh);
  } finally {
    fresh.close();
  }
}

/** SQLite's own come with the tables: their indexes have no SQL. */
function tablesOf(db: Database): readonly Made[] {
  return db
    .prepare<[], Made>(
      `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema
       WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`,
    )
    .all();
}

/** Columns that were added to a table stand in its SQL with other spaces. */
function bare(sql: string): string {
  return sql.replace(/\s+/g, '');
}
