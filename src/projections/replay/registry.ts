import type { Database } from '../../log/database.js';
import { createIndexes, createTables, fingerprint, type Projection } from '../projection.js';

/** What the database remembers of a projection: what it was made of, and how much of the log it holds. */
export interface Registered {
  readonly name: string;
  readonly fingerprint: string;
  readonly position: number;
}

export function registered(db: Database): readonly Registered[] {
  return db
    .prepare<[], Registered>('SELECT name, fingerprint, position FROM projections ORDER BY name')
    .all();
}

/** Notes that the tables of `projection` hold the log up to `position`. */
export function register(db: Database, projection: Projection, position: number): void {
  db.prepare('INSERT OR REPLACE INTO projections (name, fingerprint, position) VALUES (?, ?, ?)').run(
    projection.name,
    fingerprint(projection),
    position,
  );
}

/**
 * Forgets projections of other programs: what is known here by another name, once its tables have been built anew. Tables that
 * no projection of this program has stay where they are.
 */
export function forgetOthers(db: Database, projections: readonly Projection[]): void {
  const ours = new Set(projections.map(({ name }) => name));
  const forget = db.prepare('DELETE FROM projections WHERE name = ?');
  for (const { name } of registered(db)) if (!ours.has(name)) forget.run(name);
}

/** Notes that the tables of all projections hold the log up to a position. */
export function positionMover(db: Database): (position: number) => void {
  const move = db.prepare<[number]>('UPDATE projections SET position = ?');
  return (position) => {
    move.run(position);
  };
}

/** Creates all projections for an empty log. */
export function createProjections(db: Database, projections: readonly Projection[]): void {
  for (const projection of projections) {
    createTables(db, projection);
    createIndexes(db, projection);
    register(db, projection, 0);
  }
}

/** Projections that can't answer: changed since they were built, not level with the log, or without their tables. */
export function staleProjections(
  db: Database,
  projections: readonly Projection[],
  position: number,
): readonly Projection[] {
  const known = new Map(registered(db).map((row) => [row.name, row]));
  const tables = new Set(
    db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all(),
  );
  return projections.filter((projection) => {
    const row = known.get(projection.name);
    const complete = projection.tables.every((table) => tables.has(table.name));
    return !complete || row?.fingerprint !== fingerprint(projection) || row.position !== position;
  });
}
