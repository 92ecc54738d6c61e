import type { Grantee } from '../events/grantee.js';
import type { Role } from '../events/role.js';

/** What somebody may do with a page before and after; null: nothing. Who it is, is for administrators: others are told the kind. */
export interface ChangedAccess {
  readonly principal: Grantee | Pick<Grantee, 'kind'>;
  readonly from: Role | null;
  readonly to: Role | null;
}

/** What a move makes of who may do what with a page. */
export interface AccessChange {
  readonly gains: readonly ChangedAccess[];
  readonly loses: readonly ChangedAccess[];
  /** Whether it is for viewers alone from then on. */
  readonly protected: boolean;
}
