import { Refusal } from '../refusal.js';
import type { Database, Statement } from './database.js';
import { recordedEvent, type Actor, type RecordedChangeSet, type RecordedEvent } from '../events/event.js';
import { typesOf, type Family } from '../events/event-types.js';

type EventRow = [
  position: number,
  streamNumber: number,
  stream: string,
  streamVersion: number,
  type: string,
  schemaVersion: number | null,
  data: string,
  content: string | null,
  payloadSalt: string | null,
  payloadHash: string,
  hash: string,
  changeset: string,
  firstPosition: number,
  at: string,
  by: string,
  comment: string | null,
  source: string | null,
  salt: string | null,
  contextHash: string,
];

/** The columns of `EventRow`, in its order. A replay reads all of them: a row as an array costs 11 µs, as an object 24. */
const selectEvents = `
  SELECT events.position, streams.number, streams.id, stream_version, type, schema_version, data, content,
         lower(hex(events.salt)), lower(hex(payload_hash)), lower(hex(hash)),
         changesets.id, first_position, at, by, comment, source, lower(hex(changesets.salt)), lower(hex(context_hash))
  FROM events
  JOIN streams ON streams.number = events.stream
  JOIN changesets ON changesets.first_position = events.changeset`;

/** Which events to read; nothing given: all. */
export interface EventFilter {
  readonly type?: string;
  readonly stream?: string;
  /** What they may be about. */
  readonly families?: readonly Family[];
}

/** An event, and the text that its data is stored as: what its hash is over. */
export interface StoredEvent {
  readonly event: RecordedEvent;
  readonly data: string;
}

/**
 * Reads pages of the log: events after a position, in order, at most `limit`, and no more than `mostBytes` of payload (16 MB)
 * unless the first alone is larger: documents may be 10 MB each, and a page is in memory as a whole.
 */
export function eventReader(
  db: Database,
  filter: EventFilter = {},
  mostBytes = pageBytes,
): (after: number, limit: number) => RecordedEvent[] {
  const read = storedEventReader(db, filter, mostBytes);
  return (after, limit) => read(after, limit).map(({ event }) => event);
}

/** A page of the log, from one statement however often it is asked; `mostBytes` for this page alone. */
export type StoredEventReader = (after: number, limit: number, mostBytes?: number) => StoredEvent[];

/** As `eventReader`, for who checks hashes. */
export function storedEventReader(
  db: Database,
  filter: EventFilter = {},
  usualBytes = pageBytes,
): StoredEventReader {
  const conditions = [
    'events.position > $after',
    ...(filter.type === undefined ? [] : ['events.type = $type']),
    ...(filter.stream === undefined ? [] : ['streams.id = $stream']),
    ...(filter.families
      ? [
          `events.type IN (${typesOf(filter.families)
            .map((type) => `'${type}'`)
            .join(', ')})`,
        ]
      : []),
  ];
  const statement: Statement<unknown[], EventRow> = db
    .prepare<unknown[], EventRow>(
      `${selectEvents} WHERE ${conditions.join(' AND ')} ORDER BY events.position LIMIT $limit`,
    )
    .raw();
  const { type, stream } = filter;
  const bound = { ...(type !== undefined && { type }), ...(stream !== undefined && { stream }) };
  return (after, limit, mostBytes = usualBytes) => {
    const changesets = changesetMemory(); // of this page: what a change set says may be erased before the next
    const page: StoredEvent[] = [];
    let bytes = 0;
    for (const row of statement.iterate({ ...bound, after, limit })) {
      const [, , , , , , data, content] = row;
      bytes += Buffer.byteLength(data) + Buffer.byteLength(content ?? '');
      if (page.length > 0 && bytes > mostBytes) break;
      page.push({ event: readEvent(row, changesets), data });
    }
    return page;
  };
}

/**
 * The whole log after a position, read in pages: never one long read, which would pin the write-ahead log.
 * @throws Refusal `storage-damaged` when a position is missing, the last one of a finite `upTo` included: nothing may be built on a log with a hole
 */
export function* readLog(db: Database, after = 0, upTo = Infinity): Generator<RecordedEvent> {
  for (const { event } of readStoredLog(db, after, upTo)) yield event;
}

/** As `readLog`, for who checks hashes. */
export function* readStoredLog(db: Database, after = 0, upTo = Infinity): Generator<StoredEvent> {
  const read = storedEventReader(db);
  let last = after;
  for (;;) {
    const page = read(last, Math.min(pageLength, upTo - last));
    for (const stored of page) {
      const { position } = stored.event;
      if (position !== last + 1) throw missing(last + 1);
      last = position;
      yield stored;
    }
    if (last >= upTo) return;
    if (page.length === 0 && upTo === Infinity) return;
    if (page.length === 0) throw missing(last + 1);
  }
}

function missing(position: number): Refusal {
  return new Refusal('storage-damaged', `the log misses position ${position}: run \`palimpsest verify\``);
}

const pageLength = 1000;
const pageBytes = 16 * 1024 * 1024;

/** Neighbours in the log share their change set, and most of the time their author. */
function changesetMemory(): (row: EventRow) => RecordedChangeSet {
  let last: RecordedChangeSet | undefined;
  let author: { readonly json: string; readonly by: Actor } | undefined;
  return ([, , , , , , , , , , , id, , at, by, comment, source, salt, contextHash]) => {
    if (last?.id === id) return last;
    if (author?.json !== by) author = { json: by, by: JSON.parse(by) as Actor };
    last = {
      id,
      at,
      by: author.by,
      comment,
      source: source === null ? null : (JSON.parse(source) as Source),
      salt: salt || null,
      contextHash,
    };
    return last;
  };
}

type Source = NonNullable<RecordedChangeSet['source']>;

function readEvent(row: EventRow, changesets: (row: EventRow) => RecordedChangeSet): RecordedEvent {
  const [position, streamNumber, stream, streamVersion, type] = row;
  const [, , , , , schemaVersion, data, content, salt, payloadHash, hash, , firstPosition] = row;
  const payloadSalt = salt || null;
  const changeset = changesets(row);
  return recordedEvent(
    { type, data: JSON.parse(data) as unknown, schemaVersion, content },
    {
      position,
      stream,
      streamNumber,
      streamVersion,
      changeset,
      firstPosition,
      payloadSalt,
      payloadHash,
      hash,
    },
  );
}
