import { requireNewId, type Rule } from '../decision.js';
import { personId } from '../../projections/person-id.js';

/** Whoever comes as this person is let in no longer, with the commit; nobody need have come yet. */
export interface BlockPerson {
  readonly kind: 'block-person';
  readonly issuer: string;
  readonly subject: string;
}

export interface UnblockPerson {
  readonly kind: 'unblock-person';
  readonly issuer: string;
  readonly subject: string;
}

export const blockPerson: Rule<BlockPerson> = ({ issuer, subject }, situation) => {
  const id = personId(issuer, subject);
  const known = situation.people.person(id);
  if (!known) requireNewId(id, situation);
  if (typeof known?.blockedAt === 'string') return [];
  const expectedVersion = known?.streamVersion ?? 0;
  return [{ type: 'PersonBlocked', stream: id, expectedVersion, data: { issuer, subject } }];
};

export const unblockPerson: Rule<UnblockPerson> = ({ issuer, subject }, situation) => {
  const id = personId(issuer, subject);
  const known = situation.people.person(id);
  if (typeof known?.blockedAt !== 'string') return [];
  return [{ type: 'PersonUnblocked', stream: id, expectedVersion: known.streamVersion, data: {} }];
};
