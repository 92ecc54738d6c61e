import { Refusal } from '../../refusal.js';
import type { Rule } from '../decision.js';
import { administers } from './anchor.js';

/** It is good no longer, with the commit. What a token came with is revoked by the token's id. */
export interface RevokeGrant {
  readonly kind: 'revoke-grant';
  readonly grant: string;
}

export const revokeGrant: Rule<RevokeGrant> = ({ grant: id }, situation) => {
  const grant = situation.grants.grant(id);
  if (!grant || !administers(grant.anchor, situation))
    throw new Refusal('not-found', `there is no grant ${id}`);
  const expectedVersion = situation.tokens.token(id)?.streamVersion ?? 1;
  return [{ type: 'GrantRevoked', stream: id, expectedVersion, data: {} }];
};
