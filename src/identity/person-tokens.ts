import { hash } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose';
import { Memory } from '../memory.js';
import type { IssuerTrouble } from './fetch-json.js';
import { isPersonToken } from './is-person-token.js';
import type { Issuer } from './issuer.js';
import { KeySet, type Keys } from './key-set.js';
import { mayHaveNewerKey, refusedBy } from './jose-faults.js';
import { personOf, type VerifiedPerson } from './person.js';
import { RefusedToken, type TokenFault } from './refused-token.js';

/** More than any issuer makes; Node takes no longer head of a request either. */
const longestToken = 16 * 1024;

const rememberedLimit = 10_000;

export interface PersonTokensOptions {
  /** How long an issuer has to answer; 5,000 ms. */
  readonly timeoutMs?: number;
  /** Told each time that an issuer can't be asked for its keys, once in 30 s at most while it is so. */
  readonly onTrouble?: (issuer: string, trouble: IssuerTrouble) => void;
}

interface Known {
  readonly person: VerifiedPerson;
  /** What it was verified with, and whose that is. */
  readonly keys: Keys;
  readonly set: KeySet;
}

interface Verified {
  readonly claims: JWTPayload;
  readonly keys: Keys;
}

interface Trusted {
  readonly issuer: Issuer;
  readonly set: KeySet;
}

/** Tells whom bearer tokens of the issuers stand for (RFC 7519, RFC 8725, RFC 9068). */
export class PersonTokens {
  private readonly trusted: ReadonlyMap<string, Trusted>;
  /** By the SHA-256 of the token: whoever reads this memory can't use what is in it. */
  private readonly known = new Memory<string, Known>(rememberedLimit);

  constructor(issuers: readonly Issuer[], { timeoutMs = 5_000, onTrouble }: PersonTokensOptions = {}) {
    const options = { timeoutMs, onTrouble: onTrouble ?? (() => undefined) };
    this.trusted = new Map(
      issuers.map((issuer) => [issuer.issuer, { issuer, set: new KeySet(issuer, options) }]),
    );
  }

  /**
   * Whom a token stands for that was verified before, as long as neither it nor the keys have come of age: the answer of
   * `verify` without waiting, or undefined.
   */
  remembered(token: string, nowMs: number): VerifiedPerson | undefined {
    return this.knownBy(digestOf(token), nowMs);
  }

  /** @throws RefusedToken for whatever is not accepted */
  async verify(token: string, nowMs: number): Promise<VerifiedPerson> {
    if (token.length > longestToken) throw new RefusedToken({ fault: 'too-long' });
    if (!isPersonToken(token)) throw new RefusedToken({ fault: 'malformed' });
    const digest = digestOf(token);
    const known = this.knownBy(digest, nowMs);
    if (known) return known;
    const { issuer, set } = this.trustedBy(token);
    const { claims, keys } = await this.verified(token, { issuer, set }, nowMs);
    const person = personOf(claims, issuer);
    this.known.set(digest, { person, keys, set });
    return person;
  }

  /**
   * Who has signed in at `issuer`, by the ID token that it gave to us as its client: it is for nobody else, and for this one time.
   * It is not remembered: who sends it as a bearer token is told what `verify` tells.
   * @throws RefusedToken
   */
  async verifyIdToken(
    token: string,
    issuer: string,
    { clientId, nonce }: { readonly clientId: string; readonly nonce: string },
    nowMs: number,
  ): Promise<VerifiedPerson> {
    if (token.length > longestToken) throw new RefusedToken({ fault: 'too-long', issuer });
    const trusted = this.trusted.get(issuer);
    if (!trusted) throw new RefusedToken({ fault: 'unknown-issuer' });
    const asClient = { ...trusted.issuer, audiences: [clientId], acceptIdTokens: true };
    requireHeader(partsOf(token).header, asClient);
    const { claims } = await this.verified(token, { issuer: asClient, set: trusted.set }, nowMs);
    if (claims['nonce'] !== nonce) throw new RefusedToken({ fault: 'wrong-nonce', issuer });
    return personOf(claims, asClient);
  }

  private knownBy(digest: string, nowMs: number): VerifiedPerson | undefined {
    const known = this.known.get(digest);
    if (!known) return undefined;
    if (nowMs < known.person.expiresAtMs && known.set.isCurrent(known.keys, nowMs)) return known.person;
    this.known.delete(digest);
    return undefined;
  }

  /** Whose token it claims to be, which nobody else is asked about. What can be refused without any key, is. */
  private trustedBy(token: string): Trusted {
    const { header, claims } = partsOf(token);
    const trusted = typeof claims.iss === 'string' ? this.trusted.get(claims.iss) : undefined;
    if (!trusted) throw new RefusedToken({ fault: 'unknown-issuer' });
    requireHeader(header, trusted.issuer);
    return trusted;
  }

  private async verified(token: string, trusted: Trusted, nowMs: number): Promise<Verified> {
    const keys = await trusted.set.keys(nowMs);
    if (keys) return this.verifiedBy(keys, token, trusted, nowMs);
    throw new RefusedToken({ fault: 'issuer-unavailable', issuer: trusted.issuer.issuer });
  }

  /** With the keys at hand, and where none of them fits, with those that the issuer has published since. */
  private async verifiedBy(keys: Keys, token: string, trusted: Trusted, nowMs: number): Promise<Verified> {
    const { issuer, set } = trusted;
    try {
      return { claims: await claimsOf(token, issuer, keys, nowMs), keys };
    } catch (error) {
      const newer = mayHaveNewerKey(error, token) ? await set.newerThan(keys, nowMs) : undefined;
      if (newer) return this.verifiedBy(newer, token, trusted, nowMs);
      throw refusedBy(error, issuer);
    }
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}

function partsOf(token: string): {
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
} {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch (cause) {
    throw new RefusedToken({ fault: 'malformed' }, { cause });
  }
}

/** Where a key might be found by the token's own word (`jwk`, `jku`, `x5c`, `x5u`) is not looked at. */
function requireHeader(
  { alg, typ, kid, crit }: ProtectedHeaderParameters,
  { issuer, algorithms, acceptIdTokens }: Issuer,
): void {
  const refuse = (fault: TokenFault): never => {
    throw new RefusedToken({ fault, issuer });
  };
  if (typeof alg !== 'string' || (kid !== undefined && typeof kid !== 'string')) refuse('malformed');
  if (!algorithms.some((name) => name === alg)) refuse('wrong-algorithm');
  if (crit !== undefined) refuse('critical-extension');
  if (!isTypeOf(typ, acceptIdTokens)) refuse('wrong-type');
}

/** Those of other kinds (`logout+jwt`, `dpop+jwt`, …) are for something else, whoever has signed them. */
function isTypeOf(typ: unknown, acceptIdTokens: boolean): boolean {
  if (typ === undefined) return acceptIdTokens;
  if (typeof typ !== 'string') return false;
  const type = typ.toLowerCase().replace(/^application\//, '');
  return type === 'at+jwt' || (acceptIdTokens && type === 'jwt');
}

/** jose asks for none of this by itself. @throws what jose throws; RefusedToken */
async function claimsOf(token: string, issuer: Issuer, keys: Keys, nowMs: number): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys.find, {
    algorithms: [...issuer.algorithms],
    issuer: issuer.issuer,
    audience: [...issuer.audiences],
    requiredClaims: ['exp', 'iat', 'sub'],
    clockTolerance: issuer.clockToleranceSeconds,
    maxTokenAge: issuer.maxTokenAgeSeconds,
    currentDate: new Date(nowMs),
  });
  // It is of use to the one who holds a key, which nobody can show here.
  if (payload['cnf'] !== undefined)
    throw new RefusedToken({ fault: 'bound-to-a-key', issuer: issuer.issuer });
  // It tells that something has happened to somebody (RFC 8417 §2.2): that somebody has signed out, for instance.
  if (payload['events'] !== undefined) throw new RefusedToken({ fault: 'wrong-type', issuer: issuer.issuer });
  return payload;
}
