import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase, type Database } from '../log/database.js';
import { readHead } from '../log/log.js';
import { compareTables, type Difference } from '../projections/replay/compare.js';
import { fingerprint, type Projection } from '../projections/projection.js';
import { registered } from '../projections/replay/registry.js';
import type { DataDirectory } from '../installation/data-directory.js';
import { inTurns } from '../installation/in-turns.js';
import { beforeLeaving } from '../installation/leaving.js';
import type { Signature } from '../log/installation.js';
import type { BadEvent } from './bad-event.js';
import { LogCopy } from './copy-log.js';
import { discardNext, syncFile } from '../installation/files.js';

/** What became of one projection. */
export interface ProjectionReport {
  readonly name: string;
  /** `same` make as the running version's, `changed`, or `new` to it. */
  readonly make: 'same' | 'changed' | 'new';
  readonly rows: number;
  /** The first rows that differ, table by table. With the same make there may be none. */
  readonly differences: readonly Difference[];
}

export interface Rehearsal {
  readonly position: number;
  /** Whether the log is of an older format, and all hashes are made anew. */
  readonly isRechained: boolean;
  readonly replayMs: number;
  readonly newBytes: number;
  /** An estimate from how long this disk takes to sync. */
  readonly expectedWindowMs: number;
  readonly badEvents: readonly { readonly position: number; readonly message: string }[];
  readonly projections: readonly ProjectionReport[];
}

const badEventLimit = 20;
/** Times that the window waits for the disk; the rest of it is computing. */
const syncsInWindow = 9;
const computingMs = 10;

/**
 * Builds the new database beside the running one, compares, and throws it away. Nothing is asked of the running
 * version. The caller holds the upgrade lock.
 * @throws BadEvent for a log that is damaged, or has too many events that can't be projected
 */
export async function rehearse(
  directory: DataDirectory,
  program: Signature,
  projections: readonly Projection[],
  mostPages: number,
  progress: (position: number, total: number) => void,
): Promise<Rehearsal> {
  const badEvents: BadEvent[] = [];
  const onUnfoldable = (bad: BadEvent): void => {
    badEvents.push(bad);
    if (badEvents.length >= badEventLimit) throw bad;
  };
  const { nextDatabase: file, database } = directory;
  const startedMs = performance.now();
  const keep = beforeLeaving(() => {
    discardNext(directory);
  });
  try {
    discardNext(directory); // of one that was killed
    const copy = LogCopy.begin(file, database, program, projections, { mostPages, onUnfoldable });
    const live = openDatabase(database, 'read');
    try {
      const total = copy.sourcePosition();
      await inTurns(copy.copyTo(total), (position) => {
        progress(position, total);
      });
      // From here on one moment of the running version: what is compared has to hold the same events.
      live.exec('BEGIN');
      const { position } = readHead(live);
      for (const _page of copy.copyTo(position));
      copy.settle(program);
      const replayMs = performance.now() - startedMs;
      live.prepare('ATTACH ? AS scratch').run(file);
      const made = projections.map((projection) => reportOn(live, projection, copy.isRechained));
      live.exec('COMMIT');
      return {
        position,
        isRechained: copy.isRechained,
        replayMs,
        newBytes: statSync(file).size,
        expectedWindowMs: computingMs + syncsInWindow * syncMs(directory),
        badEvents: badEvents.map(({ position, message }) => ({ position, message })),
        projections: made,
      };
    } finally {
      copy.close();
      live.close();
    }
  } finally {
    keep();
    discardNext(directory);
  }
}

/** @param isRechained the log itself is another here: authors of imports have other ids */
function reportOn(live: Database, projection: Projection, isRechained: boolean): ProjectionReport {
  const known = registered(live).find(({ name }) => name === projection.name);
  const isSame = !isRechained && known?.fingerprint === fingerprint(projection);
  const make = known === undefined ? 'new' : isSame ? 'same' : 'changed';
  const rows = projection.tables
    .map(({ name }) => live.prepare<[], number>(`SELECT count(*) FROM scratch.${name}`).pluck().get() ?? 0)
    .reduce((sum, count) => sum + count, 0);
  const isComparable = projection.tables.every(
    ({ name }) => columnsOf(live, 'main', name) === columnsOf(live, 'scratch', name),
  );
  return {
    name: projection.name,
    make,
    rows,
    differences: isComparable ? compareTables(live, projection) : [],
  };
}

function columnsOf(db: Database, schema: 'main' | 'scratch', table: string): string {
  return db
    .prepare<[string, string], string>('SELECT name FROM pragma_table_info(?, ?)')
    .pluck()
    .all(table, schema)
    .join();
}

/** How long this disk takes to keep one page for good: the median of some. */
function syncMs({ run }: DataDirectory): number {
  const directory = mkdtempSync(join(run, `sync-${process.pid}-`));
  try {
    const db = openDatabase(join(directory, 'probe.sqlite'));
    db.exec('CREATE TABLE probe (a)');
    const add = db.prepare('INSERT INTO probe VALUES (1)');
    const times = Array.from({ length: 9 }, () => {
      const startedMs = performance.now();
      add.run();
      return performance.now() - startedMs;
    });
    db.close();
    syncFile(join(directory, 'probe.sqlite'));
    return times.sort((one, other) => one - other)[4] ?? 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
