import { hash } from 'node:crypto';
import { derivedId } from '../log/derived-id.js';
import type { Database } from '../log/database.js';
import { chain, eventId, genesisHash, hashContext, hashPayload, link } from '../log/digest.js';
import type { Actor, ChangeSetHead } from '../events/event.js';
import { logInserts } from '../log/log.js';
import { formatVersion } from '../log/log-tables.js';
import { randomSalts } from '../log/salts.js';
import { damagedAt } from './bad-event.js';

/**
 * Logs of format 3 are taken over once, by an upgrade: their chain covers what people wrote in the clear, so that none of
 * it could ever be erased. Positions, ids, times and texts stay; salts are added, and the chain is made anew.
 */
export function isFormat3(db: Database, schema: 'main' | 'source'): boolean {
  return db.pragma(`${schema}.user_version`, { simple: true }) === 3;
}

/** What the operator is told of it. */
export function rechainedNote(version: string): string {
  return `the log of ${version} gets format ${formatVersion}, once: salts and new hashes, the same events; ${version} can't take it back`;
}

interface Row {
  readonly position: number;
  readonly changeset: number;
  readonly streamNumber: number;
  readonly stream: string;
  readonly streamVersion: number;
  readonly type: string;
  readonly schemaVersion: number | null;
  readonly data: string;
  readonly content: string | null;
  readonly payloadHash: string;
  readonly hash: string;
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly comment: string | null;
  readonly source: string | null;
  readonly lastPosition: number;
}

/** Copies events of a log of format 3 from `old` into `db`, checks the old chain and makes the new one. */
export class Rechaining {
  private readonly read;
  private readonly into: ReturnType<typeof logInserts>;
  private readonly importers;
  private changeset: (ChangeSetHead & { readonly first: number; readonly contextHash: string }) | undefined;
  /** Of the last event copied, as the old chain has it. */
  private previous: string;

  /** @param position where the copy in `db` stands */
  constructor(
    private readonly db: Database,
    old: Database,
    position: number,
  ) {
    this.into = logInserts(db); // by their names without a schema: those of the copy
    this.read = old.prepare<[number, number], Row>(
      `SELECT position, changeset, streams.number AS streamNumber, streams.id AS stream, stream_version AS streamVersion,
              type, schema_version AS schemaVersion, data, content, lower(hex(payload_hash)) AS payloadHash,
              lower(hex(hash)) AS hash, changesets.id, at, by, comment, source, last_position AS lastPosition
       FROM events JOIN streams ON streams.number = stream JOIN changesets ON first_position = changeset
       WHERE position > ? AND position <= ? ORDER BY position`,
    );
    const hashAt = old
      .prepare<[number], string>('SELECT lower(hex(hash)) FROM events WHERE position = ?')
      .pluck();
    this.previous = position === 0 ? genesisHash : (hashAt.get(position) ?? '');
    this.importers = importersOf(db);
  }

  /** The old chain's hash of the last event copied, in hex: what the old log is sealed with. */
  get sourceHash(): string {
    return this.previous;
  }

  /**
   * Copies the events after a position up to another. @param previous the new chain so far, in hex
   * @throws BadEvent where the old chain breaks
   */
  copy(after: number, upTo: number, previous: string): void {
    let last = { position: after, hash: previous };
    for (const row of this.read.iterate(after, upTo)) {
      const { position, type, stream, streamVersion, schemaVersion, data, content } = row;
      if (position !== last.position + 1 || oldHash(this.previous, row) !== row.hash)
        throw damagedAt(position);
      const changeset = this.changesetOf(row);
      const salt = randomSalts(position);
      const payloadHash = hashPayload(salt, data, content);
      const firstPosition = row.changeset;
      const event = {
        type,
        stream,
        streamVersion,
        schemaVersion,
        position,
        changeset,
        firstPosition,
        payloadHash,
      };
      last = { position, hash: chain(last.hash, event) };
      const where = [position, firstPosition, row.streamNumber, streamVersion, type, schemaVersion];
      this.into.addEvent.run(...where, data, salt, payloadHash, last.hash, content);
      this.previous = row.hash;
    }
  }

  private changesetOf(row: Row) {
    if (this.changeset?.first === row.changeset) return this.changeset;
    const { id, at, comment, changeset: first } = row;
    const { by, source } = this.importers({
      by: JSON.parse(row.by) as Actor,
      source: row.source === null ? null : (JSON.parse(row.source) as Record<string, string>),
    });
    const known = this.knownContext(first);
    const salt = randomSalts(0);
    const contextHash = known ?? hashContext(salt, { comment, by, source });
    this.changeset = { first, id, at, by, comment, source, contextHash };
    if (known !== undefined) return this.changeset;
    this.into.addChangeset(first, row.lastPosition, { id, at, by, comment, source, salt, contextHash });
    return this.changeset;
  }

  /** Of a change set that the copy ended in the middle of. */
  private knownContext(first: number): string | undefined {
    return this.db
      .prepare<[number], string>(
        'SELECT lower(hex(context_hash)) FROM main.changesets WHERE first_position = ?',
      )
      .pluck()
      .get(first);
  }
}

/** The digest of format 3: comment, source and the author's name stand in it, and the payload's hash has no salt. */
function oldHash(previous: string, row: Row): string {
  const { position, stream, streamVersion, type, schemaVersion, data, content } = row;
  const payload = hash('sha256', content === null ? data : `${data}\n${content}`);
  if (payload !== row.payloadHash) return '';
  const by = JSON.parse(row.by) as Actor;
  const source = row.source === null ? null : (JSON.parse(row.source) as Record<string, string>);
  const digest = canonicalJson({
    at: row.at,
    by: { id: by.id, kind: by.kind, name: by.name },
    changeset: { comment: row.comment, id: row.id, source },
    id: eventId(row.id, position - row.changeset),
    payload,
    ...(schemaVersion !== null && { schemaVersion }),
    stream,
    streamVersion,
    type,
  });
  return link(previous, position, digest);
}

/** RFC 8785, for texts, integers, null and objects of these. */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

type Author = Pick<ChangeSetHead, 'by' | 'source'>;

/**
 * Ids of people known from a git history were their addresses, which nobody could erase: they get an id of ours, and the
 * address goes where it can be erased.
 */
function importersOf(db: Database): (author: Author) => Author {
  const ids = new Map<string, string>();
  const known = db
    .prepare<[], { key: string; id: string }>(
      `SELECT DISTINCT source ->> 'root' || ' ' || (source ->> 'address') AS key, by ->> 'id' AS id FROM main.changesets
       WHERE source ->> 'address' IS NOT NULL`,
    )
    .all();
  for (const { key, id } of known) ids.set(key, id);
  return ({ by, source }) => {
    if (by.kind !== 'import' || source === null) return { by, source };
    const { root = '', commit = '' } = source;
    const key = `${root} ${by.id}`;
    const id = ids.get(key) ?? derivedId(root, commit, 'author');
    ids.set(key, id);
    return { by: { kind: by.kind, id, name: by.name }, source: { ...source, address: by.id } };
  };
}
