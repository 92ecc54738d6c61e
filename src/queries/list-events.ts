import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { eventId } from '../events/digest.js';
import type { RecordedEvent, Role } from '../events/event.js';
import { damageOf } from '../events/check-log.js';
import { DamagedText } from '../events/checked-content.js';
import { storedEventReader, type EventFilter, type StoredEvent } from '../events/read-log.js';
import { requireEditor } from './list-changesets.js';
import { ReadModel } from './read-model.js';

/** The log as a feed: events after a position, in order. */
export class ListEvents {
  constructor(
    readonly role: Role,
    readonly after: number,
    readonly limit: number,
    readonly schemaVersion: number,
    readonly filter: { readonly type?: string; readonly stream?: string },
  ) {}
}

/** An event as clients see it: its position, its type, and the whole of it as JSON. */
export interface FeedEvent {
  readonly position: number;
  readonly type: string;
  readonly json: string;
}

@QueryHandler(ListEvents)
export class ListEventsHandler implements IQueryHandler<ListEvents, readonly FeedEvent[]> {
  private readonly typeOf;

  constructor(private readonly model: ReadModel) {
    this.typeOf = model.db.prepare<[number], string>('SELECT type FROM pages WHERE number = ?').pluck();
  }

  execute({ role, after, limit, schemaVersion, filter }: ListEvents): Promise<readonly FeedEvent[]> {
    requireEditor(role);
    const readable: EventFilter = { ...filter, pagesOnly: role !== 'admin' };
    const events = storedEventReader(this.model.db, readable)(after, limit);
    return Promise.resolve(events.map((stored) => this.seenAt(schemaVersion, whole(stored))));
  }

  private seenAt(schemaVersion: number, event: RecordedEvent): FeedEvent {
    if (!('content' in event)) return feedEvent(event);
    const sent = {
      id: event.stream,
      number: event.streamNumber,
      type: this.typeOf.get(event.streamNumber) ?? '',
      contentVersion: event.type === 'PageCreated' ? 1 : event.data.version,
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
  const { position, type, changeset } = event;
  const sentIn = 'schemaVersion' in event ? event.schemaVersion : undefined;
  const json = JSON.stringify({
    position,
    id: eventId(changeset.id, position - event.firstPosition),
    stream: event.stream,
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
  if (!('content' in event)) return { position, type, json };
  // `data` stands last and is never empty where there is content, so this lands inside it.
  const content = seen?.content ?? event.content;
  return { position, type, json: `${json.slice(0, -2)},"content":${content}}}` };
}
