import { randomSalts } from '../../src/log/salts.js';
import type { ChangeSetHead, Event, NewEvent } from '../../src/events/event.js';
import type { Database } from '../../src/log/database.js';
import { readInstallation } from '../../src/log/installation.js';
import { ladder, projections } from './ladder.js';
import type { ChangeSet } from '../../src/commands/change-set.js';
import type { JsonValue } from '../../src/schema/json/json.js';
import { logWriter } from '../../src/writer/log-writer.js';
import { changeSet, type Installation } from './installation.js';

export type EventOf<E extends Event = Event> = E extends Event ? E & { readonly stream: string } : never;

/** Appends events as one change set, whatever the rules would have said. */
export function append(
  { db }: Installation,
  events: readonly EventOf[],
  over: Partial<ChangeSet> = {},
): void {
  const version = db
    .prepare<[string], number | null>(
      'SELECT max(stream_version) FROM events JOIN streams ON streams.number = stream WHERE streams.id = ?',
    )
    .pluck();
  appendAsTheyAre(db, changeSet([], over), function* () {
    for (const event of events) yield { ...event, expectedVersion: version.get(event.stream) ?? 0 };
  });
}

/** Appends the events of one change set, each made after those before it have been appended. */
export function appendAsTheyAre(db: Database, head: ChangeSetHead, events: () => Iterable<NewEvent>): void {
  const writer = logWriter(db, readInstallation(db).epoch, ladder, projections);
  try {
    writer.takeHead();
    const open = writer.openChangeSet(head, randomSalts);
    for (const event of events()) open.append([event]);
    open.close();
    writer.commit();
  } finally {
    writer.rollBack();
  }
}

/** `parent` undefined: a chunk; null: top level. The slug is the id, and the title where `content` has none. */
export function pageCreated(
  stream: string,
  parent?: string | null,
  { rank = 'a0', content = {}, schemaVersion = 1, slug = stream } = {},
): EventOf {
  const place = parent === undefined ? null : { parent, slug, rank };
  return {
    type: 'PageCreated',
    stream,
    schemaVersion,
    data: { pageType: 'document', place },
    content: JSON.stringify({ title: stream, ...content }),
  };
}

export function pageSaved(stream: string, version: number, content: JsonValue, schemaVersion = 1): EventOf {
  return {
    type: 'PageSaved',
    stream,
    schemaVersion,
    data: { version, base: version - 1 },
    content: JSON.stringify(content),
  };
}

export function pageRestored(stream: string, version: number, restored: number): EventOf {
  return { type: 'PageRestored', stream, data: { version, restored } };
}

export function pageMoved(stream: string, parent: string | null, slug: string, rank = 'a0'): EventOf {
  return { type: 'PageMoved', stream, data: { parent, slug, rank } };
}

export function pagePublished(stream: string, version = 1): EventOf {
  return { type: 'PagePublished', stream, data: { version } };
}

export function pageUnpublished(stream: string): EventOf {
  return { type: 'PageUnpublished', stream, data: {} };
}

export function pageDeleted(stream: string, root = stream): EventOf {
  return { type: 'PageDeleted', stream, data: { root } };
}

export function pageUndeleted(stream: string): EventOf {
  return { type: 'PageUndeleted', stream, data: {} };
}
