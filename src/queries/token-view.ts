import type { PersonName } from '../events/grantee.js';
import type { Role } from '../events/role.js';
import type { Token } from '../projections/tokens.js';

/** A token as administrators see it; times are ISO 8601. */
export interface TokenView {
  readonly id: string;
  readonly name: string;
  /** Absent: it is a session of `person`, with whose grants it comes. */
  readonly role?: Role;
  readonly person?: PersonName;
  /** Where its own grant begins; null: the page is deleted, or the grant revoked. */
  readonly path: string | null;
  readonly delegates?: true;
  readonly cache?: true;
  readonly createdAt: string;
  /** Absent: never. */
  readonly expiresAt?: string;
  /** Absent: not since this process started. */
  readonly lastUsedAt?: string;
}

export function tokenView(token: Token, path: string | null, lastUsedAt?: string): TokenView {
  const { id, name, role, person, createdAt, expiresAt, delegates, isCache } = token;
  return {
    id,
    name,
    ...(role !== null && { role }),
    ...(person && { person }),
    path,
    createdAt,
    ...(expiresAt !== null && { expiresAt }),
    ...(delegates && { delegates }),
    ...(isCache && { cache: isCache }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  };
}

/** A session that has expired: there are many, and no list shows them. */
export function isOver({ person, expiresAt }: Pick<Token, 'person' | 'expiresAt'>, nowMs: number): boolean {
  return person !== null && expiresAt !== null && Date.parse(expiresAt) <= nowMs;
}
