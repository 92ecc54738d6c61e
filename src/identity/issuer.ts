/** Signatures that are made with a key which the issuer keeps to itself. What is shared (HS256) proves nothing here. */
export const signatureAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

/** Whose word is taken for who somebody is, and for what. */
export interface Issuer {
  /** As it stands in tokens (`iss`), compared character by character: also an address, where it is discovered. */
  readonly issuer: string;
  /** Whom its tokens have to be for (`aud`): one of these. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly SignatureAlgorithm[];
  /** The claim that lists somebody's groups: a name, or a JSON pointer into the claims (`/realm_access/roles`). */
  readonly groupsClaim: string;
  /** The claim with the name to show; a name or a JSON pointer. */
  readonly nameClaim: string;
  /** How far the clocks may be apart. */
  readonly clockToleranceSeconds: number;
  /** How old a token may get, whatever it says of its own expiry. */
  readonly maxTokenAgeSeconds: number;
  /** Whether tokens count that don't say of themselves that they are access tokens (RFC 9068 §2.1). */
  readonly acceptIdTokens: boolean;
  /** Where its keys are; undefined: where its discovery document says. */
  readonly jwksUri: string | undefined;
  /** What it knows this server as, where people may sign in here by a browser. */
  readonly signIn: SignInClient | undefined;
}

/** A client that is registered with an issuer (RFC 6749 §2). */
export interface SignInClient {
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly clientSecret: string | undefined;
  /** Where it sends browsers back to; undefined: to `/session/callback` of the host that the browser has asked. */
  readonly redirectUri: string | undefined;
  /** With spaces in between; has `openid`. */
  readonly scope: string;
}

/**
 * Whether an issuer may be spoken to at this address: by TLS, or on this very machine. Whoever could answer in its
 * place could be anybody.
 */
export function isTrustworthy(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isThisMachine(hostname));
}

/** `hostname` as URLs have it: an address of IPv6 in brackets. */
export function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
