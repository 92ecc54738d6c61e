import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../refusal.js';

/**
 * Headers that are one value and no list (RFC 9110 §5.3). Of two lines Node takes the first, or joins both: that would be to
 * guess what the client meant.
 */
const single: ReadonlySet<string> = new Set([
  'authorization',
  'comment',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'last-event-id',
  'schema-version',
]);

/** @throws Refusal `malformed-request` for one of these headers that stands twice */
export function requireOnce({ headers, rawHeaders }: IncomingMessage, ...names: readonly string[]): void {
  // Nearly always every header has one line.
  if (rawHeaders.length === 2 * Object.keys(headers).length) return;
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const written = rawHeaders[i] as string;
    const name = written.toLowerCase();
    if (!(names.length > 0 ? names.includes(name) : single.has(name))) continue;
    if (seen.has(name)) {
      throw new Refusal('malformed-request', `the header ${written} stands twice: send it once`, {
        header: written,
      });
    }
    seen.add(name);
  }
}
