import { filter, firstValueFrom, of, timeout } from 'rxjs';
import type { FeedEvent } from '../queries/list-events.js';
import type { Committed } from './committed.js';

export interface EventStream {
  /** The position after which to begin. */
  readonly after: number;
  readonly read: (after: number) => Promise<readonly FeedEvent[]>;
  readonly committed: Committed;
  /** Asked before each delivery: a token may be revoked while its stream is open. */
  readonly isStillAllowed: () => boolean;
}

const heartbeatMs = 15_000;
const retryMs = 1_000;
/** When the server says goodbye, a new one is usually there already. */
const comeBackMs = 100;

/**
 * Server-sent events (html.spec.whatwg.org, "server-sent events"): each event's id is its position, so a client
 * that comes back with `Last-Event-ID` misses nothing. Reads from the log at the pace at which the client takes it;
 * comments in between keep connections open. Ends when the server stops or the token is revoked.
 */
export async function* streamEvents({
  after,
  read,
  committed,
  isStillAllowed,
}: EventStream): AsyncGenerator<string> {
  yield `retry: ${retryMs}\n\n`;
  let delivered = after;
  let looked = 0;
  for (;;) {
    const wake = await firstValueFrom(
      committed.position$.pipe(
        filter((position) => position > looked),
        timeout({ first: heartbeatMs, with: () => of(null) }),
      ),
      { defaultValue: 'stopped' as const },
    );
    if (wake === 'stopped') {
      yield `retry: ${comeBackMs}\n\n`;
      return;
    }
    if (!isStillAllowed()) return;
    if (wake === null) {
      yield ': still here\n\n';
      continue;
    }
    looked = wake;
    for (;;) {
      // A client that reads slowly may still be here when the database is not, or when it has no right to be.
      if (committed.isStopped) break;
      const events = await read(delivered);
      if (events.length === 0) {
        // What a filter leaves out need not be looked at again.
        delivered = Math.max(delivered, looked);
        break;
      }
      for (const event of events) {
        if (!isStillAllowed()) return;
        yield frame(event);
      }
      delivered = events.at(-1)?.position ?? delivered;
    }
  }
}

/** A line break in the JSON can only stand between its tokens, where a space means the same. */
function frame({ position, type, json }: FeedEvent): string {
  return `id: ${position}\nevent: ${type}\ndata: ${json.replace(/[\r\n]+/g, ' ')}\n\n`;
}
