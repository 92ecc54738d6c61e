import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { eventId } from '../events/digest.js';
import { requireMore, type Access } from '../access/access.js';
import type { RecordedEvent } from '../events/event.js';
import { eventReader, type EventFilter } from '../events/read-log.js';
import { ReadModel } from './read-model.js';

/** The log as a feed: events after a position, in order. */
export class ListEvents extends Query<readonly FeedEvent[]> {
  constructor(
    readonly access: Access,
    readonly after: number,
    readonly limit: number,
    readonly schemaVersion: number,
    readonly filter: { readonly type?: string; readonly stream?: string },
    /** Of payload, unless the first event alone is larger. */
    readonly mostBytes?: number,
  ) {
    super();
  }
}

/** An event as clients see it: where it belongs, and the whole of it as JSON. */
export interface FeedEvent {
  readonly position: number;
  readonly type: RecordedEvent['type'];
  readonly stream: string;
  readonly json: string;
}

@QueryHandler(ListEvents)
export class ListEventsHandler implements IQueryHandler<ListEvents> {
  private readonly typeOf;

  constructor(private readonly model: ReadModel) {
    this.typeOf = model.db.prepare<[number], string>('SELECT type FROM pages WHERE number = ?').pluck();
  }

  execute(query: ListEvents): Promise<readonly FeedEvent[]> {
    return Promise.resolve(this.read(query));
  }

  read({ access, after, limit, schemaVersion, filter, mostBytes }: ListEvents): readonly FeedEvent[] {
    requireMore(access);
    const readable: EventFilter = { ...filter, families: access.families };
    const events = eventReader(this.model.db, readable, mostBytes)(after, limit);
    return events.map((event) => this.seenAt(schemaVersion, event));
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
