import type { IncomingHttpHeaders } from 'node:http';
import { isThisMachine } from '../../identity/issuer.js';
import { header } from './headers.js';

/** Browsers take it only with TLS, for this host alone, and let no neighbour put in one of its own (RFC 6265bis §4.1.3.2). */
const prefixed = '__Host-palimpsest';

/** On this very machine, where there is no TLS: browsers differ on whether they keep the other one there. */
const unprefixed = 'palimpsest';

const ofSignIn = '-sign-in';

/** What the secret of a token is made of, and nothing that would have to be quoted. */
const secretLike = /^[\w-]{1,256}$/;

/** A `Set-Cookie` that signs a browser in: the secret of an ordinary token, for as long as that counts. */
export function sessionCookie(secret: string, maxAgeSeconds: number, headers: IncomingHttpHeaders): string {
  if (!secretLike.test(secret))
    throw new RangeError('a secret for a cookie has letters, digits, _ and - alone');
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 0)
    throw new RangeError(`a cookie lives for whole seconds, and not for ${maxAgeSeconds}`);
  return `${named(headers, secret)}; Max-Age=${maxAgeSeconds}`;
}

/** A `Set-Cookie` by which a browser is known again that comes back from its issuer. */
export function signInCookie(secret: string, maxAgeSeconds: number, headers: IncomingHttpHeaders): string {
  return sessionCookie(secret, maxAgeSeconds, headers).replace('=', `${ofSignIn}=`);
}

/** A `Set-Cookie` that signs it out. */
export function endedSessionCookie(headers: IncomingHttpHeaders): string {
  return `${named(headers, '')}; Max-Age=0`;
}

function named(headers: IncomingHttpHeaders, value: string): string {
  const attributes = 'Path=/; HttpOnly; SameSite=Lax';
  return isWithoutTls(headers)
    ? `${unprefixed}=${value}; ${attributes}`
    : `${prefixed}=${value}; ${attributes}; Secure`;
}

/**
 * The secret in a request's `Cookie`; undefined where there is none, or none that we have given, or two: another program on
 * this machine, which shares its cookies, may have put one there, and which of them is whose can't be told.
 */
export function sessionIn(headers: IncomingHttpHeaders): string | undefined {
  return cookieIn(headers, '');
}

export function signInIn(headers: IncomingHttpHeaders): string | undefined {
  return cookieIn(headers, ofSignIn);
}

function cookieIn(headers: IncomingHttpHeaders, suffix: string): string | undefined {
  if (headers.cookie === undefined) return undefined;
  const name = (isWithoutTls(headers) ? unprefixed : prefixed) + suffix;
  const found = headers.cookie.split(';').flatMap((pair) => {
    const [key = '', ...value] = pair.split('=');
    return key.trim() === name ? [value.join('=').trim()] : [];
  });
  const [secret, another] = found;
  return secret !== undefined && another === undefined && secretLike.test(secret) ? secret : undefined;
}

/** Where the browser has found us: scheme, host and port. */
export function ownOrigin(headers: IncomingHttpHeaders): string {
  return `${isWithoutTls(headers) ? 'http' : 'https'}://${headers.host ?? ''}`;
}

/** Whether the browser is on this machine and has come without a proxy that speaks TLS. All else is taken to have TLS. */
function isWithoutTls(headers: IncomingHttpHeaders): boolean {
  const address = `http://${headers.host ?? ''}`;
  const [forwarded = ''] = header(headers, 'x-forwarded-proto')?.split(',') ?? [];
  return forwarded.trim() !== 'https' && URL.canParse(address) && isThisMachine(new URL(address).hostname);
}
