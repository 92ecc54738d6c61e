import type { FastifyReply, FastifyRequest } from 'fastify';
import { isNotModified } from './headers.js';
import type { Answer } from './problem.js';

/** Sends an answer, with the log position that it reflects. */
export function send(reply: FastifyReply, answer: Answer, position: number): void {
  reply.code(answer.status).headers(answer.headers).header('position', String(position));
  if (answer.body === '') void reply.send();
  else void reply.send(answer.body);
}

/** Sends what was read, or 304 (RFC 9110 §15.4.5) when the client has it. */
export function sendRead(request: FastifyRequest, reply: FastifyReply, answer: Answer, position: number): void {
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
    headers: { 'content-type': 'application/json; charset=utf-8', vary: 'Authorization', 'cache-control': 'private, no-cache' },
    body: JSON.stringify(value),
  };
}
