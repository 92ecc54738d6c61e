import type { Database } from '../log/database.js';
import type { Projection } from './projection.js';

/** People who came with an issuer's tokens, as they were seen last, and who is blocked. */
export const people: Projection = {
  name: 'people',
  version: 1,
  tables: [
    {
      name: 'people',
      // `name` null: blocked before anybody came. `groups`: a JSON list.
      create: `CREATE TABLE people (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        name TEXT,
        email TEXT,
        groups TEXT NOT NULL,
        seen_at TEXT,
        blocked_at TEXT,
        stream_version INTEGER NOT NULL
      ) STRICT`,
      key: ['number'],
      indexes: ['CREATE UNIQUE INDEX people_by_id ON people (id)'],
    },
  ],
  fold(db) {
    const meet = db.prepare(
      `INSERT INTO people (number, id, issuer, subject, name, email, groups, seen_at, blocked_at, stream_version)
       VALUES (?, ?, ?, ?, NULL, NULL, '[]', NULL, NULL, 0) ON CONFLICT (number) DO NOTHING`,
    );
    const see = db.prepare(
      'UPDATE people SET name = ?, email = ?, groups = ?, seen_at = ?, stream_version = ? WHERE number = ?',
    );
    const block = db.prepare('UPDATE people SET blocked_at = ?, stream_version = ? WHERE number = ?');
    return (event) => {
      const { stream, streamNumber, streamVersion } = event;
      const { at } = event.changeset;
      switch (event.type) {
        case 'PersonSeen': {
          const { issuer, subject, name, email, groups } = event.data;
          meet.run(streamNumber, stream, issuer, subject);
          see.run(name, email, JSON.stringify(groups), at, streamVersion, streamNumber);
          return;
        }
        case 'PersonBlocked':
          meet.run(streamNumber, stream, event.data.issuer, event.data.subject);
          block.run(at, streamVersion, streamNumber);
          return;
        case 'PersonUnblocked':
          block.run(null, streamVersion, streamNumber);
          return;
        default: // happened to somebody else
      }
    };
  },
};

/** Times are ISO 8601, UTC. `name` null: never seen. */
export interface Person {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly groups: readonly string[];
  readonly seenAt: string | null;
  readonly blockedAt: string | null;
  readonly streamVersion: number;
}

/** What is known of somebody of whom nothing was said yet. */
export const stranger: Omit<Person, 'id' | 'issuer' | 'subject'> = {
  name: null,
  email: null,
  groups: [],
  seenAt: null,
  blockedAt: null,
  streamVersion: 0,
};

interface PersonRow extends Omit<Person, 'groups'> {
  readonly groups: string;
}

export interface ListedPerson extends Person {
  readonly number: number;
}

const columns = `id, issuer, subject, name, email, groups, seen_at AS seenAt, blocked_at AS blockedAt,
  stream_version AS streamVersion`;

export function personFinders(db: Database) {
  const byId = db.prepare<[string], PersonRow>(`SELECT ${columns} FROM people WHERE id = ?`);
  const list = db.prepare<[number, number], PersonRow & { readonly number: number }>(
    `SELECT number, ${columns} FROM people WHERE number > ? ORDER BY number LIMIT ?`,
  );
  return {
    person: (id: string): Person | undefined => {
      const row = byId.get(id);
      return row && { ...row, groups: JSON.parse(row.groups) as string[] };
    },
    /** In the order in which they were first heard of. */
    peopleAfter: (number: number, limit: number): readonly ListedPerson[] =>
      list.all(number, limit).map((row) => ({ ...row, groups: JSON.parse(row.groups) as string[] })),
  };
}
