import type { FastifyRequest } from 'fastify';
import type { Refusal } from '../../refusal.js';
import { methodsAt } from './known-paths.js';
import { challenge } from './problem.js';
import { patchTypes } from '../pages/patch-content.js';

/** Headers of a refusal that tell the client what would do, where that depends on what it sent. */
export function hintsFor(
  { code, details }: Refusal,
  { method, url, headers }: FastifyRequest,
): Readonly<Record<string, string>> {
  // RFC 6750 §3.1: who sent no token is not told that it is wrong.
  if (code === 'unauthenticated' && /^bearer /i.test(headers.authorization ?? ''))
    return { 'www-authenticate': `${challenge}, error="invalid_token"` };
  // RFC 9110 §15.5.6
  if (code === 'method-not-allowed') return { allow: (methodsAt(url) ?? []).join(', ') };
  if (code !== 'unsupported-media-type') return {};
  return {
    // RFC 5789 §2.2
    ...(method === 'PATCH' && { 'accept-patch': patchTypes.join(', ') }),
    // RFC 9110 §15.5.16
    ...(details['header'] === 'Content-Encoding' && { 'accept-encoding': 'identity' }),
  };
}
