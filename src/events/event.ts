import { familyOf, type eventTypes, type EventName, type Family } from './event-types.js';
import type { ValueOf } from './shape.js';

/** The author of a change set. `import` is somebody known from another system's history, `system` the program or its operator. */
export interface Actor {
  readonly kind: 'token' | 'person' | 'import' | 'system';
  readonly id: string;
  readonly name: string;
}

/** As `eventTypes` tells of one. `content` is the document exactly as it was sent, JSON text at `schemaVersion`. */
type Declared<T extends EventName> = (typeof eventTypes)[T] extends { readonly hasContent: true }
  ? {
      readonly type: T;
      readonly schemaVersion: number;
      readonly data: ValueOf<(typeof eventTypes)[T]['data']>;
      readonly content: string;
    }
  : { readonly type: T; readonly data: ValueOf<(typeof eventTypes)[T]['data']> };

type NameIn<F extends Family> = {
  [T in EventName]: (typeof eventTypes)[T]['family'] extends F ? T : never;
}[EventName];

/** What can have happened, as `eventTypes` tells. */
export type Event = { [T in EventName]: Declared<T> }[EventName];

/** An event of that type. */
export type EventOf<T extends EventName> = Extract<Event, { type: T }>;

/** What can have happened to a page. */
export type PageEvent = EventOf<NameIn<'page'>>;

/** The stream of all that was said of schema versions; no UUID, so no page or token can have it. */
export const schemaStream = 'schema';

/** An event that a rule wants appended: refused unless `stream` stands at `expectedVersion` (0: does not exist). */
export type NewEvent<E extends Event = Event> = E & {
  readonly stream: string;
  readonly expectedVersion: number;
};

/** What is said once about all events of a change set. `source` tells where an imported one comes from. */
export interface ChangeSetHead {
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly by: Actor;
  readonly comment: string | null;
  readonly source: Readonly<Record<string, string>> | null;
}

/** A change set in the log. */
export interface RecordedChangeSet extends ChangeSetHead {
  /** 16 bytes in hex; null: comment, source and the author's name were erased. */
  readonly salt: string | null;
  /** Over comment, source and the author's name, in hex: what is left of them after an erasure. */
  readonly contextHash: string;
}

/** Where an event stands in the log. `position` counts from 1 without gaps; `streamNumber` is the stream's short name in this log. */
export interface Recording {
  readonly position: number;
  readonly stream: string;
  readonly streamNumber: number;
  readonly streamVersion: number;
  readonly changeset: RecordedChangeSet;
  readonly firstPosition: number;
  /** 16 bytes in hex; null: the payload was erased, its content is gone and `data` is what remained. */
  readonly payloadSalt: string | null;
  /** Salted SHA-256 of the payload, in hex: what is left of it after an erasure. */
  readonly payloadHash: string;
  /** The chain up to here, in hex. */
  readonly hash: string;
}

/** An event in the log. One that brought content is without it when that was erased. */
export type RecordedEvent<E extends Event = Event> = Kept<E> & Recording;

type Kept<E> = E extends { readonly content: string }
  ? Omit<E, 'content'> & { readonly content?: string }
  : E;

/** What of an event was given to the log. */
interface GivenEvent {
  readonly type: string;
  readonly data: unknown;
  readonly schemaVersion: number | null;
  readonly content: string | null;
}

/**
 * The event that was given, at its place. Made of the same members in the same order, whether it was just appended or
 * read back: the engine then compiles every fold for one kind of object. (To spread one object into another costs more
 * than a look-up in the database.)
 */
export function recordedEvent(given: GivenEvent, at: Recording): RecordedEvent {
  const event: Record<string, unknown> = {
    type: given.type,
    data: given.data,
    position: at.position,
    stream: at.stream,
    streamNumber: at.streamNumber,
    streamVersion: at.streamVersion,
    changeset: at.changeset,
    firstPosition: at.firstPosition,
    payloadSalt: at.payloadSalt,
    payloadHash: at.payloadHash,
    hash: at.hash,
  };
  if (given.schemaVersion !== null) event.schemaVersion = given.schemaVersion;
  if (given.content !== null) event.content = given.content;
  return event as unknown as RecordedEvent; // what `append` was given, by construction; a newer program's log is refused at opening
}

export function isPageEvent(event: RecordedEvent): event is RecordedEvent<PageEvent> {
  return familyOf(event.type) === 'page';
}

/** The document that came with an event; `null` where none did, or it was erased. */
export function contentOf(event: Event | RecordedEvent): string | null {
  return 'content' in event ? (event.content ?? null) : null;
}
