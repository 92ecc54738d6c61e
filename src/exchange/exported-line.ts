import { roles, type Actor, type Event } from '../events/event.js';
import {
  authorNameLimit as nameLimit,
  commentLimit,
  documentLimitBytes,
  pageTypeLimit,
  slugPattern,
  tokenNameLimit,
  wellFormed,
} from '../events/limits.js';
import { isRank } from '../commands/pages/placing.js';

type Members = Readonly<Record<string, unknown>>;

/**
 * Where a line is not as an event can be, by the name of its member (`data.place.rank`); undefined: nowhere. The chain
 * proves that a log is as it was written, and anybody can write a chain: what is not an event must not get into the log,
 * where it could never be folded. Whether it could have happened then and there: `possible-event.ts`.
 */
export function faultOfLine(line: Members): string | undefined {
  const { content, schemaVersion, source, type } = line;
  if (!isText(type) || !Object.hasOwn(data, type)) return 'type';
  const hasContent = type === 'PageCreated' || type === 'PageSaved';
  // What a commit says is as long as its author made it.
  const comment = text(source === null ? commentLimit : documentLimitBytes);
  return (
    head(line, '') ??
    nullOr(comment)(line.comment, 'comment') ??
    data[type as Event['type']](line.data, 'data') ??
    (hasContent ? whole(schemaVersion, 'schemaVersion') : absent(schemaVersion, 'schemaVersion')) ??
    (hasContent ? text(documentLimitBytes)(content, 'content') : absent(content, 'content'))
  );
}

/** Answers where a value is not as declared; `at` is its own name. */
type Shape = (value: unknown, at: string) => string | undefined;

const is =
  (test: (value: unknown) => boolean): Shape =>
  (value, at) =>
    test(value) ? undefined : at;

const nullOr =
  (shape: Shape): Shape =>
  (value, at) =>
    value === null ? undefined : shape(value, at);

/** Well-formed, of at most so many characters. */
const text = (limit: number, least = 0): Shape =>
  is((value) => isText(value) && value.length >= least && value.length <= limit && wellFormed.test(value));

const matching = (pattern: RegExp): Shape => is((value) => isText(value) && pattern.test(value));

/** These members and no others; those of `optional` may be absent. */
function members(
  needed: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return (value, at) => {
    if (!isObject(value)) return at;
    const inside = at === '' ? '' : `${at}.`;
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(needed, name) && !Object.hasOwn(optional, name)) return `${inside}${name}`;
    }
    for (const [name, shape] of Object.entries(needed)) {
      const fault = shape(value[name], `${inside}${name}`);
      if (fault !== undefined) return fault;
    }
    for (const [name, shape] of Object.entries(optional)) {
      const fault = Object.hasOwn(value, name) ? shape(value[name], `${inside}${name}`) : undefined;
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

const texts: Shape = (value, at) =>
  isObject(value) &&
  Object.entries(value).every(([key, one]) => wellFormed.test(key) && isText(one) && wellFormed.test(one))
    ? undefined
    : at;

const actorKinds: ReadonlySet<unknown> = new Set<Actor['kind']>(['token', 'person', 'import', 'system']);

const whole = is((value) => Number.isSafeInteger(value) && (value as number) > 0);
const absent = is((value) => value === undefined);
const time = is(isTime);
const uuid = matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const salt = matching(/^[0-9a-f]{32}$/);
const hash = matching(/^[0-9a-f]{64}$/);
const comment = text(commentLimit);

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

const nothing = members({});
const place = members({
  parent: nullOr(uuid),
  slug: matching(slugPattern),
  rank: is((value) => isText(value) && isRank(value)),
});

/** What the data of each type holds; `event.ts` tells what it means. A type without a row does not compile. */
const data: Record<Event['type'], Shape> = {
  PageCreated: members({ pageType: text(pageTypeLimit, 1), place: nullOr(place) }, { comment }),
  PageSaved: members({ version: whole, base: whole }, { copies: texts, comment }),
  PageRestored: members({ version: whole, restored: whole }, { comment }),
  PageMoved: place,
  PagePublished: members({ version: whole }),
  PageUnpublished: nothing,
  PageDeleted: members({ root: uuid }),
  PageUndeleted: nothing,
  TokenCreated: members({
    name: text(tokenNameLimit),
    role: is((value) => roles.some((role) => role === value)),
    hash,
    expiresAt: nullOr(time),
  }),
  TokenRevoked: nothing,
  MinimumSchemaVersionSet: members({ minimum: whole }),
  SchemaVersionSunset: members({ schemaVersion: whole, at: time }),
};

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As `Date.toISOString` writes it, of the years 0 to 9999. */
function isTime(value: unknown): boolean {
  if (!isText(value) || !/^\d{4}-/.test(value)) return false;
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value;
}
