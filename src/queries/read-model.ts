import { Injectable } from '@nestjs/common';
import { openDatabase, snapshot, type Database } from '../log/database.js';
import type { Access, Sight } from '../access/access.js';
import { contentReader, type ReadContent, type ReportBroken } from '../projections/content.js';
import { shownPositions } from '../projections/appearances.js';
import { lastOfFamilyFinder } from '../projections/families.js';
import { momentFinder } from '../projections/moments.js';
import { rememberingServedVersions, servedVersionFinders } from '../projections/served-versions.js';
import { grantFinders } from '../projections/grants.js';
import { personFinders } from '../projections/people.js';
import { tokenFinders } from '../projections/tokens.js';
import { storageRefusal } from '../log/storage-refusal.js';
import { Memory } from '../memory.js';
import { anything, TooDear, type Bearable } from './bearable.js';
import type { FoundPage } from './found-page.js';
import { pageViewFinders } from './page-finders.js';
import { Refusal } from '../refusal.js';
import type { Ladder } from '../schema/ladder.js';
import type { PageView, ShownPage } from './page-view.js';
import { StorageState } from './storage-state.js';

/** A moment in the log's life: a position, or a time (ISO 8601, UTC, milliseconds). */
export type AsOf = { readonly position: number } | { readonly time: string };

interface ShownContent {
  readonly schemaVersion: number;
  readonly content: string;
}

/** Old versions lie scattered over the log: what is asked for again should not be read from the file again. */
const cacheKib = 64 * 1024;

/** All requests wait while one waits for a lock; it is better told to come again. */
const patienceMs = 250;

export function openForQueries(file: string): Database {
  const db = openDatabase(file, 'read');
  db.pragma(`busy_timeout = ${patienceMs}`);
  db.pragma(`cache_size = -${cacheKib}`);
  return db;
}

/** The connection that queries read through. */
@Injectable()
export class ReadModel {
  readonly db: Database;
  readonly pages: ReturnType<typeof pageViewFinders>;
  readonly tokens: ReturnType<typeof tokenFinders>;
  readonly grants: ReturnType<typeof grantFinders>;
  readonly people: ReturnType<typeof personFinders>;
  /** What the operator has said about schema versions: asked with every request, and changed once a year. */
  readonly servedVersions;
  readonly storage = new StorageState();
  private readonly positionAt: (at: string) => number;
  private readonly findId;
  private readonly newestPage;
  private readonly eventBytes;
  private readonly seen = new Memory<string, true>(100_000);
  /** What was last made of the content of a page that `pages` remembers. */
  private readonly shownBefore = new WeakMap<PageView, ShownContent>();
  private readonly lastOf;
  private changes = { at: -1, access: 0, schema: 0 };
  private readonly headPosition;
  private readonly shownTo;
  private readonly begin;
  private readonly end;
  private isHolding = false;
  private heldPosition: number | undefined;

  /** What a stored content version looks like to clients at a schema version. */
  readonly contentAt: ReadContent;

  /**
   * @param source a file, or a connection of `openForQueries`, which may come late
   * @param report is told of blocks that could not be shown
   * @param bearable what is read here, and not refused as `TooDear`
   */
  constructor(
    source: string | Database,
    readonly ladder: Ladder,
    report: ReportBroken,
    public bearable: Bearable = anything,
  ) {
    this.db = typeof source === 'string' ? openForQueries(source) : source;
    this.pages = pageViewFinders(
      this.db,
      () => this.position(),
      () => this.bearable.bytes,
    );
    this.tokens = tokenFinders(this.db);
    this.grants = grantFinders(this.db);
    this.people = personFinders(this.db);
    this.lastOf = lastOfFamilyFinder(this.db);
    this.servedVersions = rememberingServedVersions(servedVersionFinders(this.db), () =>
      this.changedAt('schema'),
    );
    this.contentAt = contentReader(this.db, ladder, report);
    this.positionAt = momentFinder(this.db);
    this.headPosition = this.db.prepare<[], number>('SELECT position FROM head').pluck();
    this.shownTo = shownPositions(this.db);
    this.begin = this.db.prepare('BEGIN');
    // Nothing was written; and COMMIT would fail where something damaged was met.
    this.end = this.db.prepare('ROLLBACK');
    this.newestPage = this.db.prepare<[], number>('SELECT max(number) FROM pages').pluck();
    this.eventBytes = this.db
      .prepare<[number, number], number>(
        `SELECT total(bytes) FROM (SELECT octet_length(content) AS bytes FROM events
         WHERE position > ? ORDER BY position LIMIT ?)`,
      )
      .pluck();
    this.findId = this.db.prepare<[string]>('SELECT 1 FROM pages WHERE id = ?');
  }

  /**
   * What is read from here to the end of this turn of the event loop sees one moment. Requests that arrive together
   * share the locks of one read transaction, which cost as much as a look-up each.
   */
  beginTurn(): void {
    if (this.isHolding) return;
    this.begin.run();
    this.isHolding = true;
    setImmediate(() => {
      this.endTurn();
    });
  }

  /** Whoever was just told that something is committed has to see it. */
  endTurn(): void {
    if (!this.isHolding) return;
    this.isHolding = false;
    this.heldPosition = undefined;
    // Where the disk could not be read, SQLite has ended it.
    if (this.db.inTransaction) this.end.run();
  }

  /** What is remembered may be out of date: projections were put right. */
  forget(): void {
    this.pages.forget();
    this.seen.clear();
    this.servedVersions.forget();
    this.changes = { at: -1, access: 0, schema: 0 };
  }

  /** The newest position that this connection sees. */
  position(): number {
    if (!this.isHolding) return this.headPosition.get() ?? 0;
    return (this.heldPosition ??= this.headPosition.get() ?? 0);
  }

  /** The last position at which anything changed that lists and the tree show, to readers or to all others. */
  shownPosition({ isReader }: Access): number {
    return isReader ? this.shownTo.toReaders() : this.shownTo.toAll();
  }

  /**
   * Where something happened last that decides who may do what (tokens, grants and people), or to schema versions: what is
   * remembered of them is good until then. While the log can't be read, nothing newer is known than what was.
   */
  changedAt(what: 'access' | 'schema'): number {
    try {
      const at = this.position();
      if (this.changes.at !== at) {
        const access = Math.max(...(['token', 'grant', 'person'] as const).map(this.lastOf));
        this.changes = { at, access, schema: this.lastOf('schema') };
      }
    } catch (error) {
      if (!storageRefusal(error)) throw error;
    }
    return this.changes[what];
  }

  /** The same for who has to say something in any case; 0 where it is not to be known. */
  positionOrZero(): number {
    try {
      this.storage.requireReadable();
      return this.position();
    } catch {
      return 0;
    }
  }

  /** @throws TooDear for a list of so many rows; `looksAt`: those among which they have to be looked for */
  requireFew(rows: number, looksAt = 0): void {
    if (Math.max(rows, looksAt / 10) > this.bearable.rows) throw new TooDear();
  }

  /** The same for bytes of JSON that parts are picked from. */
  requireModest(bytes: number): void {
    if (bytes > this.bearable.bytes) throw new TooDear();
  }

  /** The same for bytes of JSON that have to be converted, or compared. */
  requireShort(bytes: number): void {
    if (bytes > this.bearable.parsedBytes) throw new TooDear();
  }

  /** How many pages there ever were, or a few more: their numbers are those of streams. */
  mostPages(): number {
    return this.newestPage.get() ?? 0;
  }

  /** Of the content of `limit` events after a position; none of it is read. */
  bytesOfEvents(after: number, limit: number): number {
    return this.eventBytes.get(after, limit) ?? 0;
  }

  /**
   * A page as it was found at a position, as clients at that schema version see it.
   * @throws TooDear
   */
  shown(page: FoundPage, schemaVersion: number, position: number): ShownPage {
    const content = this.shownContent(page, schemaVersion);
    return { view: page.view, schemaVersion, content, position };
  }

  /**
   * The text of its content alone. `requireBearable` is told of the bytes that have to be converted for it, if it isn't known.
   * @throws TooDear
   */
  shownContent(
    { view, content }: FoundPage,
    schemaVersion: number,
    requireBearable = (bytes: number): void => {
      this.requireShort(bytes);
    },
  ): string {
    if (content === undefined) throw new TooDear();
    if (schemaVersion === view.storedSchemaVersion) return content;
    const before = this.shownBefore.get(view);
    if (before?.schemaVersion === schemaVersion) return before.content;
    const shown = this.contentAt(view, content, schemaVersion, ({ length }) => {
      requireBearable(length);
    });
    this.shownBefore.set(view, { schemaVersion, content: shown });
    return shown;
  }

  /** Whether there ever was a page with this id. Pages stay, so one that was seen needs no second look. */
  hasPage(id: string): boolean {
    if (this.seen.get(id)) return true;
    const isThere = this.findId.get(id) !== undefined;
    if (isThere) this.seen.set(id, true);
    return isThere;
  }

  /** Several statements that see the same moment. */
  snapshot<T>(read: () => T): T {
    return snapshot(this.db, read);
  }

  /** The pages from which down somebody sees all of each page, as far as they are there; undefined: everywhere. */
  partOf(access: Access): readonly string[] | undefined {
    return access.anchorsOf('editor')?.filter((id) => this.sightOf(id, access) === 'all');
  }

  /** How somebody sees a page as it is now; a page that there never was, too. */
  sightOf(id: string, access: Access): Sight {
    const page = this.pages.latest(id)?.view;
    return page ? access.sightOf(page) : 'nothing';
  }

  /**
   * The position that is asked about: the newest, when `asOf` is absent.
   * @throws Refusal `not-found` for readers, who see what is published now and nothing of the past;
   *   `malformed-request` for a position that has not happened yet
   */
  positionFor(access: Access, asOf: AsOf | undefined): number {
    if (asOf === undefined) return this.position();
    if (access.isReader) throw new Refusal('not-found', 'there is no past for readers');
    return this.positionOf(asOf);
  }

  private positionOf(moment: AsOf): number {
    if ('time' in moment) return this.positionAt(moment.time);
    this.requireHappened(moment.position, { parameter: 'asOf' });
    return moment.position;
  }

  /** @throws Refusal `malformed-request`, with what it was named by */
  requireHappened(
    position: number,
    namedBy: { readonly parameter: string } | { readonly header: string },
  ): void {
    const head = this.position();
    if (position <= head) return;
    throw new Refusal(
      'malformed-request',
      `position ${position} has not happened yet: the log ends at ${head}`,
      namedBy,
    );
  }

  close(): void {
    this.endTurn();
    this.db.close();
  }
}
