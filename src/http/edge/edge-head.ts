import { randomUUID } from 'node:crypto';

/** What is said of every answer, whoever asked for what. */
export interface About {
  /** Origins whose scripts may read answers. */
  readonly origins: ReadonlySet<string>;
  /** Where the script comes from that asks (RFC 6454 §7), as far as it is known. */
  readonly origin: string | undefined;
  readonly requestId: string;
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
export function completed(head: readonly string[], { origins, origin, requestId }: About): string[] {
  const whole = [...head];
  for (const [name, value] of secure) add(whole, name, value);
  add(whole, 'request-id', requestId);
  if (origins.size === 0) return whole;
  const vary = indexOf(whole, 'vary');
  if (vary === -1) whole.push('vary', 'Origin');
  else whole[vary + 1] = withOrigin(whole[vary + 1] ?? '');
  if (origin !== undefined && origins.has(origin)) {
    add(whole, 'access-control-allow-origin', origin);
    add(whole, 'access-control-expose-headers', exposed);
  }
  return whole;
}

function withOrigin(vary: string): string {
  return /\borigin\b/i.test(vary) ? vary : `${vary}, Origin`;
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
