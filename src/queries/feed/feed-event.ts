import { eventTypes } from '../../events/event-types.js';
import { eventId } from '../../log/digest.js';
import type { RecordedEvent } from '../../events/event.js';
import type { Appearance, Appearing } from './readers-feed.js';

/** An event as clients see it, or what readers are told of it: where it belongs, and the whole of it as JSON. */
export interface FeedEvent {
  readonly position: number;
  /** The position after which a stream goes on that was cut off behind it; its own, when absent. */
  readonly goesOnAfter?: number;
  readonly type: RecordedEvent['type'] | Appearing | 'entered' | 'left';
  readonly stream: string;
  readonly json: string;
}

/** What an event says, but for what is secret: that is for the log alone. */
export function shownData({ type, data }: RecordedEvent): object {
  const { secret } = eventTypes[type].data;
  if (secret.length === 0) return data;
  return Object.fromEntries(Object.entries(data).filter(([name]) => !secret.includes(name)));
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

/** What readers are told of a page. */
export function appearanceEvent({ position, kind, page, path, formerPath }: Appearance): FeedEvent {
  const json = JSON.stringify({ position, kind, page, path, formerPath });
  return { position, type: kind, stream: page, json };
}

/** That a page is not in somebody's part of the site any more. */
export function leftEvent(page: string, position: number): FeedEvent {
  return { position, type: 'left', stream: page, json: JSON.stringify({ position, type: 'left', page }) };
}
