import type { Database } from '../log/database.js';
import type { PersonName } from '../events/grantee.js';
import type { Role } from '../events/role.js';
import type { Projection } from './projection.js';

/** Access tokens, by the hash of their secret. Those that are sessions of a person end when the person is blocked. */
export const tokens: Projection = {
  name: 'tokens',
  version: 3,
  tables: [
    {
      name: 'tokens',
      create: `CREATE TABLE tokens (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT,
        issuer TEXT,
        subject TEXT,
        hash TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        delegates INTEGER NOT NULL,
        is_cache INTEGER NOT NULL,
        revoked_at TEXT,
        stream_version INTEGER NOT NULL
      ) STRICT`,
      key: ['number'],
      indexes: [
        'CREATE UNIQUE INDEX tokens_by_id ON tokens (id)',
        'CREATE INDEX tokens_by_hash ON tokens (hash) WHERE revoked_at IS NULL',
        'CREATE INDEX sessions_by_person ON tokens (issuer, subject) WHERE issuer IS NOT NULL AND revoked_at IS NULL',
      ],
    },
  ],
  fold(db) {
    const insert = db.prepare(
      `INSERT INTO tokens
         (number, id, name, role, issuer, subject, hash, created_at, expires_at, delegates, is_cache, revoked_at, stream_version)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 1)`,
    );
    const revoke = db.prepare('UPDATE tokens SET revoked_at = ?, stream_version = ? WHERE number = ?');
    const endSessions = db.prepare(
      'UPDATE tokens SET revoked_at = ? WHERE issuer = ? AND subject = ? AND revoked_at IS NULL',
    );
    const touch = db.prepare('UPDATE tokens SET stream_version = ? WHERE number = ?');
    return (event) => {
      if (event.type === 'TokenCreated') {
        const { name, role = null, person, hash, expiresAt, delegates = false, isCache = false } = event.data;
        const { at } = event.changeset;
        const whose = [role, person?.issuer ?? null, person?.subject ?? null] as const;
        const flags = [delegates ? 1 : 0, isCache ? 1 : 0] as const;
        insert.run(event.streamNumber, event.stream, name, ...whose, hash, at, expiresAt, ...flags);
      } else if (event.type === 'TokenRevoked') {
        revoke.run(event.changeset.at, event.streamVersion, event.streamNumber);
      } else if (event.type === 'PersonBlocked') {
        endSessions.run(event.changeset.at, event.data.issuer, event.data.subject);
      } else if (event.type === 'GrantRevoked') {
        touch.run(event.streamVersion, event.streamNumber); // the grant that a token came with; others are on streams of their own
      }
    };
  },
};

/** Times are ISO 8601, UTC; `expiresAt` null: never. `role`: of the grant that it came with; null: it is a session of `person`. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role | null;
  readonly person: PersonName | null;
  readonly hash: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** It may ask for a visitor. */
  readonly delegates: boolean;
  /** It may keep what is protected. */
  readonly isCache: boolean;
  readonly revokedAt: string | null;
  readonly streamVersion: number;
}

/** One in a list. `number`: its place there. */
export interface ListedToken extends Token {
  readonly number: number;
}

interface TokenRow extends Omit<Token, 'delegates' | 'isCache' | 'person'> {
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly delegates: number;
  readonly isCache: number;
}

const tokenColumns = `id, name, role, issuer, subject, hash, created_at AS createdAt, expires_at AS expiresAt, delegates, is_cache AS isCache,
  revoked_at AS revokedAt, stream_version AS streamVersion`;

export function tokenFinders(db: Database) {
  const byHash = db.prepare<[string], TokenRow>(
    `SELECT ${tokenColumns} FROM tokens WHERE hash = ? AND revoked_at IS NULL ORDER BY number DESC`,
  );
  const byId = db.prepare<[string], TokenRow>(`SELECT ${tokenColumns} FROM tokens WHERE id = ?`);
  const byNameOrHash = db.prepare<[string, string], TokenRow>(
    `SELECT ${tokenColumns} FROM tokens WHERE (name = ? OR hash = ?) AND revoked_at IS NULL ORDER BY number`,
  );
  const list = db.prepare<[number, number], TokenRow & { readonly number: number }>(
    `SELECT number, ${tokenColumns} FROM tokens WHERE number > ? AND revoked_at IS NULL ORDER BY number LIMIT ?`,
  );
  const any = db.prepare('SELECT 1 FROM tokens LIMIT 1');
  return {
    /** `hash`: SHA-256 of the secret, in hex. Revoked ones are not found; expired ones are. */
    tokenByHash: (hash: string) => tokenOf(byHash.get(hash)),
    token: (id: string) => tokenOf(byId.get(id)),
    /** Those not revoked that have this name or this hash, oldest first. */
    tokensNamedOrHashed: (name: string, hash: string) => byNameOrHash.all(name, hash).map(toToken),
    /** Whether there ever was one. */
    hasTokens: () => any.get() !== undefined,
    /** Those not revoked, oldest first. */
    tokensAfter: (number: number, limit: number): readonly ListedToken[] =>
      list.all(number, limit).map((row) => ({ ...toToken(row), number: row.number })),
  };
}

function tokenOf(row: TokenRow | undefined): Token | undefined {
  return row && toToken(row);
}

function toToken({ issuer, subject, ...row }: TokenRow): Token {
  const person = issuer === null || subject === null ? null : { issuer, subject };
  return { ...row, person, delegates: row.delegates === 1, isCache: row.isCache === 1 };
}
