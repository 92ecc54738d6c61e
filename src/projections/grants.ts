import type { Database } from '../log/database.js';
import type { Held, Rights } from '../access/rights.js';
import type { Grantee } from '../events/grantee.js';
import type { Projection } from './projection.js';
import { spanAt } from './spans.js';

/**
 * Who had which role from where downwards, and when: from `from_position` inclusive to `to_position` exclusive (null: still so).
 * A token comes with a grant whose id is its own, and takes all that it was given along. What an anchor means for other pages is
 * never written: it follows from where they are.
 */
export const grants: Projection = {
  name: 'grants',
  version: 1,
  tables: [
    {
      name: 'grants',
      // `principal`: as `granteeKey` writes it. `changeset`: its first position, where author and time stand.
      create: `CREATE TABLE grants (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        from_position INTEGER NOT NULL,
        to_position INTEGER,
        principal TEXT NOT NULL,
        role TEXT NOT NULL,
        anchor TEXT,
        changeset INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX grants_by_principal ON grants (principal)`,
      key: ['number'],
      indexes: [
        'CREATE UNIQUE INDEX grants_by_id ON grants (id)',
        'CREATE INDEX grants_by_anchor ON grants (anchor)',
      ],
    },
  ],
  fold(db) {
    const give = db.prepare(
      `INSERT INTO grants (number, id, from_position, to_position, principal, role, anchor, changeset)
       VALUES (?, ?, ?, NULL, ?, ?, ?, ?)`,
    );
    const revoke = db.prepare('UPDATE grants SET to_position = ? WHERE number = ?');
    const revokeAll = db.prepare(
      'UPDATE grants SET to_position = ? WHERE principal = ? AND to_position IS NULL',
    );
    return (event) => {
      const { position, stream, streamNumber, firstPosition } = event;
      switch (event.type) {
        case 'TokenCreated': {
          const { role, anchor = null } = event.data;
          if (role === undefined) return; // a session: its person's grants are theirs
          const principal = granteeKey({ kind: 'token', id: stream });
          give.run(streamNumber, stream, position, principal, role, anchor, firstPosition);
          return;
        }
        case 'GrantGiven': {
          const { principal, role, anchor } = event.data;
          give.run(streamNumber, stream, position, granteeKey(principal), role, anchor, firstPosition);
          return;
        }
        case 'GrantRevoked':
          revoke.run(position, streamNumber);
          return;
        case 'TokenRevoked':
          revokeAll.run(position, granteeKey({ kind: 'token', id: stream }));
          return;
        default: // gives nobody anything
      }
    };
  },
};

/** One text for one principal. */
export function granteeKey(principal: Grantee): string {
  switch (principal.kind) {
    case 'token':
      return JSON.stringify(['token', principal.id]);
    case 'person':
      return JSON.stringify(['person', principal.issuer, principal.subject]);
    case 'group':
      return JSON.stringify(['group', principal.issuer, principal.group]);
  }
}

/** What `granteeKey` was made of. */
function granteeOf(key: string): Grantee {
  const [kind, first = '', second = ''] = JSON.parse(key) as readonly [Grantee['kind'], string?, string?];
  switch (kind) {
    case 'token':
      return { kind, id: first };
    case 'person':
      return { kind, issuer: first, subject: second };
    case 'group':
      return { kind, issuer: first, group: second };
  }
}

export interface Grant extends Held {
  readonly id: string;
  readonly principal: Grantee;
  /** The first position of the change set that gave it. */
  readonly changeset: number;
}

/** One that was found in a list. `number`: its place there. */
export interface ListedGrant extends Grant {
  readonly number: number;
}

interface GrantRow extends Held {
  readonly number: number;
  readonly id: string;
  readonly principal: string;
  readonly changeset: number;
}

const columns = 'number, id, principal, role, anchor, changeset';

export function grantFinders(db: Database) {
  const held = db.prepare<[string], Held>(
    'SELECT role, anchor FROM grants WHERE principal = ? AND to_position IS NULL ORDER BY number',
  );
  const given = db.prepare<[string], GrantRow>(
    `SELECT ${columns} FROM grants WHERE principal = ? AND to_position IS NULL ORDER BY number`,
  );
  const everGiven = db.prepare<[string], number>('SELECT count(*) FROM grants WHERE principal = ?').pluck();
  const byId = db.prepare<[string], GrantRow>(
    `SELECT ${columns} FROM grants WHERE id = ? AND to_position IS NULL`,
  );
  const known = db.prepare<[string]>('SELECT 1 FROM grants WHERE id = ?');
  const then = spanAt('grants');
  const list = db.prepare<[{ after: number; at: number; limit: number }], GrantRow>(
    `SELECT ${columns} FROM grants WHERE number > $after AND ${then} ORDER BY number LIMIT $limit`,
  );
  const anchored = db.prepare<[{ anchors: string; at: number }], GrantRow>(
    `SELECT ${columns} FROM grants
     WHERE (anchor IS NULL OR anchor IN (SELECT value FROM json_each($anchors))) AND ${then} ORDER BY number`,
  );
  return {
    /** What each of these was given, and all of it together. */
    heldBy: (principals: readonly Grantee[]): readonly Held[] =>
      principals.flatMap((principal) => held.all(granteeKey(principal))),
    /** What somebody may do who comes as these, and whether that was ever otherwise since they came. */
    rightsOf: (grantees: readonly Grantee[]): Rights => {
      const keys = grantees.map(granteeKey);
      const given = keys.flatMap((key) => held.all(key));
      const ever = keys.reduce((count, key) => count + (everGiven.get(key) ?? 0), 0);
      return { held: given, grantees, ...((ever !== 1 || given.length !== 1) && { hasChanged: true }) };
    },
    /** The same with where each came from. */
    grantsOf: (principals: readonly Grantee[]): readonly Grant[] =>
      principals.flatMap((principal) => given.all(granteeKey(principal)).map(grantOf)),
    /** One that is not revoked. */
    grant: (id: string): Grant | undefined => {
      const row = byId.get(id);
      return row && grantOf(row);
    },
    /** Whether there ever was one with this id. */
    hasGrant: (id: string): boolean => known.get(id) !== undefined,
    /** Those of a position, in the order in which they were given. */
    grantsAfter: (number: number, at: number, limit: number): readonly ListedGrant[] =>
      list.all({ after: number, at, limit }).map(grantOf),
    /** Those of a position that are anchored at one of these pages, or nowhere. */
    grantsAt: (anchors: readonly string[], at: number): readonly ListedGrant[] =>
      anchored.all({ anchors: JSON.stringify(anchors), at }).map(grantOf),
  };
}

function grantOf(row: GrantRow): ListedGrant {
  return { ...row, principal: granteeOf(row.principal) };
}
