import { requireNewId, type Rule } from '../decision.js';
import { personId } from '../../projections/person-id.js';

/** What an issuer says of a person who has come. Written down where it is new: who was in which group, and when, is asked for later. */
export interface SeePerson {
  readonly kind: 'see-person';
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  readonly groups: readonly string[];
}

export const seePerson: Rule<SeePerson> = ({ kind: _kind, ...seen }, situation) => {
  const id = personId(seen.issuer, seen.subject);
  const known = situation.people.person(id);
  if (!known) requireNewId(id, situation);
  const isSame =
    known?.name === seen.name &&
    known.email === seen.email &&
    JSON.stringify(known.groups) === JSON.stringify(seen.groups);
  if (isSame) return [];
  return [{ type: 'PersonSeen', stream: id, expectedVersion: known?.streamVersion ?? 0, data: seen }];
};
