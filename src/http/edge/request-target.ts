import { Refusal } from '../../refusal.js';

/**
 * The target of a request as all of this server reads it: path and query. Whoever takes it for a proxy sends the whole
 * address, which every server has to understand (RFC 9112 §3.2.2); the host in it makes no difference here.
 */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = /^https?:\/\/[^/?#]+(.*)$/i.exec(target)?.[1];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** A segment of a path without its escapes. @throws Refusal `malformed-request` for escapes that are no UTF-8 */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal('malformed-request', `${segment} has percent escapes that are not UTF-8`);
  }
}

/** What may be told of where a request went: its query may have words of whoever sent it. */
export function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
