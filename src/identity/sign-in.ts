import * as client from 'openid-client';
import { addressIn, discover, type Discovered } from './discover.js';
import { boundedFetch, IssuerTrouble } from './fetch-json.js';
import type { Issuer, SignInClient } from './issuer.js';
import type { VerifiedPerson } from './person.js';
import type { PersonTokens } from './person-tokens.js';
import { RefusedSignIn, type SignInFault } from './refused-sign-in.js';
import { RefusedToken } from './refused-token.js';
import { faultOfSignIn } from './sign-in-faults.js';

/** How long somebody may take to sign in. */
const pendingMs = 10 * 60 * 1000;

const metadataFreshMs = 10 * 60 * 1000;
const afterFailureMs = 5 * 1000;

/**
 * What has to be known of a sign-in when its answer comes. Its keeper sees to it that it is of the browser that the answer
 * comes from, that it is used once, and that nobody else reads it: `codeVerifier` is a secret.
 */
export interface PendingSignIn {
  readonly issuer: string;
  readonly redirectUri: string;
  /** Also the name under which it may be kept. */
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

interface Registered {
  readonly issuer: Issuer;
  readonly client: SignInClient;
  /** What the issuer has last said of itself, or is about to say. */
  asked?: { readonly found: Promise<Discovered>; readonly atMs: number; failed: boolean };
}

/**
 * Signs people in by a browser: authorization code with PKCE (RFC 7636), state and nonce (OpenID Connect Core §3.1).
 * Of what comes of it only who they are is kept.
 */
export class SignIn {
  private readonly registered: ReadonlyMap<string, Registered>;

  /** `timeoutMs`: how long an issuer has for each answer. `onTrouble` is told each time that it was asked in vain. */
  constructor(
    issuers: readonly Issuer[],
    private readonly tokens: PersonTokens,
    private readonly onTrouble: (issuer: string, trouble: IssuerTrouble) => void = () => undefined,
    private readonly timeoutMs = 5_000,
  ) {
    this.registered = new Map(
      issuers.flatMap((issuer) =>
        issuer.signIn ? [[issuer.issuer, { issuer, client: issuer.signIn }] as const] : [],
      ),
    );
  }

  /** Those where people may sign in, as they stand in the settings. */
  get issuers(): readonly string[] {
    return [...this.registered.keys()];
  }

  /**
   * Where to send a browser, and what to keep until it is back at `redirectUri`, an absolute address without a query.
   * @throws RefusedSignIn `issuer-unavailable`; RangeError for an issuer that is none of `issuers`
   */
  async begin(
    issuer: string,
    redirectUri: string,
    nowMs: number,
  ): Promise<{ readonly address: string; readonly pending: PendingSignIn }> {
    const registered = this.at(issuer);
    const config = await this.configuration(registered, nowMs);
    const pending: PendingSignIn = {
      issuer,
      redirectUri: new URL(redirectUri).href,
      state: client.randomState(),
      nonce: client.randomNonce(),
      codeVerifier: client.randomPKCECodeVerifier(),
      expiresAtMs: nowMs + pendingMs,
    };
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: pending.redirectUri,
      scope: registered.client.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { address: address.href, pending };
  }

  /**
   * Who has signed in, by the query that the browser came back with.
   * @throws RefusedSignIn; RangeError for an issuer that is none of `issuers`
   */
  async complete(query: URLSearchParams, pending: PendingSignIn, nowMs: number): Promise<VerifiedPerson> {
    const { issuer } = pending;
    const registered = this.at(issuer);
    const [state, another] = query.getAll('state');
    if (state !== pending.state || another !== undefined) throw refused('wrong-state', issuer);
    if (nowMs >= pending.expiresAtMs) throw refused('too-late', issuer);
    const idToken = await this.idTokenFor(query, pending, registered, nowMs);
    try {
      const expected = { clientId: registered.client.clientId, nonce: pending.nonce };
      return await this.tokens.verifyIdToken(idToken, issuer, expected, nowMs);
    } catch (cause) {
      if (!(cause instanceof RefusedToken)) throw cause;
      const isDown = cause.facts.fault === 'issuer-unavailable';
      throw refused(isDown ? 'issuer-unavailable' : 'wrong-answer', issuer, cause);
    }
  }

  private at(issuer: string): Registered {
    const registered = this.registered.get(issuer);
    if (!registered)
      throw new RangeError(`nobody can sign in at ${issuer}: it has no signIn in the settings`);
    return registered;
  }

  /** The code is changed for tokens, at most once: the issuer sees to that. */
  private async idTokenFor(
    query: URLSearchParams,
    { issuer, redirectUri, state, nonce, codeVerifier }: PendingSignIn,
    registered: Registered,
    nowMs: number,
  ): Promise<string> {
    const config = await this.configuration(registered, nowMs);
    const answered = new URL(redirectUri);
    answered.search = query.toString();
    try {
      const { id_token: idToken } = await client.authorizationCodeGrant(config, answered, {
        pkceCodeVerifier: codeVerifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      if (idToken !== undefined) return idToken;
    } catch (cause) {
      const trouble = [cause, (cause as Error).cause].find((one) => one instanceof IssuerTrouble);
      if (trouble) this.onTrouble(issuer, trouble);
      throw new RefusedSignIn({ ...faultOfSignIn(cause), issuer }, { cause });
    }
    throw refused('wrong-answer', issuer);
  }

  private async configuration(registered: Registered, nowMs: number): Promise<client.Configuration> {
    const { issuer, client: ours } = registered;
    let found: Discovered;
    try {
      found = await this.discovered(registered, nowMs);
    } catch (cause) {
      throw refused('issuer-unavailable', issuer.issuer, cause);
    }
    const metadata = { [client.clockTolerance]: issuer.clockToleranceSeconds };
    const server = found as client.ServerMetadata; // JSON, of which the addresses that are used were looked at
    const config = new client.Configuration(server, ours.clientId, metadata, authenticationOf(ours, found));
    if (issuer.issuer.startsWith('http:')) allowThisMachine(config);
    config.timeout = this.timeoutMs / 1000;
    config[client.customFetch] = (address, options) => boundedFetch(address, options as RequestInit);
    return config;
  }

  /** Anybody may begin to sign in, and so an issuer isn't asked each time. */
  private discovered(registered: Registered, nowMs: number): Promise<Discovered> {
    const { asked } = registered;
    if (asked && Math.abs(nowMs - asked.atMs) < (asked.failed ? afterFailureMs : metadataFreshMs))
      return asked.found;
    const found = whereToSignIn(registered.issuer, AbortSignal.timeout(this.timeoutMs));
    const asking = { found, atMs: nowMs, failed: false };
    registered.asked = asking;
    found.catch((error: unknown) => {
      asking.failed = true;
      if (error instanceof IssuerTrouble) this.onTrouble(registered.issuer.issuer, error);
    });
    return found;
  }
}

/** @throws IssuerTrouble also where an address is missing that is needed */
async function whereToSignIn(issuer: Issuer, signal: AbortSignal): Promise<Discovered> {
  const found = await discover(issuer, signal);
  addressIn(found, 'authorization_endpoint');
  addressIn(found, 'token_endpoint');
  return found;
}

function refused(fault: SignInFault, issuer: string, cause?: unknown): RefusedSignIn {
  return new RefusedSignIn({ fault, issuer }, cause === undefined ? undefined : { cause });
}

/** By the header where the issuer doesn't say otherwise (OpenID Connect Discovery §3). */
function authenticationOf({ clientSecret }: SignInClient, found: Discovered): client.ClientAuth {
  if (clientSecret === undefined) return client.None();
  const methods = found['token_endpoint_auth_methods_supported'];
  const isByHeader = !Array.isArray(methods) || methods.includes('client_secret_basic');
  return isByHeader ? client.ClientSecretBasic(clientSecret) : client.ClientSecretPost(clientSecret);
}

/** The issuer is on this very machine; settings take no other without TLS. */
function allowThisMachine(config: client.Configuration): void {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its way of saying that this isn't for elsewhere
  client.allowInsecureRequests(config);
}
