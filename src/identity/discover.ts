import { fetchJson, IssuerTrouble } from './fetch-json.js';
import { isTrustworthy, type Issuer } from './issuer.js';

/** What an issuer says of itself (OpenID Connect Discovery §3), as far as it is looked at here. */
export interface Discovered {
  readonly issuer: string;
  readonly [member: string]: unknown;
}

/**
 * The document in which an issuer tells where things are.
 * @throws IssuerTrouble also where it says that it is another (§4.3)
 */
export async function discover({ issuer }: Issuer, signal: AbortSignal): Promise<Discovered> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = await fetchJson(address, signal);
  if (!isDiscovered(found)) throw new IssuerTrouble(`${address} does not say which issuer it is of`);
  if (found.issuer !== issuer) {
    throw new IssuerTrouble(
      `${address} is of ${JSON.stringify(found.issuer.slice(0, 200))} and not of ${issuer}`,
    );
  }
  return found;
}

function isDiscovered(found: unknown): found is Discovered {
  return typeof found === 'object' && found !== null && 'issuer' in found && typeof found.issuer === 'string';
}

/** @throws IssuerTrouble for an address that is missing, or at which anybody could answer */
export function addressIn(found: Discovered, member: string): string {
  const address = found[member];
  const schemes = found.issuer.startsWith('http:') ? /^https?:/ : /^https:/;
  if (typeof address === 'string' && isTrustworthy(address) && schemes.test(address)) return address;
  throw new IssuerTrouble(
    `the discovery document of ${found.issuer} has no ${member} that starts with https://`,
  );
}
