import { existsSync, rmSync } from 'node:fs';
import type { Database } from '../../log/database.js';
import { readHead } from '../../log/log.js';
import { readLog } from '../../log/read-log.js';
import { compareTables, type Difference } from './compare.js';
import { foldAll } from '../index.js';
import { createIndexes, createTables, type Projection } from '../projection.js';
import { register, staleProjections } from './registry.js';
import { buildScratch } from './scratch.js';

/** What a replay showed: per projection, the first rows that differ from the live ones. */
export interface Replay {
  readonly position: number;
  readonly differences: readonly Difference[];
  /** Projections that have to be swapped: rows differ, or the live tables are missing or of another make. */
  readonly wrong: readonly Projection[];
}

/**
 * Replays the log beside the live tables and compares; answers on the way how many events are folded. The bulk is read in
 * pages; only the tail and the comparison need one consistent snapshot. `file` is left behind for `swapIn`.
 */
export function* replayBeside(
  file: string,
  live: Database,
  chosen: readonly Projection[],
): Generator<number, Replay> {
  discardScratch(file);
  const scratch = buildScratch(file, live, chosen);
  try {
    yield* scratch.catchUp(readHead(live).position);
    scratch.finish();
    live.exec('BEGIN');
    const { position } = readHead(live);
    yield* scratch.catchUp(position);
    scratch.db.close();
    live.prepare('ATTACH ? AS scratch').run(file);
    const stale = new Set(staleProjections(live, chosen, position));
    const comparable = chosen.filter((projection) => !stale.has(projection));
    const differences = comparable.flatMap((projection) => compareTables(live, projection));
    const differing = new Set(differences.map(({ projection }) => projection));
    const wrong = chosen.filter((projection) => stale.has(projection) || differing.has(projection.name));
    return { position, differences, wrong };
  } finally {
    scratch.db.close();
    if (live.inTransaction) live.exec('COMMIT');
    if (isAttached(live)) live.exec('DETACH scratch');
  }
}

function isAttached(db: Database): boolean {
  return db.prepare(`SELECT 1 FROM pragma_database_list WHERE name = 'scratch'`).get() !== undefined;
}

/**
 * Puts rebuilt tables in the place of the live ones, in one transaction on the connection that appends. What was
 * appended since they were built, up to position `built`, is folded on top.
 */
export function swapIn(db: Database, file: string, chosen: readonly Projection[], built: number): void {
  db.prepare('ATTACH ? AS scratch').run(file);
  try {
    db.exec('BEGIN IMMEDIATE');
    for (const projection of chosen) replaceTables(db, projection);
    const { position } = readHead(db);
    const fold = foldAll(chosen, db);
    for (const event of readLog(db, built, position)) fold(event);
    for (const projection of chosen) register(db, projection, position);
    db.exec('COMMIT');
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
    db.exec('DETACH scratch');
  }
}

function replaceTables(db: Database, projection: Projection): void {
  for (const { name } of projection.tables) db.exec(`DROP TABLE IF EXISTS main.${name}`);
  createTables(db, projection);
  for (const { name } of projection.tables) db.exec(`INSERT INTO main.${name} SELECT * FROM scratch.${name}`);
  createIndexes(db, projection);
}

export function discardScratch(file: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) if (existsSync(file + suffix)) rmSync(file + suffix);
}
