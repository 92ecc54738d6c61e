import { eventTypeOf } from '../events/event-types.js';
import type { Actor, ChangeSetHead, NewEvent, RecordedEvent } from '../events/event.js';
import { authorNameLimit as nameLimit, commentLimit, documentLimitBytes } from '../events/limits.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { eventId } from '../log/digest.js';
import {
  absent,
  anything,
  hash,
  is,
  isObject,
  isText,
  members,
  nullOr,
  optional,
  salt,
  text,
  texts,
  time,
  uuid,
  whole,
} from '../events/shape.js';

/** One line of an exported log. `content` is the exact text of the document; what belongs to a change set is repeated. */
export interface Line {
  readonly position: number;
  readonly id: string;
  readonly stream: string;
  readonly streamVersion: number;
  readonly type: string;
  readonly at: string;
  readonly by: Actor;
  readonly changeset: string;
  readonly comment: string | null;
  readonly source: Readonly<Record<string, string>> | null;
  readonly schemaVersion?: number;
  readonly data: unknown;
  readonly content?: string;
  /** Salts of `data` and `content`, and of comment, source and the author's name: 16 bytes in hex. */
  readonly salt: string;
  readonly contextSalt: string;
  readonly hash: string;
}

/** @throws OperatorError 65 where a salt is gone */
export function lineOf(event: RecordedEvent): Line {
  const { position, changeset } = event;
  return {
    position,
    id: eventId(changeset.id, position - event.firstPosition),
    stream: event.stream,
    streamVersion: event.streamVersion,
    type: event.type,
    at: changeset.at,
    by: changeset.by,
    changeset: changeset.id,
    comment: changeset.comment,
    source: changeset.source,
    ...('schemaVersion' in event && { schemaVersion: event.schemaVersion }),
    data: event.data,
    ...('content' in event && { content: event.content }),
    salt: present(event.payloadSalt, position),
    contextSalt: present(changeset.salt, position),
    hash: event.hash,
  };
}

function present(salt: string | null, position: number): string {
  if (salt !== null) return salt;
  throw new OperatorError(
    exitCodes.badData,
    `a salt at position ${position} is gone: run \`palimpsest verify\``,
  );
}

/** Of the change set that a line belongs to. */
export function headOf({ changeset, at, by, comment, source }: Line): ChangeSetHead {
  return { id: changeset, at, by, comment, source };
}

/** What is appended for a line. */
export function eventOf({ type, stream, streamVersion, schemaVersion, data, content }: Line): NewEvent {
  return {
    type,
    stream,
    expectedVersion: streamVersion - 1,
    data,
    ...(schemaVersion !== undefined && { schemaVersion }),
    ...(content !== undefined && { content }),
  } as NewEvent;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Where a line is not as an event can be, by the name of its member (`data.place.rank`); undefined: nowhere. The chain
 * proves that a log is as it was written, and anybody can write a chain: what is not an event must not get into the log,
 * where it could never be folded. Whether it could have happened then and there: `possible-event.ts`.
 */
export function faultOfLine(line: Members): string | undefined {
  const { content, schemaVersion, source, type } = line;
  const eventType = isText(type) ? eventTypeOf(type) : undefined;
  if (!eventType) return 'type';
  // What a commit says is as long as its author made it.
  const comment = text(source === null ? commentLimit : documentLimitBytes);
  return (
    head.faultIn(line, '') ??
    nullOr(comment).faultIn(line.comment, 'comment') ??
    eventType.data.faultIn(line.data, 'data') ??
    (eventType.hasContent ? whole : absent).faultIn(schemaVersion, 'schemaVersion') ??
    (eventType.hasContent ? text(documentLimitBytes) : absent).faultIn(content, 'content')
  );
}

const actorKinds: ReadonlySet<unknown> = new Set<Actor['kind']>(['token', 'person', 'import', 'system']);
const isActorKind = (value: unknown): value is Actor['kind'] => actorKinds.has(value);

const head = members({
  position: whole,
  id: is(isText),
  stream: text(nameLimit, 1),
  streamVersion: whole,
  type: text(nameLimit),
  at: time,
  by: members({ kind: is(isActorKind), id: text(nameLimit, 1), name: text(nameLimit) }),
  changeset: uuid,
  comment: anything,
  source: nullOr(texts),
  data: is(isObject),
  salt,
  contextSalt: salt,
  hash,
  schemaVersion: optional(whole),
  content: optional(is(isText)),
});
