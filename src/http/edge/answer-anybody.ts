import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { greeting, isPerson } from './greeting.js';
import { methodsAt } from './known-paths.js';
import type { Answer } from './problem.js';
import { originForm } from './request-target.js';
import { patchTypes } from '../pages/patch-content.js';

/**
 * The answer to what nobody needs a token for, and nothing is looked up for, whatever state the server is in: a browser that
 * asks what a script may do (a CORS preflight, which carries no token), and a person who looks what is here, or whether they are signed in
 * (`session`).
 */
export function answerToAnybody(
  { method, url = '/', headers }: IncomingMessage,
  session: Answer,
): Answer | undefined {
  if (method === 'OPTIONS') {
    const asked = headers['access-control-request-method'];
    const allowed = headers.origin !== undefined && asked !== undefined && methodsAt(originForm(url));
    return allowed ? preflight(allowed) : undefined;
  }
  if ((method !== 'GET' && method !== 'HEAD') || (url !== '/' && url !== '/session')) return undefined;
  if (!isPerson(headers.accept)) return undefined;
  return url === '/' ? greeting : session;
}

/** What this address does not have either: a script is to read that it is refused, and what to send instead. */
const anyMethod = 'GET, HEAD, POST, PUT, PATCH, DELETE';

/** Headers that requests may have. */
const requestHeaders =
  'Authorization, User-Token, If-Match, If-None-Match, Schema-Version, Idempotency-Key, Comment, Copied-Blocks, Content-Type, Content-Digest, Repr-Digest, Range, If-Range, Cache-Control, Last-Event-ID, Prefer, Request-Id, traceparent';

/** The longest that Chromium keeps what it was told. */
const maxAgeSeconds = 7_200;

/** Whether the origin is one of those that may, its browser sees by what every answer has. */
function preflight(allowed: readonly string[]): Answer {
  const answer = optionsAnswer(allowed);
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'access-control-allow-methods': anyMethod,
      'access-control-allow-headers': requestHeaders,
      'access-control-max-age': String(maxAgeSeconds),
    },
  };
}

/** What may be done at an address (RFC 9110 §9.3.7), and by which patches (RFC 5789 §3.1). */
export function optionsAnswer(allowed: readonly string[]): Answer {
  const patches = allowed.includes('PATCH') && { 'accept-patch': patchTypes.join(', ') };
  return { status: 204, headers: { allow: allowed.join(', '), ...patches }, body: '' };
}

/** Comes before who asks is asked, and before requests are held while another version takes over. */
export function answerAnybody(fastify: FastifyInstance, session: Answer): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!sentToAnybody(request, reply, session)) done();
  });
}

/** Whether it was something that anybody is answered. */
export function sentToAnybody({ raw }: FastifyRequest, reply: FastifyReply, session: Answer): boolean {
  const answer = answerToAnybody(raw, session);
  if (!answer) return false;
  reply
    .hijack()
    .raw.writeHead(answer.status, { ...answer.headers })
    .end(raw.method === 'HEAD' ? '' : answer.body);
  return true;
}
