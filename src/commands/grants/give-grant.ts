import type { Grantee } from '../../events/grantee.js';
import type { Role } from '../../events/role.js';
import type { Token } from '../../projections/tokens.js';
import { Refusal } from '../../refusal.js';
import { requireNewId, type Rule, type Situation } from '../decision.js';
import { administers, anchorAt, requireAnchor } from './anchor.js';

/** A role for somebody, from the page at `path` downwards; null: in the whole site. */
export interface GiveGrant {
  readonly kind: 'give-grant';
  readonly grant: string;
  readonly principal: Grantee;
  readonly role: Role;
  readonly path: string | null;
}

export const giveGrant: Rule<GiveGrant> = ({ grant, principal, role, path }, situation) => {
  const anchor = anchorAt(path, situation);
  requireAnchor(anchor, situation);
  requireAnchored(role, anchor);
  if (principal.kind === 'token' && requireToken(principal.id, situation).role === null)
    throw new Refusal(
      'malformed-request',
      `the token ${principal.id} is a session: give the role to its person`,
    );
  requireNewId(grant, situation);
  return [{ type: 'GrantGiven', stream: grant, expectedVersion: 0, data: { principal, role, anchor } }];
};

/** @throws Refusal `malformed-request` for a role that no page has to do with */
export function requireAnchored(role: Role, anchor: string | null): void {
  if (role === 'metrics' && anchor !== null)
    throw new Refusal('malformed-request', 'the role "metrics" is for the whole site: leave the path out');
}

/**
 * A token that is good, and whose grants are all for whoever asks to give: others are not there for them.
 * @throws Refusal `not-found`
 */
export function requireToken(id: string, situation: Situation): Token {
  const token = situation.tokens.token(id);
  const held = situation.grants.heldBy([{ kind: 'token', id }]);
  const isOurs =
    situation.access.mayEverywhere('administer') ||
    (held.length > 0 && held.every(({ anchor }) => administers(anchor, situation)));
  if (!token || token.revokedAt !== null || !isOurs)
    throw new Refusal('not-found', `there is no token ${id}`);
  return token;
}
