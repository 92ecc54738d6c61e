import { Memory } from '../memory.js';
import type { Database } from './database.js';
import { chain, genesisHash, hashContext, hashPayload } from './digest.js';
import {
  contentOf,
  recordedEvent,
  type ChangeSetHead,
  type NewEvent,
  type RecordedChangeSet,
  type RecordedEvent,
} from '../events/event.js';
import type { Salts } from './salts.js';
import { storable } from './storable.js';

export interface Head {
  readonly position: number;
  /** In hex. */
  readonly hash: string;
}

/** Where a log stands, within a transaction. */
export interface Mark {
  readonly head: Head;
  /** The newest schema version of any event; 0: there is none with content. */
  readonly schemaVersion: number;
}

type StreamEnd = [number: number, version: number | null];

/** The events of one change set on their way into the log. */
export interface OpenChangeSet {
  /**
   * Appends events, in order. A stream that doesn't stand at `expectedVersion` is a bug of the caller, who has
   * read it in this very transaction.
   */
  append(events: readonly NewEvent[]): readonly RecordedEvent[];
  /** Writes the change set itself, if it has any event. */
  close(): void;
}

/**
 * The append-only log, as one connection sees it. Positions come from the one head row, so they are 1, 2, 3 …
 * in commit order. The caller holds the write transaction; many change sets share it (`flush` moves the head once).
 * `rungHash` is asked for the chained hash of the rung that leads to a schema version.
 */
export class Log {
  private standing: Mark;
  private readonly statements: ReturnType<typeof prepare>;
  /** Where streams stand that were appended to lately; true only as long as nobody but this appends. */
  private readonly streams = new Memory<string, StreamEnd>(10_000);

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
    const standing = this.readStanding();
    if (standing.head.hash !== this.standing.head.hash) this.streams.clear();
    this.standing = standing;
  }

  /** Begins a change set; it is not in the log until it is closed. */
  openChangeSet(given: ChangeSetHead, salts: Salts): OpenChangeSet {
    const { id, at, by, source } = given;
    const comment = given.comment && storable(given.comment);
    const salt = salts(0);
    const contextHash = hashContext(salt, { comment, by, source });
    const head = { id, at, by, comment, source, salt, contextHash };
    const firstPosition = this.position + 1;
    return {
      append: (events) =>
        events.map((event) => {
          const payloadSalt = salts(this.position - firstPosition + 2);
          return this.appendOne(head, firstPosition, event, payloadSalt);
        }),
      close: () => {
        if (this.position < firstPosition) return;
        this.statements.addChangeset(firstPosition, this.position, head);
      },
    };
  }

  /** Where the log stands in this transaction: taken before a savepoint, given back (`rewind`) when that is rolled back. */
  mark(): Mark {
    return this.standing;
  }

  rewind(mark: Mark): void {
    this.standing = mark;
    this.streams.clear();
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
    return { head: this.statements.head.get() ?? beginning, schemaVersion: this.usedVersion() };
  }

  private usedVersion(): number {
    return this.statements.usedVersion.get() ?? 0;
  }

  private appendOne(
    changeset: RecordedChangeSet,
    firstPosition: number,
    event: NewEvent,
    payloadSalt: string,
  ): RecordedEvent {
    const { stream, type } = event;
    const data = JSON.stringify(event.data);
    const content = contentOf(event);
    const schemaVersion = 'schemaVersion' in event ? event.schemaVersion : null;
    const streamVersion = event.expectedVersion + 1;
    const streamNumber = this.streamNumber(stream, event.expectedVersion);
    const position = this.position + 1;
    const payloadHash = hashPayload(payloadSalt, data, content);
    const salted = { payloadSalt, payloadHash };
    const place = { stream, streamNumber, streamVersion, position, changeset, firstPosition, ...salted };
    const hash = chain(this.standing.head.hash, { type, schemaVersion, ...place });
    this.statements.addEvent.run(
      position,
      firstPosition,
      streamNumber,
      streamVersion,
      type,
      schemaVersion,
      data,
      payloadSalt,
      payloadHash,
      hash,
      content,
    );
    this.streams.set(stream, [streamNumber, streamVersion]);
    const newest = Math.max(this.standing.schemaVersion, schemaVersion ?? 0);
    this.standing = { head: { position, hash }, schemaVersion: newest };
    return recordedEvent({ type, data: event.data, schemaVersion, content }, { hash, ...place });
  }

  private streamNumber(stream: string, expectedVersion: number): number {
    if (expectedVersion === 0) return Number(this.statements.addStream.run(stream).lastInsertRowid);
    const [number, version] = this.streams.get(stream) ?? this.statements.findStream.get(stream) ?? [0, 0];
    if (version !== expectedVersion) {
      throw new Error(`stream ${stream} stands at version ${version ?? 0}, not ${expectedVersion}`);
    }
    return number;
  }
}

/** How events and change sets are written, hashes and salts given in hex. */
export function logInserts(db: Database) {
  const addChangeset = db.prepare(
    `INSERT INTO changesets (first_position, last_position, id, at, by, comment, source, salt, context_hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, unhex(?), unhex(?))`,
  );
  return {
    addChangeset: (
      first: number,
      last: number,
      head: Omit<RecordedChangeSet, 'salt'> & { salt: string },
    ): void => {
      const { id, at, by, comment, source, salt, contextHash } = head;
      addChangeset.run(
        first,
        last,
        id,
        at,
        JSON.stringify(by),
        comment,
        source && JSON.stringify(source),
        salt,
        contextHash,
      );
    },
    addEvent: db.prepare(
      `INSERT INTO events (position, changeset, stream, stream_version, type, schema_version, data, salt, payload_hash, hash, content)
       VALUES (?, ?, ?, ?, ?, ?, ?, unhex(?), unhex(?), unhex(?), ?)`,
    ),
  };
}

function prepare(db: Database) {
  return {
    ...logInserts(db),
    head: db.prepare<[], Head>(selectHead),
    inCharge: db.prepare<[number]>(`SELECT 1 FROM installation WHERE epoch = ? AND mode = 'live'`),
    usedVersion: db.prepare<[], number | null>('SELECT max(version) FROM rungs').pluck(),
    addRung: db.prepare<[number, string]>('INSERT INTO rungs (version, hash) VALUES (?, ?)'),
    moveHead: db.prepare<[number, string]>('UPDATE head SET position = ?, hash = unhex(?)'),
    addStream: db.prepare<[string]>('INSERT INTO streams (id) VALUES (?)'),
    findStream: db
      .prepare<[string], StreamEnd>(
        `SELECT number, (SELECT stream_version FROM events WHERE stream = number ORDER BY position DESC LIMIT 1)
         FROM streams WHERE id = ?`,
      )
      .raw(),
  };
}

export function readHead(db: Database): Head {
  return db.prepare<[], Head>(selectHead).get() ?? beginning;
}

const selectHead = 'SELECT position, lower(hex(hash)) AS hash FROM head';
const beginning: Head = { position: 0, hash: genesisHash };
