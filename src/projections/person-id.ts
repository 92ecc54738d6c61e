import { derivedId } from '../log/derived-id.js';

/** The stream of a person: the same issuer and subject are the same person on every machine, whatever they are called. */
export function personId(issuer: string, subject: string): string {
  return derivedId('person', issuer, subject);
}
