import { storageRefusal } from '../../log/storage-refusal.js';
import { isWalked, type ListEventsHandler } from '../../queries/list-events.js';
import type { ReadModel } from '../../queries/read-model.js';
import type { FeedPlace } from '../../queries/feed/walk-moments.js';
import type { Shown } from './event-page.js';
import type { EventSource } from './event-streams.js';

/** Events, and bytes of payload, of a page that streams send. */
const pageLength = 100;
const pageBytes = 1024 * 1024;

/** Reads what streams send. Everything before something damaged is delivered. */
export function readEvents(model: ReadModel, list: ListEventsHandler): EventSource['read'] {
  const read = ({ access, schemaVersion, type, stream }: Shown, after: number, most: number) => {
    model.storage.requireReadable();
    const filter = { ...(type !== undefined && { type }), ...(stream !== undefined && { stream }) };
    return list.read(access, schemaVersion, filter, { after, limit: most, mostBytes: pageBytes });
  };
  const readWalked = (shown: Shown, after: FeedPlace) => {
    model.storage.requireReadable();
    return list.readWalked(shown, after, pageLength, pageBytes);
  };
  return (shown, after) => {
    if (isWalked(shown)) return readWalked(shown, after);
    try {
      return { events: read(shown, after.event, pageLength) };
    } catch (error) {
      if (storageRefusal(error)?.code !== 'storage-damaged') throw error;
      return { events: read(shown, after.event, 1) };
    }
  };
}
