import type { IncomingMessage } from 'node:http';

/** What changes nothing (RFC 9110 §9.2.1), and is of use only to whoever may read the answer. */
const safe: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a page of somebody else may have made a browser send this, with the cookie that it has for us: who asks with a
 * cookie is then not to be believed. Browsers say it themselves (Fetch Metadata §2.1); older ones, and those that speak to us
 * without TLS, name the origin of the page (RFC 6454 §7). What says neither is no browser, and has no cookie against
 * its will. (As Go's `net/http.CrossOriginProtection` decides it.)
 */
export function isCrossSite({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  if (safe.has(method)) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  return origin !== undefined && !isOriginOf(host, origin);
}

/** Whether the origin is that of a page of ours. A host doesn't say whether it is spoken to by TLS, and so both count. */
function isOriginOf(host: string | undefined, origin: string): boolean {
  if (host === undefined || /[/?#@\\\s]/.test(host) || !URL.canParse(origin)) return false;
  const { protocol, host: ofOrigin, origin: written } = new URL(origin);
  const address = `${protocol}//${host}`;
  // The port that goes without saying may be said in a Host.
  return written === origin && URL.canParse(address) && new URL(address).host === ofOrigin;
}
