import type { Role } from '../../events/role.js';
import { anchorAt, requireAnchor } from '../grants/anchor.js';
import { requireAnchored } from '../grants/give-grant.js';
import { requireNewId, type Rule } from '../decision.js';

/**
 * A token with a grant of `role` from the page at `path` downwards; absent: in the whole site. `hash` is the SHA-256 of the secret,
 * in hex; `expiresAt` ISO 8601 UTC, null: never. `delegates`, `isCache`: as `TokenCreated` tells.
 */
export interface CreateToken {
  readonly kind: 'create-token';
  readonly token: string;
  readonly name: string;
  readonly role: Role;
  readonly hash: string;
  readonly expiresAt: string | null;
  readonly path?: string;
  readonly delegates?: boolean;
  readonly isCache?: boolean;
}

export const createToken: Rule<CreateToken> = (command, situation) => {
  const { token, name, role, hash, expiresAt, path = null, delegates = false, isCache = false } = command;
  const anchor = anchorAt(path, situation);
  requireAnchor(anchor, situation);
  requireAnchored(role, anchor);
  requireNewId(token, situation);
  const flags = { ...(delegates && { delegates }), ...(isCache && { isCache }) };
  const data = { name, role, hash, expiresAt, ...(anchor !== null && { anchor }), ...flags };
  return [{ type: 'TokenCreated', stream: token, expectedVersion: 0, data }];
};
