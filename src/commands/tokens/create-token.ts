import type { Role } from '../../events/event.js';
import { Refusal } from '../../refusal.js';
import type { Rule } from '../decision.js';
import { requirePermission } from '../../access/access.js';

/** `hash` is the SHA-256 of the secret, in hex; `expiresAt` ISO 8601 UTC, null: never. */
export interface CreateToken {
  readonly kind: 'create-token';
  readonly token: string;
  readonly name: string;
  readonly role: Role;
  readonly hash: string;
  readonly expiresAt: string | null;
}

export const createToken: Rule<CreateToken> = ({ token, name, role, hash, expiresAt }, situation) => {
  requirePermission(situation.access, 'administer');
  if (situation.tokens.token(token) ?? situation.pages.page(token)) {
    throw new Refusal('id-taken', `the id ${token} is taken`, { id: token });
  }
  return [{ type: 'TokenCreated', stream: token, expectedVersion: 0, data: { name, role, hash, expiresAt } }];
};
