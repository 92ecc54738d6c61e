import { OAuth2Server } from 'oauth2-mock-server';
import { claimsFor, newKey, signed, startIssuer, type IssuerKey, type TestIssuer } from './issuer.js';
import { write } from './pages.js';
import type { Server } from './server.js';

/** An issuer whose people come here, by the clock of this machine. */
export interface People {
  readonly issuer: TestIssuer;
  readonly key: IssuerKey;
  /** What a server has to be told of it. */
  readonly setting: Readonly<Record<string, string>>;
  /** The token of somebody, with what else it says. */
  tokenOf(subject: string, others?: Readonly<Record<string, unknown>>): string;
}

let tokens = 0;

export async function startPeople(said: Readonly<Record<string, unknown>> = {}): Promise<People> {
  const key = newKey('ES256', 'first');
  const issuer = await startIssuer(key);
  return {
    issuer,
    key,
    setting: { PALIMPSEST_ISSUERS: JSON.stringify({ issuer: issuer.url, audience: 'palimpsest', ...said }) },
    tokenOf: (subject, others) => {
      const nowSeconds = Math.floor(Date.now() / 1000);
      // Two that are made within a second are two.
      const claims = {
        sub: subject,
        iat: nowSeconds,
        exp: nowSeconds + 600,
        jti: String(++tokens),
        ...others,
      };
      return signed({ alg: 'ES256', typ: 'at+jwt', kid: 'first' }, claimsFor(issuer, claims), key);
    },
  };
}

export function grant(
  server: Server,
  principal: Readonly<Record<string, unknown>>,
  role: string,
  path = '/',
): Promise<unknown> {
  return write(server, 'POST', '/grants', { body: { principal, role, path } });
}

/** An issuer at which everybody who is sent there signs in at once, as `johndoe`. */
export interface SignInIssuer {
  readonly server: OAuth2Server;
  readonly url: string;
  /** What a server has to be told of it; `said`: what else of this server as its client. */
  setting(said?: Readonly<Record<string, unknown>>): Readonly<Record<string, string>>;
}

/** To be stopped by whoever has started it. */
export async function startSignInIssuer(): Promise<SignInIssuer> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, 'localhost');
  const url = server.issuer.url ?? '';
  return {
    server,
    url,
    setting: (said) => {
      const signIn = { clientId: 'palimpsest-web', ...said };
      return { PALIMPSEST_ISSUERS: JSON.stringify({ issuer: url, audience: 'palimpsest', signIn }) };
    },
  };
}
