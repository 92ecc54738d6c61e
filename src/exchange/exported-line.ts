import type { Actor } from '../events/event.js';
import { authorNameLimit as nameLimit, commentLimit, documentLimitBytes } from '../events/limits.js';
import { dataShapeOf } from './possible-event.js';
import {
  absent,
  hash,
  is,
  isObject,
  isText,
  members,
  nullOr,
  salt,
  text,
  texts,
  time,
  uuid,
  whole,
} from './shapes.js';

type Members = Readonly<Record<string, unknown>>;

/**
 * Where a line is not as an event can be, by the name of its member (`data.place.rank`); undefined: nowhere. The chain
 * proves that a log is as it was written, and anybody can write a chain: what is not an event must not get into the log,
 * where it could never be folded. Whether it could have happened then and there: `possible-event.ts`.
 */
export function faultOfLine(line: Members): string | undefined {
  const { content, schemaVersion, source, type } = line;
  const dataShape = isText(type) ? dataShapeOf(type) : undefined;
  if (!dataShape) return 'type';
  const hasContent = type === 'PageCreated' || type === 'PageSaved';
  // What a commit says is as long as its author made it.
  const comment = text(source === null ? commentLimit : documentLimitBytes);
  return (
    head(line, '') ??
    nullOr(comment)(line.comment, 'comment') ??
    dataShape(line.data, 'data') ??
    (hasContent ? whole(schemaVersion, 'schemaVersion') : absent(schemaVersion, 'schemaVersion')) ??
    (hasContent ? text(documentLimitBytes)(content, 'content') : absent(content, 'content'))
  );
}

const actorKinds: ReadonlySet<unknown> = new Set<Actor['kind']>(['token', 'person', 'import', 'system']);

const head = members(
  {
    position: whole,
    id: is(isText),
    stream: text(nameLimit, 1),
    streamVersion: whole,
    type: text(nameLimit),
    at: time,
    by: members({ kind: is((kind) => actorKinds.has(kind)), id: text(nameLimit, 1), name: text(nameLimit) }),
    changeset: uuid,
    comment: () => undefined,
    source: nullOr(texts),
    data: is(isObject),
    salt,
    contextSalt: salt,
    hash,
  },
  { schemaVersion: whole, content: is(isText) },
);
