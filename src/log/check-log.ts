import { snapshot, type Database } from './database.js';
import { chain, genesisHash, hashContext, hashPayload } from './digest.js';
import { readHead } from './log.js';
import { storedEventReader, type StoredEvent, type StoredEventReader } from './read-log.js';
import { contentOf } from '../events/event.js';
import { appendOnly, guard, guardName } from './log-tables.js';
import { usedRungs } from './rungs.js';

/** Something in the log that is not as it was written. */
export interface Damage {
  /** Where it was found; null when it concerns the log as a whole. */
  readonly position: number | null;
  readonly message: string;
}

/** Faults told at most: after the first the rest usually follows from it. */
const damageLimit = 20;
const pageLength = 1000;

/**
 * Goes through the log as it is at one moment: no gaps, payloads that fit their hashes, the chain, streams that
 * count without gaps, change sets that cover their events, and the triggers that guard it all. `progress` is told the
 * position that was reached, and where the log ends.
 */
export function checkLog(db: Database, progress: (position: number, end: number) => void): readonly Damage[] {
  return snapshot(db, () => {
    // Where the rows end, whatever the head says, and the other way round.
    const end = Math.max(readHead(db).position, lastPosition(db));
    return checkUpTo(db, end, (position) => {
      progress(position, end);
    });
  });
}

function lastPosition(db: Database): number {
  return db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0;
}

function checkUpTo(db: Database, upTo: number, progress: (position: number) => void): readonly Damage[] {
  const faults: Damage[] = [...wrongGuards(db), ...strayChangesets(db)];
  const read = storedEventReader(db);
  const streams = new Map<number, number>();
  let previous = genesisHash;
  let last = 0;
  let newestSchema = 0;
  while (last < upTo && faults.length < damageLimit) {
    const events = readPage(read, last, pageLength);
    if (events instanceof Error) {
      return [
        ...faults,
        { position: last + 1, message: `position ${last + 1} can't be read: ${events.message}` },
      ];
    }
    for (const { event, data } of events) {
      if (event.position > upTo || faults.length >= damageLimit) break;
      for (let missing = last + 1; missing < event.position && faults.length < damageLimit; missing++) {
        faults.push({ position: missing, message: `position ${missing} is missing` });
      }
      last = event.position;
      const damage = damageOf({ event, data });
      if (damage !== undefined) faults.push({ position: last, message: damage });
      if (chain(previous, event) !== event.hash) {
        faults.push({ position: last, message: `the chain breaks at position ${last}` });
      }
      previous = event.hash;
      if ('schemaVersion' in event) newestSchema = Math.max(newestSchema, event.schemaVersion);
      const expected = (streams.get(event.streamNumber) ?? 0) + 1;
      if (event.streamVersion !== expected) {
        faults.push({
          position: last,
          message: `position ${last} is version ${event.streamVersion} of its stream, expected ${expected}`,
        });
      }
      streams.set(event.streamNumber, event.streamVersion);
    }
    progress(last);
    if (events.length === 0 && last < upTo) {
      faults.push({ position: last + 1, message: `positions ${last + 1} to ${upTo} are missing` });
      break;
    }
  }
  if (faults.length === 0) faults.push(...wrongHead(db, upTo, previous), ...missingRungs(db, newestSchema));
  return faults;
}

/** What of an event's salts and texts is not what their hashes say. Nothing erases yet, so what is gone is damage. */
export function damageOf({ event, data }: StoredEvent): string | undefined {
  const { position, changeset, firstPosition, payloadSalt, payloadHash } = event;
  if (payloadSalt === null)
    return `the payload at position ${position} is gone, and no event says that it was erased`;
  if (hashPayload(payloadSalt, data, contentOf(event)) !== payloadHash) {
    return `the payload at position ${position} is not what was written`;
  }
  if (position !== firstPosition) return undefined;
  const { salt, id } = changeset;
  if (salt === null)
    return `comment, source and author of change set ${id} are gone, and no event says that they were erased`;
  if (hashContext(salt, changeset) === changeset.contextHash) return undefined;
  return `comment, source or author of the change set at position ${position} is not what was written`;
}

/** Where a page has an unreadable event, the events before it, one by one; the error for the unreadable one itself. */
function readPage(read: StoredEventReader, after: number, length: number): StoredEvent[] | Error {
  try {
    return read(after, length);
  } catch (error) {
    if (length > 1) return readPage(read, after, 1);
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The head sums up what the events say. */
function wrongHead(db: Database, upTo: number, lastHash: string): Damage[] {
  const head = readHead(db);
  if (head.position === upTo && head.hash === lastHash) return [];
  return [
    {
      position: head.position,
      message: `the head says ${head.position}, the log ends at ${upTo} with another hash`,
    },
  ];
}

/** The rungs tell whether a program can read the log. */
function missingRungs(db: Database, newestSchema: number): Damage[] {
  const used = usedRungs(db).map(({ version }) => version);
  const expected = Array.from({ length: newestSchema }, (_, index) => index + 1);
  if (used.join() === expected.join()) return [];
  const message = `the log holds content up to schema version ${newestSchema}, its rungs are ${used.join(', ') || 'none'}`;
  return [{ position: null, message }];
}

/** Change sets lie next to each other, and the last ends with the log; that each event belongs to its own is in the chain. */
function strayChangesets(db: Database): Damage[] {
  const rows = db
    .prepare<[number], { id: string; first: number }>(
      `SELECT id, first FROM (
         SELECT id, first_position AS first, last_position AS last,
                lead(first_position, 1, (SELECT max(position) + 1 FROM events)) OVER (ORDER BY first_position) AS following
         FROM changesets
       ) WHERE last < first OR following <> last + 1 LIMIT ?`,
    )
    .all(damageLimit);
  return rows.map(({ id, first }) => ({
    position: first,
    message: `change set ${id} from position ${first} does not end where the next one begins`,
  }));
}

/** Triggers and views are what else could change what is written, or show another thing in its place. */
function wrongGuards(db: Database): Damage[] {
  const found = new Map(
    db
      .prepare<[], { name: string; sql: string }>(
        `SELECT name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY name`,
      )
      .all()
      .map(({ name, sql }) => [name, sql] as const),
  );
  const expected = new Map(
    appendOnly.flatMap((table) =>
      (['UPDATE', 'DELETE'] as const).map((verb) => [guardName(table, verb), guard(table, verb)] as const),
    ),
  );
  const faults: string[] = [];
  for (const [name, sql] of expected) {
    if (!found.has(name)) faults.push(`the trigger ${name} is gone: somebody could change the log`);
    else if (found.get(name) !== sql) faults.push(`the trigger ${name} is not the one that guards the log`);
  }
  for (const name of found.keys())
    if (!expected.has(name)) faults.push(`${name} is a trigger or view of somebody else's`);
  return faults.map((message) => ({ position: null, message }));
}
