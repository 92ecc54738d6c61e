import type { JWTPayload } from 'jose';
import { parsePointer } from '../schema/json/pointer.js';
import type { Issuer } from './issuer.js';
import { RefusedToken, type TokenFault } from './refused-token.js';

/** Who somebody is, by the word of an issuer. */
export interface VerifiedPerson {
  /** With `subject` the identity; names and addresses change hands. */
  readonly issuer: string;
  /** At most 255 characters, none of them a control character. */
  readonly subject: string;
  /** To show, and at most 200 characters. */
  readonly name?: string;
  /** To show; left out where the issuer says that it hasn't been verified. */
  readonly email?: string;
  /** Each once, sorted; at most 500, of at most 256 characters. */
  readonly groups: readonly string[];
  /** When the token expires, or gets too old; for the clocks' tolerance it is accepted longer. Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** OpenID Connect Core §2. */
const longestSubject = 255;
const longestName = 200;
/** RFC 5321 §4.5.3.1, with the `@`. */
const longestEmail = 320;
const longestGroup = 256;
const groupsLimit = 500;

/** What `Date` can tell. */
const lastMomentMs = 8_640_000_000_000_000;

/**
 * Who the claims of a verified token are of.
 * @throws RefusedToken for claims that nobody could be told apart by, or given anything for
 */
export function personOf(claims: JWTPayload, issuer: Issuer): VerifiedPerson {
  const refuse = (fault: TokenFault, claim: string): never => {
    throw new RefusedToken({ fault, issuer: issuer.issuer, claim });
  };
  const { sub, exp = Infinity, iat = Infinity } = claims;
  if (!isSound(sub, longestSubject)) return refuse('claim-invalid', 'sub');
  if (exp * 1000 > lastMomentMs) return refuse('claim-invalid', 'exp');
  const expiresAtMs = Math.min(exp, iat + issuer.maxTokenAgeSeconds) * 1000;
  const groups = listed(claimAt(claims, issuer.groupsClaim));
  if (!groups?.every((group) => isSound(group, longestGroup)))
    return refuse('claim-invalid', issuer.groupsClaim);
  const different = new Set(groups);
  if (different.size > groupsLimit) return refuse('too-many-groups', issuer.groupsClaim);
  const name = shown(claimAt(claims, issuer.nameClaim), longestName);
  const email = claims['email_verified'] === false ? undefined : claims['email'];
  return {
    issuer: issuer.issuer,
    subject: sub,
    ...(name !== undefined && { name }),
    ...(isSound(email, longestEmail) && { email }),
    groups: [...different].sort(),
    expiresAtMs,
  };
}

/** A text that nothing is done to where it is stored and compared. */
function isSound(value: unknown, longest: number): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= longest && !/[\p{Cc}\p{Cs}]/u.test(value)
  );
}

/** One group may stand by itself; undefined for what is no list of texts. */
function listed(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  const list: unknown = typeof value === 'string' ? [value] : value;
  return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
}

/** A text to show, cut where it is too long; undefined for what is none. */
function shown(value: unknown, longest: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/[\p{Cc}\p{Cs}]/gu, ' ').trim();
  const cut = text.length > longest ? text.slice(0, longest).replace(/\p{Cs}$/u, '') : text;
  return cut === '' ? undefined : cut;
}

/** `claim`: a name, or a JSON pointer (RFC 6901). */
function claimAt(claims: JWTPayload, claim: string): unknown {
  const tokens = claim.startsWith('/') ? (parsePointer(claim) ?? []) : [claim];
  return tokens.reduce<unknown>(own, claims);
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
