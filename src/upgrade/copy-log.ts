import { OperatorError, exitCodes } from '../installation/operator-error.js';
import type { Database, Statement } from '../log/database.js';
import { isDamage, isNoRoom, openDatabase, openDisposableDatabase } from '../log/database.js';
import { damageOf } from '../log/check-log.js';
import { chain } from '../log/digest.js';
import type { Seal } from '../log/hand-over.js';
import { createInstallation, type Signature } from '../log/installation.js';
import { readHead, type Head } from '../log/log.js';
import { storedEventReader, type StoredEvent } from '../log/read-log.js';
import { addInChargeEntry, createVersionHistory, type NewInChargeEntry } from '../log/version-history.js';
import { BadEvent, damagedAt, missingAt } from './bad-event.js';
import { isFormat3, Rechaining } from './format-3.js';
import { copying, growing, indexesOfTheLog, missingIndexes, shortTables } from './log-layout.js';
import { foldAll } from '../projections/index.js';
import { createIndexes, createTables, type Projection } from '../projections/projection.js';
import { register } from '../projections/replay/registry.js';

/** What the operator can do something about, in their words; anything else as it is. */
export function asOperatorError(error: unknown, file: string): unknown {
  if (error instanceof BadEvent) return new OperatorError(exitCodes.badData, error.message, { cause: error });
  if (!isNoRoom(error)) return error;
  return new OperatorError(
    exitCodes.cannotCreate,
    `${file} does not fit on the disk: make room and try again`,
    {
      cause: error,
    },
  );
}

/**
 * Between two commits so many events are copied and folded at most, and none after so long, a step aside: enough for a commit to be
 * cheap, and few enough not to pin the old log, or to keep the running version waiting for a word and the operator for a figure.
 */
const pageLength = 10_000;
const pageMs = 500;
/** Of them, at once: while rows are being read, each garbage collection looks at all of them; and a save that is merged takes milliseconds. */
const stepLength = 250;

/**
 * A new database that grows towards the log of another file. Nothing of it is synced and no journal is kept: until it
 * takes over it can be thrown away. The other file is read in short transactions, so that its write-ahead log can be
 * check-pointed all the time.
 */
export class LogCopy {
  private readonly read;
  private readonly fold;
  private readonly copyRows: readonly {
    readonly last: Statement<[], number>;
    readonly copy: Statement<[number, number]>;
  }[];
  private readonly moveHead: Statement<[number, string]>;
  private readonly sourceHead: Statement<[], number>;
  /** The other log, where folds look back: it has the index for that, the copy only in the end. */
  private readonly log: Database;
  private last: Head;
  /** Where the other log is of an older format. */
  private readonly rechaining: Rechaining | undefined;

  private constructor(
    private readonly db: Database,
    source: string,
    private readonly projections: readonly Projection[],
    private readonly onUnfoldable: (bad: BadEvent) => void,
  ) {
    this.read = storedEventReader(db);
    this.log = openDatabase(source, 'read');
    this.last = readHead(db);
    if (isFormat3(db, 'source')) this.rechaining = new Rechaining(db, this.log, this.last.position);
    // Nothing proves what is in a log of an older format as folds want it proved: they look back at the copy.
    this.fold = foldAll(projections, db, this.rechaining ? db : this.log);
    this.moveHead = db.prepare('UPDATE main.head SET position = ?, hash = unhex(?)');
    this.sourceHead = db.prepare<[], number>('SELECT position FROM source.head').pluck();
    this.copyRows = Object.entries(growing).map(([table, key]) => ({
      last: db.prepare<[], number>(`SELECT coalesce(max(${key}), 0) FROM main.${table}`).pluck(),
      copy: db.prepare(`${copying(db, table)} WHERE ${key} > ? AND ${key} <= ? ORDER BY ${key}`),
    }));
  }

  /**
   * Begins an empty copy. `mostPages`: how large the file may grow, in pages. `onUnfoldable`: what to do about
   * an event that this version can't project; a rehearsal goes on to the next.
   */
  static begin(
    file: string,
    source: string,
    program: Signature,
    projections: readonly Projection[],
    { mostPages, onUnfoldable = rethrow }: { mostPages?: number; onUnfoldable?: (bad: BadEvent) => void },
  ): LogCopy {
    const db = openDisposableDatabase(file);
    try {
      if (mostPages !== undefined) db.pragma(`main.max_page_count = ${mostPages}`);
      db.prepare('ATTACH ? AS source').run(source);
      const foldsLookBackHere = isFormat3(db, 'source');
      db.transaction(() => {
        createInstallation(db, program);
        createVersionHistory(db);
        db.exec(`UPDATE installation SET mode = 'read-only'`);
        if (!foldsLookBackHere) for (const { name } of indexesOfTheLog(db)) db.exec(`DROP INDEX ${name}`);
        for (const projection of projections) createTables(db, projection);
      })();
      return new LogCopy(db, source, projections, onUnfoldable);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Goes on with a copy that `settle` has left. */
  static goOn(file: string, source: string, projections: readonly Projection[], mostPages: number): LogCopy {
    const db = openDatabase(file);
    db.pragma(`main.max_page_count = ${mostPages}`);
    db.pragma('main.synchronous = OFF');
    db.prepare('ATTACH ? AS source').run(source);
    return new LogCopy(db, source, projections, rethrow);
  }

  get position(): number {
    return this.last.position;
  }

  /** Whether positions have other hashes here than in the other log, because that is of an older format. */
  get isRechained(): boolean {
    return this.rechaining !== undefined;
  }

  /** Where the other log stands. */
  sourcePosition(): number {
    return this.sourceHead.get() ?? 0;
  }

  /**
   * Copies events up to and including `upTo`, checks their chain, folds them. Answers between two pages.
   * @throws BadEvent
   */
  *copyTo(upTo: number): Generator<number> {
    while (this.last.position < upTo) {
      this.copyPage(Math.min(this.last.position + pageLength, upTo));
      yield this.last.position;
    }
  }

  private copyPage(upTo: number): void {
    const endsMs = performance.now() + pageMs;
    this.db.exec('BEGIN');
    try {
      do this.copyStep(Math.min(this.last.position + stepLength, upTo));
      while (this.last.position < upTo && performance.now() < endsMs);
      this.moveHead.run(this.last.position, this.last.hash);
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  private copyStep(upTo: number): void {
    try {
      this.copyReadable(upTo);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const first = this.last.position + 1;
      const why = (error as Error).message;
      throw new BadEvent(
        first,
        `the database file is damaged, at position ${first} or soon after it (${why}): run \`palimpsest verify\``,
        { cause: error },
      );
    }
  }

  private copyReadable(upTo: number): void {
    const [events, changesets, ...others] = this.copyRows;
    if (this.rechaining) this.rechaining.copy(this.last.position, upTo, this.last.hash);
    else for (const table of [events, changesets]) table?.copy.run(this.last.position, upTo);
    for (const table of others) table.copy.run(table.last.get() ?? 0, Number.MAX_SAFE_INTEGER);
    while (this.last.position < upTo) {
      const some = this.read(this.last.position, upTo - this.last.position);
      if (some.length === 0) throw missingAt(this.last.position + 1);
      for (const stored of some) this.take(stored);
    }
  }

  private take({ event, data }: StoredEvent): void {
    const { position } = event;
    if (position !== this.last.position + 1) throw missingAt(this.last.position + 1);
    if (damageOf({ event, data }) !== undefined || chain(this.last.hash, event) !== event.hash)
      throw damagedAt(position);
    try {
      this.fold(event);
    } catch (cause) {
      if (isNoRoom(cause)) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      const what = `${event.type} of ${event.stream}`;
      this.onUnfoldable(
        new BadEvent(position, `event ${position} (${what}) can't be projected by this version: ${why}`, {
          cause,
        }),
      );
    }
    this.last = { position, hash: event.hash };
  }

  /** Builds what is only needed for reading, and makes the file one that many may open. `goOn` may follow. */
  settle(program: Signature): void {
    const there = new Set(indexesOfTheLog(this.db).map(({ name }) => name));
    for (const { name, sql } of missingIndexes(program)) if (!there.has(name)) this.db.exec(sql);
    for (const projection of this.projections) createIndexes(this.db, projection);
    this.db.exec('DETACH source');
    this.db.pragma('journal_mode = WAL');
    this.close();
  }

  /**
   * Notes that the copy ends where the other log ends for good, and closes it. It takes over under the epoch that
   * follows the seal's.
   * @throws Error when the copy is not what was sealed
   */
  seal(seal: Seal, reign: NewInChargeEntry): void {
    const { position } = this.last;
    const hash = this.rechaining?.sourceHash ?? this.last.hash;
    if (position !== seal.position || hash !== seal.hash) {
      throw new Error(
        `the copy ends at ${position} with ${hash}, the log at ${seal.position} with ${seal.hash}`,
      );
    }
    this.db.transaction(() => {
      for (const table of shortTables(this.db, this.projections)) {
        this.db.exec(`DELETE FROM main.${table}; ${copying(this.db, table)}`);
      }
      const [, , ...others] = this.copyRows;
      for (const table of others) table.copy.run(table.last.get() ?? 0, Number.MAX_SAFE_INTEGER);
      for (const projection of this.projections) register(this.db, projection, position);
      this.db.prepare(`UPDATE main.installation SET mode = 'read-only', epoch = ?`).run(seal.epoch);
      addInChargeEntry(this.db, reign);
    })();
    this.close();
  }

  close(): void {
    this.log.close();
    this.db.close();
  }
}

function rethrow(bad: BadEvent): never {
  throw bad;
}
