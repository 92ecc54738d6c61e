import { personId } from '../../projections/person-id.js';
import { Refusal } from '../../refusal.js';
import { requireNewId, type Rule } from '../decision.js';

/**
 * A token by which a browser is signed in as a person who has come: it has their grants at each request, and none of its own.
 * `hash` is the SHA-256 of the secret, in hex; `expiresAt` ISO 8601 UTC.
 */
export interface OpenSession {
  readonly kind: 'open-session';
  readonly token: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly hash: string;
  readonly expiresAt: string;
}

export const openSession: Rule<OpenSession> = (command, situation) => {
  const { token, name, issuer, subject, hash, expiresAt } = command;
  const person = situation.people.person(personId(issuer, subject));
  if (typeof person?.name !== 'string')
    throw new Refusal('not-found', `nobody has come as ${subject} of ${issuer}`);
  if (person.blockedAt !== null) throw new Refusal('unauthenticated', 'this person is let in no longer');
  requireNewId(token, situation);
  const data = { name, person: { issuer, subject }, hash, expiresAt };
  return [{ type: 'TokenCreated', stream: token, expectedVersion: 0, data }];
};
