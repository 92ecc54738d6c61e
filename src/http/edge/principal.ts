import { accessOf, type Access } from '../../access/access.js';
import { everywhere } from '../../access/rights.js';
import type { Actor } from '../../events/event.js';
import type { Grantee } from '../../events/grantee.js';
import type { Through } from '../../queries/find-me.js';

/** The client that asks. `token` scopes idempotency keys and rates: the id of a token, or of a person. */
export interface Principal {
  readonly access: Access;
  readonly actor: Actor;
  readonly token: string;
  /** What has shown who it is. */
  readonly through: Through;
  /** Whose grants are its own; none of those who reach the control socket, who may do everything. */
  readonly grantees: readonly Grantee[];
  /** ISO 8601, UTC; null: never. */
  readonly expiresAt: string | null;
  /** It may ask for a visitor, whose token it passes along. */
  readonly delegates: boolean;
  /** The token of a browser's session, which can be ended. */
  readonly session?: string;
  /** The token of that visitor. */
  readonly visitor?: string;
}

const plain = { through: 'control', grantees: [], expiresAt: null, delegates: false } as const;

/** Whoever reaches the control socket owns the data directory. */
export const operator: Principal = {
  ...plain,
  access: accessOf(everywhere('admin')),
  actor: { kind: 'system', id: 'operator', name: 'operator' },
  token: 'operator',
};

/** Whoever asks what anybody may ask. */
export const anybody: Principal = {
  ...plain,
  access: accessOf(everywhere('render')),
  actor: { kind: 'system', id: 'anybody', name: 'anybody' },
  token: 'anybody',
};
