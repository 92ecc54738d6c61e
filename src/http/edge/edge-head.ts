import { randomUUID } from 'node:crypto';

/** What is said of every answer, whoever asked for what. */
export interface About {
  /** Origins whose scripts may read answers. */
  readonly origins: ReadonlySet<string>;
  /** Where the script comes from that asks (RFC 6454 §7), as far as it is known. */
  readonly origin: string | undefined;
  readonly requestId: string;
  /** A browser is told this because of its session's cookie, and nobody else may be. */
  readonly isForCookie?: boolean;
}

/** Headers that scripts of allowed origins may read. */
const exposed =
  'ETag, Location, Position, Content-Version, Schema-Version, Retry-After, Deprecation, Sunset, Link, Content-Range, Accept-Patch, Request-Id';

/** For whoever opens an answer in a browser: it is never what it is not, and nobody learns where it was. */
const secure: readonly (readonly [name: string, value: string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['cache-control', 'no-store'],
];

/**
 * The head of an answer, as names in lower case and values by turns, with what it lacks of that which every answer has.
 * An answer that another one of us has made, and this one passes on, has it already.
 */
export function completed(
  head: readonly string[],
  { origins, origin, requestId, isForCookie = false }: About,
): string[] {
  const whole = isForCookie ? ofOneBrowser(head) : [...head];
  for (const [name, value] of secure) add(whole, name, value);
  add(whole, 'request-id', requestId);
  if (origins.size === 0) return whole;
  varyBy(whole, 'Origin');
  if (origin !== undefined && origins.has(origin)) {
    add(whole, 'access-control-allow-origin', origin);
    add(whole, 'access-control-expose-headers', exposed);
  }
  return whole;
}

/** No shared cache keeps it, whatever it would of the same answer to a token. */
function ofOneBrowser(head: readonly string[]): string[] {
  const own: string[] = [];
  for (let index = 0; index < head.length; index += 2) {
    const [name = '', value = ''] = [head[index], head[index + 1]];
    if (name === 'cdn-cache-control' || name === 'surrogate-control') continue;
    own.push(name, name === 'cache-control' ? value.replace(/\bpublic\b/, 'private') : value);
  }
  varyBy(own, 'Cookie');
  return own;
}

function varyBy(head: string[], header: string): void {
  const vary = indexOf(head, 'vary');
  if (vary === -1) head.push('vary', header);
  else if (!head[vary + 1]?.toLowerCase().includes(header.toLowerCase()))
    head[vary + 1] = `${head[vary + 1] ?? ''}, ${header}`;
}

function add(head: string[], name: string, value: string): void {
  if (indexOf(head, name) === -1) head.push(name, value);
}

function indexOf(head: readonly string[], name: string): number {
  for (let index = 0; index < head.length; index += 2) if (head[index] === name) return index;
  return -1;
}

/** What a client may call its request: it stands in our log. */
const readable = /^[\w.-]{1,64}$/;

/** What a request is called: as its client says, if that can be read, else a name of ours. */
export function requestIdOf(said: string | string[] | undefined): string {
  return typeof said === 'string' && readable.test(said) ? said : randomUUID();
}
