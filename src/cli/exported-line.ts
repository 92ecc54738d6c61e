import { roles, type Actor, type Event } from '../events/event.js';

type Members = Readonly<Record<string, unknown>>;

/**
 * Whether a line says what an event can say. The chain proves that a log is as it was written, and anybody can write a
 * chain: what is not an event must not get into the log, where it could never be folded.
 */
export function isEvent(line: Members): boolean {
  const { by, comment, content, data, schemaVersion, source, type } = line;
  const hasContent = type === 'PageCreated' || type === 'PageSaved';
  return (
    isPositive(line.streamVersion) &&
    isText(line.stream) &&
    isText(line.changeset) &&
    uuid.test(line.changeset) &&
    isTime(line.at) &&
    isObject(by) &&
    actorKinds.has(by.kind) &&
    isText(by.id) &&
    isText(by.name) &&
    (comment === null || isText(comment)) &&
    (source === null || (isObject(source) && Object.values(source).every(isText))) &&
    isText(type) &&
    Object.hasOwn(shapes, type) &&
    isObject(data) &&
    shapes[type as Event['type']](data) &&
    (hasContent
      ? isPositive(schemaVersion) && isText(content) && isObject(JSON.parse(content))
      : schemaVersion === undefined && content === undefined)
  );
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const actorKinds: ReadonlySet<unknown> = new Set<Actor['kind']>(['token', 'person', 'import', 'system']);

const nothing = (): boolean => true;
const place = ({ parent, slug, rank }: Members): boolean =>
  (parent === null || isText(parent)) && isText(slug) && isText(rank);

/** What the data of each type holds; `event.ts` tells what it means. A type without a row does not compile. */
const shapes: Record<Event['type'], (data: Members) => boolean> = {
  PageCreated: (data) =>
    isText(data.pageType) && (data.place === null || (isObject(data.place) && place(data.place))),
  PageSaved: ({ version, base }) => isPositive(version) && isPositive(base),
  PageRestored: ({ version, restored }) => isPositive(version) && isPositive(restored),
  PageMoved: place,
  PagePublished: ({ version }) => isPositive(version),
  PageUnpublished: nothing,
  PageDeleted: ({ root }) => isText(root),
  PageUndeleted: nothing,
  TokenCreated: ({ name, role, hash, expiresAt }) =>
    isText(name) &&
    roles.some((known) => known === role) &&
    isText(hash) &&
    (expiresAt === null || isTime(expiresAt)),
  TokenRevoked: nothing,
  MinimumSchemaVersionSet: ({ minimum }) => isPositive(minimum),
  SchemaVersionSunset: ({ schemaVersion, at }) => isPositive(schemaVersion) && isTime(at),
};

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As `Date.toISOString` writes it. */
function isTime(value: unknown): boolean {
  if (!isText(value)) return false;
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value;
}
