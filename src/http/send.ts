import type { FastifyReply, FastifyRequest } from 'fastify';
import { isNotModified } from './headers.js';
import type { Answer } from './problem.js';

/**
 * Sends an answer, with the log position that it reflects. An answer is complete text with complete headers, so it
 * goes straight to Node's response: what Fastify does for others on the way costs as much as finding the page.
 */
export function send(reply: FastifyReply, { status, headers, body }: Answer, position: number): void {
  const head = ['position', String(position)];
  for (const name in headers) head.push(name, headers[name] as string);
  if (status !== 204 && status !== 304) head.push('content-length', String(Buffer.byteLength(body)));
  reply.hijack().raw.writeHead(status, head).end(body);
}

/** Sends what was read, or 304 (RFC 9110 §15.4.5) when the client has it. */
export function sendRead(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  position: number,
): void {
  const { etag } = answer.headers;
  if (etag === undefined || !isNotModified(request.headers, etag)) {
    send(reply, answer, position);
    return;
  }
  const { 'content-type': _type, ...headers } = answer.headers;
  send(reply, { status: 304, headers, body: '' }, position);
}

/** Any other JSON. */
export function jsonAnswer(value: unknown, status = 200): Answer {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      vary: 'Authorization',
      'cache-control': 'private, no-cache',
    },
    body: JSON.stringify(value),
  };
}
