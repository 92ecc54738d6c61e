import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import type { RecordedEvent } from '../events/event.js';
import { contentVersionOf } from '../events/page.js';
import { damageOf } from '../log/check-log.js';
import { DamagedText } from '../log/checked-content.js';
import { storedEventReader, type EventFilter, type StoredEvent } from '../log/read-log.js';
import { cursorAt, pageOf, readCursor, readKey, type Items, type Part } from './cursor.js';
import { TooDear } from './bearable.js';
import { pageAtFinder } from './page-at.js';
import { ReadModel } from './read-model.js';
import { appearanceEvent, feedEvent, leftEvent, type FeedEvent } from './feed/feed-event.js';
import { partFeed, type Part as PartOfSite, type PartTold } from './feed/part-feed.js';
import { readersFeed } from './feed/readers-feed.js';
import type { FeedPlace } from './feed/walk-moments.js';

/** Which events, and how they are shown. */
export interface FeedFilter {
  readonly type?: string;
  readonly stream?: string;
}

/** @throws Refusal `not-found` for a `path` at which nothing is now: what is told is of the page there, and of all beneath it. */
interface ListedEvents extends FeedFilter {
  readonly path?: string;
}

/** The log as a feed: events after a position, in order, each as JSON. */
export class ListEvents extends Query<FoundEvents> {
  constructor(
    readonly access: Access,
    readonly schemaVersion: number,
    readonly after: number,
    readonly filter: ListedEvents,
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

/** Events among which some are looked for without a thread of their own, at most. */
const soughtLimit = 1_000;

/** Which events are shown to whom, and how. */
interface ShownEvents extends FeedFilter, PartOfSite {
  readonly schemaVersion: number;
}

/** What readers are told after some place in the log, and how far that goes. */
export interface FeedPage {
  readonly events: readonly FeedEvent[];
  readonly place: FeedPlace;
  readonly isAll: boolean;
}

/** @throws Refusal `malformed-request` */
@QueryHandler(ListEvents)
export class ListEventsHandler implements IQueryHandler<ListEvents> {
  private readonly typeOf;
  private readonly feedOfReaders;
  private readonly feedOfParts;
  private readonly pageAt;

  constructor(private readonly model: ReadModel) {
    this.feedOfReaders = readersFeed(model.db);
    this.feedOfParts = partFeed(model);
    this.pageAt = pageAtFinder(model);
    this.typeOf = model.db.prepare<[number], string>('SELECT type FROM pages WHERE number = ?').pluck();
  }

  execute({ access, schemaVersion, after, filter: asked, part }: ListEvents): Promise<FoundEvents> {
    const { model } = this;
    model.storage.requireReadable();
    model.requireHappened(after, { parameter: 'after' });
    const position = model.position();
    const { path, ...filter } = asked;
    const partOfSite = { access, ...(path !== undefined && { within: this.pageAt(path, access) }) };
    if (isWalked(partOfSite)) {
      const items = this.listWalked({ schemaVersion, ...filter, ...partOfSite }, after, part);
      return Promise.resolve({ ...items, schemaVersion });
    }
    const from = Math.max(after, readCursor(part) ?? 0);
    const isSought = Object.keys(filter).length > 0;
    model.requireFew(Math.min(part.limit, position - from), isSought ? position - from : 0);
    model.requireShort(model.bytesOfEvents(from, isSought ? soughtLimit : part.limit));
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

  private listWalked(shown: ShownEvents, after: number, part: Part): Items<string> {
    this.model.requireFew(part.limit);
    const [event = '0', within] = (readKey(part) ?? String(after)).split('.');
    const from = {
      event: Math.max(after, Number(event)),
      ...(within !== undefined && { within: Number(within) }),
    };
    const { events, place, isAll } = this.readWalked(shown, from, part.limit);
    const key = place.within === undefined ? String(place.event) : `${place.event}.${place.within}`;
    return {
      items: events.map(({ json }) => json),
      next: isAll ? null : cursorAt(part.list, key),
      position: this.model.position(),
    };
  }

  /**
   * What readers, or those who see a part of the site, are told.
   * @param most pages that are looked at for readers, and events that are read for others
   */
  readWalked(shown: ShownEvents, after: FeedPlace, most: number, mostBytes?: number): FeedPage {
    const { access, type, stream, within } = shown;
    const { events, place, isAll } =
      access.isConstant && within === undefined
        ? this.appearances(access, after, most)
        : this.ofPart(shown, after, most, mostBytes);
    const told = events.map((event, index): FeedEvent => {
      const { position } = event;
      const isLast = events[index + 1]?.position !== position;
      const isTold = isLast && !(place.event === position && place.within !== undefined);
      return { ...event, goesOnAfter: isTold ? position : position - 1 };
    });
    const isSought = (event: FeedEvent): boolean =>
      (type === undefined || event.type === type) && (stream === undefined || event.stream === stream);
    return { events: told.filter(isSought), place, isAll };
  }

  private appearances(access: Access, after: FeedPlace, most: number): FeedPage {
    const { appearances, place, isAll } = this.feedOfReaders(access, after, most);
    const events = appearances.map(appearanceEvent);
    return { events, place, isAll };
  }

  private ofPart(
    { schemaVersion, ...part }: ShownEvents,
    after: FeedPlace,
    most: number,
    mostBytes?: number,
  ): FeedPage {
    const { told, place, isAll } = this.feedOfParts(part, after, most, mostBytes);
    return { events: told.map((one) => this.toldOfPart(one, schemaVersion)), place, isAll };
  }

  private toldOfPart(told: PartTold, schemaVersion: number): FeedEvent {
    switch (told.kind) {
      case 'event':
        return this.seenAt(schemaVersion, whole(told.stored));
      case 'left':
        return leftEvent(told.page, told.position);
      case 'appearance':
        return appearanceEvent(told.appearance);
      case 'entered':
        return this.entered(told, schemaVersion);
    }
  }

  /** A page as it was when it came to somebody's part. */
  private entered(
    { change: { position, page, now, accessNow } }: Extract<PartTold, { kind: 'entered' }>,
    schemaVersion: number,
  ): FeedEvent {
    const found = this.model.pages.asOf(page.id, position);
    if (!found || !now) throw new Error(`the page ${page.id} came at position ${position} and is not there`);
    const { view, content } = found;
    if (content === undefined) throw new TooDear();
    const json = JSON.stringify({
      position,
      type: 'entered',
      page: page.id,
      pageType: view.type,
      parent: accessNow.seesAbove(view) ? now.parent : null,
      slug: now.slug,
      rank: now.rank,
      contentVersion: view.contentVersion,
      publishedVersion: view.publishedVersion,
      protected: now.isProtectedItself,
      schemaVersion,
      storedSchemaVersion: view.storedSchemaVersion,
    });
    const shown = this.model.contentAt(view, content, schemaVersion);
    return { position, type: 'entered', stream: page.id, json: `${json.slice(0, -1)},"content":${shown}}` };
  }

  read(
    access: Access,
    schemaVersion: number,
    filter: FeedFilter,
    { after, limit, mostBytes }: Stretch,
  ): readonly FeedEvent[] {
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

/** Whether what somebody is told is not in the log as such, and found by walking. */
export function isWalked({ access: { isReader, isConstant }, within }: PartOfSite): boolean {
  return isReader || !isConstant || within !== undefined;
}

/** @throws DamagedText */
function whole(stored: StoredEvent): RecordedEvent {
  const { event } = stored;
  const damage = event.payloadSalt === null ? undefined : damageOf(stored);
  if (damage === undefined) return event;
  throw new DamagedText(damage);
}
