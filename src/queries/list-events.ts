import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { eventId } from '../events/digest.js';
import type { RecordedEvent, Role } from '../events/event.js';
import { eventReader, type EventFilter } from '../events/read-log.js';
import { contentAt } from '../schema/conversion.js';
import { requireEditor } from './list-changesets.js';
import { ReadModel } from './read-model.js';

/** The log as a feed: events after a position, in order. */
export class ListEvents {
  constructor(
    readonly role: Role,
    readonly after: number,
    readonly limit: number,
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
  constructor(private readonly model: ReadModel) {}

  execute({ role, after, limit, filter }: ListEvents): Promise<readonly FeedEvent[]> {
    requireEditor(role);
    const readable: EventFilter = { ...filter, pagesOnly: role !== 'admin' };
    return Promise.resolve(eventReader(this.model.db, readable)(after, limit).map(feedEvent));
  }
}

/** Content goes in as the text that it is, at the schema version that it was sent in. */
export function feedEvent(event: RecordedEvent): FeedEvent {
  const { position, type, changeset } = event;
  const json = JSON.stringify({
    position,
    id: eventId(changeset.id, position - event.firstPosition),
    stream: event.stream,
    streamVersion: event.streamVersion,
    type,
    at: changeset.at,
    by: changeset.by,
    changeset: changeset.id,
    schemaVersion: 'schemaVersion' in event ? event.schemaVersion : undefined,
    hash: event.hash.toString('hex'),
    data: event.data,
  });
  if (!('content' in event)) return { position, type, json };
  const content = contentAt(event.schemaVersion, { text: event.content, schemaVersion: event.schemaVersion });
  // `data` stands last and is never empty where there is content, so this lands inside it.
  return { position, type, json: `${json.slice(0, -2)},"content":${content}}}` };
}
