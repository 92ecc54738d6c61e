import { Refusal } from '../../refusal.js';
import type { Rule } from '../decision.js';
import { requirePermission } from '../../access/access.js';

/** The token stops working with the commit. */
export interface RevokeToken {
  readonly kind: 'revoke-token';
  readonly token: string;
}

export const revokeToken: Rule<RevokeToken> = ({ token: id }, situation) => {
  requirePermission(situation.access, 'administer');
  const token = situation.tokens.token(id);
  if (!token) throw new Refusal('not-found', `there is no token ${id}`);
  return token.revokedAt === null ? [{ type: 'TokenRevoked', stream: id, expectedVersion: 1, data: {} }] : [];
};
