import type { ServerResponse } from 'node:http';
import { accessOf } from '../../access/access.js';
import { everywhere } from '../../access/rights.js';
import { isWalked, type FeedPage } from '../../queries/list-events.js';
import type { FeedPlace } from '../../queries/feed/walk-moments.js';
import type { Committed } from '../edge/committed.js';
import { DeliveryPace, inSlices } from './delivery-pace.js';
import { EventPage, type Shown } from './event-page.js';
import { endIfStalled } from '../edge/holding.js';
import { SharedPages, type Wanted } from './shared-pages.js';
import { whenClosed } from '../edge/when-closed.js';

/** Where streams read. */
export interface EventSource {
  /** Events after a position, in order, as many as fit a page. For readers also how far that goes. */
  readonly read: (shown: Shown, after: FeedPlace) => Pick<FeedPage, 'events'> & Partial<FeedPage>;
  readonly committed: Committed;
  /** How long a stream waits for a client that takes nothing of it. */
  readonly stalledMs: number;
}

/** One of them. */
export interface EventStream {
  /** Its head is written. */
  readonly answer: ServerResponse;
  /** The position after which to begin. */
  readonly after: number;
  readonly shown: Shown;
  readonly token: string;
  /** Asked before each delivery: a token may be revoked while its stream is open. */
  readonly isStillAllowed: () => boolean;
  /** Its events could not be read: it is cut off. */
  readonly failed: (error: unknown) => void;
}

interface Open extends EventStream {
  delivered: number;
  /** How far what happened there was told, if that is not all. */
  within: number | undefined;
  /** The page that it waits for, or sends. */
  wanted: Wanted | undefined;
  isSending: boolean;
}

/** What is new is read for all, whatever of it each is shown. */
const everything = accessOf(everywhere('admin'));

const heartbeatMs = 15_000;
const retryMs = 1_000;
/** When the server says goodbye, a new one is usually there already. */
const comeBackMs = 100;
/** So near to the end streams read everything together; behind it each kind of them for itself, what it is shown. */
const nearEvents = 100;
/** Pages in memory, of all and of one token. */
const pageLimits = { all: 8, one: 4 };
/** What is on its way of large pages, to all and to one token's streams. */
const sendingBytes = { all: 64 * 1024 * 1024, one: 32 * 1024 * 1024 };

/**
 * Server-sent events (html.spec.whatwg.org, "server-sent events"): each event's id is its position, so a client
 * that comes back with `Last-Event-ID` misses nothing. What is new is read once and sent to all, some at a time, and
 * goes on at the pace at which each client takes it; comments in between keep connections open. A stream ends when the
 * server stops, when its token is revoked, and when its client takes nothing any more.
 */
export class EventStreams {
  private readonly open = new Set<Open>();
  private readonly pages = new SharedPages(pageLimits, sendingBytes);
  private head = 0;
  private isListening = false;
  private readonly pace = new DeliveryPace();

  constructor(private readonly source: EventSource) {}

  get count(): number {
    return this.open.size;
  }

  get pagesInMemory(): number {
    return this.pages.count;
  }

  add(stream: EventStream): void {
    const { answer } = stream;
    const { socket } = answer;
    if (!socket || socket.destroyed) return;
    const added: Open = {
      ...stream,
      delivered: stream.after,
      within: undefined,
      wanted: undefined,
      isSending: false,
    };
    answer.write(`retry: ${retryMs}\n\n`);
    this.open.add(added);
    whenClosed(answer, socket, () => {
      this.open.delete(added);
      this.letGo(added);
      if (this.open.size === 0) this.pages.forgetIdle();
    });
    this.listen();
    this.goOn(added);
  }

  private listen(): void {
    const { committed } = this.source;
    if (this.isListening) return;
    this.isListening = true;
    const heartbeat = setInterval(() => {
      this.pages.forgetIdle();
      this.serveAll(beat);
    }, heartbeatMs).unref();
    committed.position$.subscribe({
      next: (position) => {
        this.head = position;
        this.deliverSoon();
      },
      complete: () => {
        this.isListening = false;
        clearInterval(heartbeat);
        for (const { answer } of this.open) answer.end(`retry: ${comeBackMs}\n\n`);
      },
    });
  }

  /** Once the save that there is something new from has been answered. */
  private deliverSoon(): void {
    this.pace.soon((done) => {
      const before = this.head;
      this.serveAll(
        (stream) => {
          this.goOn(stream);
        },
        (tookMs) => {
          done(tookMs);
          if (this.head > before) this.deliverSoon();
        },
      );
    });
  }

  /** All streams that are open now. */
  private serveAll(serve: (stream: Open) => void, done?: (tookMs: number) => void): void {
    const ifAllowed = (stream: Open): void => {
      if (this.mayGoOn(stream)) serve(stream);
    };
    inSlices([...this.open], ifAllowed, done);
  }

  /** Ends a stream that nobody may read any more. */
  private mayGoOn(stream: Open): boolean {
    const { answer, isStillAllowed } = stream;
    if (!this.open.has(stream) || answer.writableEnded || answer.destroyed) return false;
    try {
      if (isStillAllowed()) return true;
    } catch (error) {
      this.fail(stream, error);
      return false;
    }
    if (answer.writableLength > 0) answer.destroy();
    else answer.end();
    return false;
  }

  /** Sends the next page to who has taken the one before, if there is any. */
  private goOn(stream: Open): void {
    const { shown, delivered, within, token } = stream;
    const isAtEnd = delivered >= this.head && within === undefined;
    if (stream.wanted || isAtEnd || this.source.committed.isStopped) return;
    const isNear = this.head - delivered <= nearEvents && !isWalked(shown);
    const asked: Shown = isNear ? { access: everything, schemaVersion: shown.schemaVersion } : shown;
    const { head } = this;
    const wanted: Wanted = {
      key: JSON.stringify([
        asked.schemaVersion,
        asked.access.key,
        asked.type,
        asked.stream,
        asked.within,
        delivered,
        within,
      ]),
      holder: token,
      make: () => {
        const from = { event: delivered, ...(within !== undefined && { within }) };
        const { events, place, isAll } = this.source.read(asked, from);
        if (place && isAll !== true) return new EventPage(events, place.event, place.within);
        // What a filter leaves out need not be looked at again.
        const last = place?.event ?? events.at(-1)?.position;
        return new EventPage(events, place || last === undefined ? Math.max(last ?? delivered, head) : last);
      },
      got: (page) => {
        this.got(stream, page);
      },
      failed: (error) => {
        this.fail(stream, error);
      },
    };
    stream.wanted = wanted;
    this.pages.take(wanted);
  }

  private got(stream: Open, page: EventPage): void {
    if (page.isEmpty) {
      stream.wanted = undefined;
      stream.delivered = page.last;
      stream.within = page.within;
      // In a turn of its own: there may be much in a row of which nothing is shown.
      setImmediate(() => {
        if (this.mayGoOn(stream)) this.goOn(stream);
      });
      return;
    }
    stream.isSending = true;
    // It may have waited for its turn.
    if (this.mayGoOn(stream) && !this.source.committed.isStopped) this.send(stream, page);
    else this.letGo(stream);
  }

  private send(stream: Open, page: EventPage): void {
    const { answer, shown } = stream;
    const { socket } = answer;
    const taken = (): void => {
      socket?.setTimeout(0);
      this.letGo(stream);
      if (this.mayGoOn(stream)) this.goOn(stream);
    };
    stream.delivered = page.last;
    stream.within = page.within;
    const parts = page.partsFor(shown);
    if (socket) endIfStalled(socket, this.source.stalledMs);
    for (const part of parts.slice(0, -1)) answer.write(part);
    const last = parts.at(-1);
    if (last) answer.write(last, taken);
    else setImmediate(taken);
  }

  private fail(stream: Open, error: unknown): void {
    stream.wanted = undefined;
    stream.failed(error);
    stream.answer.destroy();
  }

  /** Gives back what it has, or waits for. */
  private letGo(stream: Open): void {
    const { wanted } = stream;
    const { isSending } = stream;
    stream.wanted = undefined;
    stream.isSending = false;
    if (!wanted) return;
    if (isSending) this.pages.giveBack(wanted);
    else this.pages.forget(wanted);
  }
}

function beat({ answer, isSending }: Open): void {
  if (!isSending) answer.write(': still here\n\n');
}
