import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { eventId } from '../log/digest.js';
import { requireMore, type Access } from '../access/access.js';
import type { RecordedEvent } from '../events/event.js';
import { contentVersionOf } from '../events/page.js';
import { damageOf } from '../log/check-log.js';
import { DamagedText } from '../log/checked-content.js';
import { storedEventReader, type EventFilter, type StoredEvent } from '../log/read-log.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import { ReadModel } from './read-model.js';

/** Which events, and how they are shown. */
export interface FeedFilter {
  readonly type?: string;
  readonly stream?: string;
}

/** The log as a feed: events after a position, in order, each as JSON. */
export class ListEvents extends Query<FoundEvents> {
  constructor(
    readonly access: Access,
    readonly schemaVersion: number,
    readonly after: number,
    readonly filter: FeedFilter,
    readonly part: Part,
  ) {
    super();
  }
}

export interface FoundEvents extends Items<string> {
  readonly schemaVersion: number;
}

/** What part of the log is read at once. */
export interface Stretch {
  readonly after: number;
  readonly limit: number;
  /** Of payload, unless the first event alone is larger. */
  readonly mostBytes?: number;
}

/** An event as clients see it: where it belongs, and the whole of it as JSON. */
export interface FeedEvent {
  readonly position: number;
  readonly type: RecordedEvent['type'];
  readonly stream: string;
  readonly json: string;
}

/** Events among which some are looked for without a thread of their own, at most. */
const mostSought = 1_000;

/** @throws Refusal `not-found` for readers; `malformed-request` */
@QueryHandler(ListEvents)
export class ListEventsHandler implements IQueryHandler<ListEvents> {
  private readonly typeOf;

  constructor(private readonly model: ReadModel) {
    this.typeOf = model.db.prepare<[number], string>('SELECT type FROM pages WHERE number = ?').pluck();
  }

  execute({ access, schemaVersion, after, filter, part }: ListEvents): Promise<FoundEvents> {
    const { model } = this;
    model.storage.requireReadable();
    model.requireHappened(after, { parameter: 'after' });
    const position = model.position();
    const from = Math.max(after, readCursor(part) ?? 0);
    const isSought = Object.keys(filter).length > 0;
    model.requireFew(Math.min(part.limit, position - from), isSought ? position - from : 0);
    model.requireShort(model.bytesOfEvents(from, isSought ? mostSought : part.limit));
    const read = (start: number, limit: number): readonly FeedEvent[] =>
      this.read(access, schemaVersion, filter, { after: start, limit });
    const events = read(from, part.limit);
    const last = events.at(-1);
    const more = last ? read(last.position, 1) : []; // large documents make a page shorter than was asked for
    const items = pageOf(
      { ...part, limit: events.length },
      [...events, ...more],
      (event) => event.position,
      (event) => event.json,
      position,
    );
    return Promise.resolve({ ...items, schemaVersion });
  }

  /** @throws Refusal `not-found` for readers */
  read(
    access: Access,
    schemaVersion: number,
    filter: FeedFilter,
    { after, limit, mostBytes }: Stretch,
  ): readonly FeedEvent[] {
    requireMore(access);
    const readable: EventFilter = { ...filter, families: access.families };
    const events = storedEventReader(this.model.db, readable, mostBytes)(after, limit);
    return events.map((stored) => this.seenAt(schemaVersion, whole(stored)));
  }

  private seenAt(schemaVersion: number, event: RecordedEvent): FeedEvent {
    if (!('content' in event)) return feedEvent(event);
    const sent = {
      id: event.stream,
      number: event.streamNumber,
      type: this.typeOf.get(event.streamNumber) ?? '',
      contentVersion: contentVersionOf(event),
      storedSchemaVersion: event.schemaVersion,
      mayHaveViews: true,
    };
    return feedEvent(event, {
      schemaVersion,
      content: this.model.contentAt(sent, event.content, schemaVersion),
    });
  }
}

/** @throws DamagedText */
function whole(stored: StoredEvent): RecordedEvent {
  const { event } = stored;
  const damage = event.payloadSalt === null ? undefined : damageOf(stored);
  if (damage === undefined) return event;
  throw new DamagedText(damage);
}

/** What an event says, but for the digest of a token's secret: that is for the log alone. */
export function shownData(event: RecordedEvent): object {
  if (event.type !== 'TokenCreated') return event.data;
  const { hash: _hash, ...shown } = event.data;
  return shown;
}

/**
 * @param seen the content that came with the event as clients at that schema version see it; as it was sent, unless given.
 *   `schemaVersion` says which, `storedSchemaVersion` which one it was sent in
 */
export function feedEvent(
  event: RecordedEvent,
  seen?: { readonly schemaVersion: number; readonly content: string },
): FeedEvent {
  const { position, type, stream, changeset } = event;
  const sentIn = 'schemaVersion' in event ? event.schemaVersion : undefined;
  const json = JSON.stringify({
    position,
    id: eventId(changeset.id, position - event.firstPosition),
    stream,
    streamVersion: event.streamVersion,
    type,
    at: changeset.at,
    by: changeset.by,
    changeset: changeset.id,
    schemaVersion: seen?.schemaVersion ?? sentIn,
    storedSchemaVersion: seen ? sentIn : undefined,
    hash: event.hash,
    data: shownData(event),
  });
  if (!('content' in event)) return { position, type, stream, json };
  // `data` stands last and is never empty where there is content, so this lands inside it.
  const content = seen?.content ?? event.content;
  return { position, type, stream, json: `${json.slice(0, -2)},"content":${content}}}` };
}
