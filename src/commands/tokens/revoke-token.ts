import { requireToken } from '../grants/give-grant.js';
import { Refusal } from '../../refusal.js';
import type { Rule } from '../decision.js';

/** The token stops working with the commit. */
export interface RevokeToken {
  readonly kind: 'revoke-token';
  readonly token: string;
}

export const revokeToken: Rule<RevokeToken> = ({ token: id }, situation) => {
  const token = situation.tokens.token(id);
  if (!token) throw new Refusal('not-found', `there is no token ${id}`);
  if (token.revokedAt !== null && situation.access.mayEverywhere('administer')) return [];
  const { streamVersion } = requireToken(id, situation);
  return [{ type: 'TokenRevoked', stream: id, expectedVersion: streamVersion, data: {} }];
};
