import { accessOf } from '../access/access.js';
import { everywhere } from '../access/rights.js';
import {
  requireNewId,
  requireNotDeleted,
  requirePage,
  type OpenPage,
  type Situation,
} from '../commands/decision.js';
import { requireFree, requireRoom } from '../commands/pages/placing.js';
import { personId } from '../projections/person-id.js';
import { requireKnownVersion } from '../commands/schema/schema-version.js';
import { schemaStream, type NewEvent } from '../events/event.js';
import type { Place } from '../events/place.js';
import { documentLimitBytes } from '../events/limits.js';
import type { ProjectedPage } from '../projections/page-states.js';
import { readJson } from '../schema/json/read-json.js';
import { isObject } from '../schema/json/json.js';
import { uuid } from '../events/shape.js';

/** Why an event can't have happened where a log says that it did. */
export class Impossible extends Error {
  override readonly name = 'Impossible';
}

/** What is there before the event. */
export interface Before extends Omit<Situation, 'changeSet' | 'work' | 'needed'> {
  /** Whether another page than that one is at the very place, deleted ones included. */
  readonly isRankTaken: (place: Place, self: string) => boolean;
  /** Pages that came back in this change set. */
  readonly back: ReadonlySet<string>;
}

/** A stream begins with what creates it, which comes once. */
export function requireNew({ stream, expectedVersion, type }: NewEvent, before: Before): void {
  if (uuid.faultIn(stream, 'stream') !== undefined) throw new Impossible(`the id ${stream} is no UUID`);
  if (expectedVersion === 0) {
    requireNewId(stream, before);
    return;
  }
  throw new Impossible(`${type} does not come first of all that happened to ${stream}`);
}

export function anyPage({ stream }: NewEvent, before: Before): OpenPage {
  return requirePage(stream, { ...before, needed: 'read' });
}

/** Whoever it was: the log does not say what they were allowed. */
export const anybody = accessOf(everywhere('admin'));

export function livePage(event: NewEvent, before: Before): OpenPage {
  const page = anyPage(event, before);
  requireNotDeleted(page);
  return page;
}

export function requireNext({ id, contentVersion }: ProjectedPage, version: number): void {
  if (version === contentVersion + 1) return;
  throw new Impossible(
    `after content version ${contentVersion} of the page ${id} comes no version ${version}`,
  );
}

export function requirePlace(place: Place, id: string, before: Before): void {
  requireFree(place, before, id);
  requireRoom(place, before, before.pages.subtree(id));
  if (before.isRankTaken(place, id)) throw new Impossible(`the rank ${place.rank} is another page's there`);
}

export function requireDocument(
  { schemaVersion, content }: { readonly schemaVersion: number; readonly content: string },
  type: string,
  { ladder }: Before,
): void {
  requireKnownVersion('the schema version', schemaVersion, ladder);
  if (!ladder.at(schemaVersion).types.pages.has(type)) {
    throw new Impossible(`schema version ${schemaVersion} has no type "${type}"`);
  }
  const bytes = Buffer.from(content);
  if (bytes.length > documentLimitBytes) {
    throw new Impossible(`the content is larger than ${documentLimitBytes} bytes`);
  }
  const { value, refusal } = readJson(bytes);
  if (refusal) throw refusal;
  if (!isObject(value)) throw new Impossible('the content is no JSON object');
}

/** As earlier releases wrote it for each page beneath one that came back, after its own. */
export function cameBack({ place }: ProjectedPage, { pages, back }: Before): boolean {
  const parent = place?.parent ?? null;
  return parent !== null && (back.has(parent) || [...back].some((id) => pages.isWithin(parent, id)));
}

export function requireAnchor(anchor: string | null, { pages }: Before): void {
  if (anchor === null || pages.page(anchor)) return;
  throw new Impossible(`there is no page ${anchor} for a grant to begin at`);
}

/** What is said of a person is on the stream that follows from issuer and subject. */
export function requirePerson(
  {
    stream,
    data,
  }: { readonly stream: string; readonly data: { readonly issuer: string; readonly subject: string } },
  before: Before,
): void {
  const id = personId(data.issuer, data.subject);
  if (stream !== id) throw new Impossible(`the person is on the stream ${id}, and not on ${stream}`);
  if (!before.people.person(id)) requireNewId(id, before);
}

/** A token comes with a role, or it is the session of somebody who is known and let in, for a while. */
export function requireRoleOrPerson(
  { stream, data }: Extract<NewEvent, { type: 'TokenCreated' }>,
  { people }: Before,
): void {
  const { role, person, expiresAt, anchor, delegates, isCache } = data;
  if ((role === undefined) === (person === undefined))
    throw new Impossible(`the token ${stream} needs a role, or a person in its place`);
  if (person === undefined) return;
  const known = people.person(personId(person.issuer, person.subject));
  if (typeof known?.name !== 'string') throw new Impossible(`the person of the token ${stream} is not known`);
  if (known.blockedAt !== null) throw new Impossible(`the person of the token ${stream} is blocked`);
  if (expiresAt === null || anchor !== undefined || delegates || isCache)
    throw new Impossible(`the token ${stream} is a session, and has something that none has`);
}

export function requireSchemaStream(stream: string): void {
  if (stream !== schemaStream)
    throw new Impossible(`what is said of schema versions is on the stream "${schemaStream}"`);
}
