import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a link is good. */
export const linkSeconds = 300;

/** What a link says: whose right to the file it is, and until when. */
export interface SentLink {
  /** The id of the token that it was made for. */
  readonly token: string;
  readonly untilSeconds: number;
  readonly signature: string;
}

/**
 * The value of `link`, by which a browser loads the file at a path where it can send no token. Nobody makes one without the token's hash,
 * and it is good for nothing but this path.
 */
export function linkFor(token: { readonly id: string; readonly hash: string }, path: string, nowMs: number) {
  const untilSeconds = Math.ceil(nowMs / 1000) + linkSeconds;
  const link = `${token.id}.${untilSeconds}.${signatureOf(token.hash, path, untilSeconds)}`;
  return { link, until: new Date(untilSeconds * 1000).toISOString() };
}

/** Undefined for what is no link, or no longer one, or from no clock of ours. */
export function readLink(text: string, nowMs: number): SentLink | undefined {
  const [, token, until, signature] = /^([0-9a-f-]{36})\.(\d{1,12})\.([\w-]{43})$/.exec(text) ?? [];
  if (token === undefined || signature === undefined) return undefined;
  const untilSeconds = Number(until);
  const leftMs = untilSeconds * 1000 - nowMs;
  return leftMs > 0 && leftMs <= (linkSeconds + 1) * 1000 ? { token, untilSeconds, signature } : undefined;
}

export function isSigned({ untilSeconds, signature }: SentLink, hash: string, path: string): boolean {
  return timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(hash, path, untilSeconds)));
}

function signatureOf(hash: string, path: string, untilSeconds: number): string {
  const key = createHmac('sha256', hash).update('a link to a file').digest();
  return createHmac('sha256', key).update(`${path}\n${untilSeconds}`).digest('base64url');
}
