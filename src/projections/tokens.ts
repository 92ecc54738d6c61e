import type { Database } from '../log/database.js';
import type { Role } from '../events/event.js';
import type { Projection } from './projection.js';

/** Access tokens, by the hash of their secret. */
export const tokens: Projection = {
  name: 'tokens',
  version: 1,
  tables: [
    {
      name: 'tokens',
      create: `CREATE TABLE tokens (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        hash TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        revoked_at TEXT
      ) STRICT`,
      key: ['number'],
      indexes: [
        'CREATE UNIQUE INDEX tokens_by_id ON tokens (id)',
        'CREATE INDEX tokens_by_hash ON tokens (hash) WHERE revoked_at IS NULL',
      ],
    },
  ],
  fold(db) {
    const insert = db.prepare(
      `INSERT INTO tokens (number, id, name, role, hash, created_at, expires_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, NULL)`,
    );
    const revoke = db.prepare('UPDATE tokens SET revoked_at = ? WHERE number = ?');
    return (event) => {
      if (event.type === 'TokenCreated') {
        const { name, role, hash, expiresAt } = event.data;
        insert.run(event.streamNumber, event.stream, name, role, hash, event.changeset.at, expiresAt);
      } else if (event.type === 'TokenRevoked') {
        revoke.run(event.changeset.at, event.streamNumber);
      }
    };
  },
};

/** Times are ISO 8601, UTC; `expiresAt` null: never. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly hash: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

const tokenColumns =
  'id, name, role, hash, created_at AS createdAt, expires_at AS expiresAt, revoked_at AS revokedAt';

export function tokenFinders(db: Database) {
  const byHash = db.prepare<[string], Token>(
    `SELECT ${tokenColumns} FROM tokens WHERE hash = ? AND revoked_at IS NULL ORDER BY number DESC`,
  );
  const byId = db.prepare<[string], Token>(`SELECT ${tokenColumns} FROM tokens WHERE id = ?`);
  const byNameOrHash = db.prepare<[string, string], Token>(
    `SELECT ${tokenColumns} FROM tokens WHERE (name = ? OR hash = ?) AND revoked_at IS NULL ORDER BY number`,
  );
  const list = db.prepare<[number, number], Token & { number: number }>(
    `SELECT number, ${tokenColumns} FROM tokens WHERE number > ? AND revoked_at IS NULL ORDER BY number LIMIT ?`,
  );
  const any = db.prepare('SELECT 1 FROM tokens LIMIT 1');
  return {
    /** `hash`: SHA-256 of the secret, in hex. Revoked ones are not found; expired ones are. */
    tokenByHash: (hash: string) => byHash.get(hash),
    token: (id: string) => byId.get(id),
    /** Those not revoked that have this name or this hash, oldest first. */
    tokensNamedOrHashed: (name: string, hash: string) => byNameOrHash.all(name, hash),
    /** Whether there ever was one. */
    hasTokens: () => any.get() !== undefined,
    /** Those not revoked, oldest first. */
    tokensAfter: (number: number, limit: number) => list.all(number, limit),
  };
}
