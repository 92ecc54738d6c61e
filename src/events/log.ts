import type { Database } from './database.js';
import { chain, genesisHash, hashPayload } from './digest.js';
import type { ChangeSetHead, NewEvent, RecordedEvent } from './event.js';

export interface Head {
  readonly position: number;
  readonly hash: Buffer;
}

/** Where a log stands, within a transaction. */
export interface Mark {
  readonly head: Head;
  /** The newest schema version of any event; 0: there is none with content. */
  readonly schemaVersion: number;
}

/** The events of one change set on their way into the log. */
export interface OpenChangeSet {
  /**
   * Appends events, in order. A stream that doesn't stand at `expectedVersion` is a bug of the caller, who has
   * read it in this very transaction.
   */
  append(events: readonly NewEvent[]): readonly RecordedEvent[];
  /** Writes the change set itself, if it has any event. */
  seal(): void;
}

/**
 * The append-only log, as one connection sees it. Positions come from the one head row, so they are 1, 2, 3 …
 * in commit order. The caller holds the write transaction; many change sets share it (`flush` moves the head once).
 * `rungHash` is asked for the chained hash of the rung that leads to a schema version.
 */
export class Log {
  private standing: Mark;
  private readonly statements: ReturnType<typeof prepare>;

  constructor(
    private readonly db: Database,
    private readonly epoch: number,
    private readonly rungHash: (schemaVersion: number) => string,
  ) {
    this.statements = prepare(db);
    this.standing = this.readStanding();
  }

  get position(): number {
    return this.standing.head.position;
  }

  /** Asserts, inside the write transaction, that this process is still the one in charge. */
  assertInCharge(): void {
    const row = this.statements.inCharge.get(this.epoch);
    if (!row) throw new Error(`epoch ${this.epoch} is over: another process is in charge of this log`);
    this.standing = this.readStanding();
  }

  /** Begins a change set; it is not in the log until it is sealed. */
  openChangeSet(given: ChangeSetHead): OpenChangeSet {
    const head = { ...given, comment: given.comment && storable(given.comment) };
    const firstPosition = this.position + 1;
    return {
      append: (events) => events.map((event) => this.appendOne(head, firstPosition, event)),
      seal: () => {
        if (this.position < firstPosition) return;
        const source = head.source && JSON.stringify(head.source);
        const by = JSON.stringify(head.by);
        this.statements.addChangeset.run(
          firstPosition,
          this.position,
          head.id,
          head.at,
          by,
          head.comment,
          source,
        );
      },
    };
  }

  /** Where the log stands in this transaction: taken before a savepoint, given back (`rewind`) when that is rolled back. */
  mark(): Mark {
    return this.standing;
  }

  rewind(mark: Mark): void {
    this.standing = mark;
  }

  /** Writes the head row, and the rungs that were not used before; the transaction may be committed afterwards. */
  flush(): void {
    const { head, schemaVersion } = this.standing;
    this.statements.moveHead.run(head.position, head.hash);
    for (let version = this.usedVersion() + 1; version <= schemaVersion; version++) {
      this.statements.addRung.run(version, this.rungHash(version));
    }
  }

  private readStanding(): Mark {
    return { head: readHead(this.db), schemaVersion: this.usedVersion() };
  }

  private usedVersion(): number {
    return this.statements.usedVersion.get() ?? 0;
  }

  private appendOne(changeset: ChangeSetHead, firstPosition: number, event: NewEvent): RecordedEvent {
    const data = JSON.stringify(event.data);
    const content = 'content' in event ? event.content : null;
    const schemaVersion = 'schemaVersion' in event ? event.schemaVersion : null;
    const streamVersion = event.expectedVersion + 1;
    const streamNumber = this.streamNumber(event.stream, event.expectedVersion);
    const position = this.position + 1;
    const payloadHash = hashPayload(data, content);
    const recorded = {
      ...event,
      position,
      streamNumber,
      streamVersion,
      changeset,
      firstPosition,
      payloadHash,
    };
    const hash = chain(this.standing.head.hash, recorded);
    this.statements.addEvent.run(
      position,
      firstPosition,
      streamNumber,
      streamVersion,
      event.type,
      schemaVersion,
      data,
      payloadHash,
      hash,
      content,
    );
    const newest = Math.max(this.standing.schemaVersion, schemaVersion ?? 0);
    this.standing = { head: { position, hash }, schemaVersion: newest };
    return { ...recorded, hash };
  }

  private streamNumber(stream: string, expectedVersion: number): number {
    if (expectedVersion === 0) return Number(this.statements.addStream.run(stream).lastInsertRowid);
    const row = this.statements.findStream.get(stream);
    if (row?.version !== expectedVersion) {
      throw new Error(`stream ${stream} stands at version ${row?.version ?? 0}, not ${expectedVersion}`);
    }
    return row.number;
  }
}

/** As SQLite gives it back: half a surrogate pair has no UTF-8, and the chain covers what is stored. */
function storable(text: string): string {
  return Buffer.from(text).toString();
}

function prepare(db: Database) {
  return {
    inCharge: db.prepare<[number]>(`SELECT 1 FROM installation WHERE epoch = ? AND mode = 'live'`),
    usedVersion: db.prepare<[], number | null>('SELECT max(version) FROM rungs').pluck(),
    addRung: db.prepare<[number, string]>('INSERT INTO rungs (version, hash) VALUES (?, ?)'),
    moveHead: db.prepare<[number, Buffer]>('UPDATE head SET position = ?, hash = ?'),
    addChangeset: db.prepare(
      'INSERT INTO changesets (first_position, last_position, id, at, by, comment, source) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    addStream: db.prepare<[string]>('INSERT INTO streams (id) VALUES (?)'),
    findStream: db.prepare<[string], { number: number; version: number | null }>(
      `SELECT number,
         (SELECT stream_version FROM events WHERE stream = number ORDER BY position DESC LIMIT 1) AS version
       FROM streams WHERE id = ?`,
    ),
    addEvent: db.prepare(
      `INSERT INTO events (position, changeset, stream, stream_version, type, schema_version, data, payload_hash, hash, content)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}

export function readHead(db: Database): Head {
  const row = db.prepare<[], Head>('SELECT position, hash FROM head').get();
  return row ?? { position: 0, hash: genesisHash };
}
