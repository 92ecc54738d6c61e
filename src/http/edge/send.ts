import type { Socket } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isNotModified, tagOf } from './entity-tags.js';
import type { Holding } from './holding.js';
import type { Items } from '../../queries/cursor.js';
import { Refusal } from '../../refusal.js';
import { problemAnswer, type Answer } from './problem.js';
import { whenStill } from '../../when-still.js';

/** An `Answer`, or one whose body is bytes already. */
export interface Sendable extends Omit<Answer, 'body'> {
  readonly body: string | Uint8Array;
}

/**
 * Sends an answer, with the log position that it reflects. An answer is complete text with complete headers, so it
 * goes straight to Node's response: what Fastify does for others on the way costs as much as finding the page.
 */
export function send(reply: FastifyReply, answer: Sendable, position: number): void {
  const { holding } = reply.request;
  reply.request.position = position;
  const { raw } = reply.hijack();
  const fitting = holding ? fitted(answer, holding) : answer;
  raw.writeHead(fitting.status, headOf(fitting, position)).end(bytesOf(fitting.body));
  holding?.answered(raw);
}

/**
 * Sends bytes as fast as their client takes them, `length` of them. A client that takes none for `stalledMs` is left. What breaks
 * on the way breaks the connection: less came than was announced.
 * @param read opens what is sent; for nothing but a head it isn't called
 */
export function sendStream(
  reply: FastifyReply,
  {
    status,
    headers,
    length,
  }: { readonly status: number; readonly headers: Answer['headers']; readonly length: number },
  position: number,
  read?: () => Readable,
): void {
  const { request } = reply;
  request.position = position;
  const { raw } = reply.hijack();
  const head = ['position', String(position), 'content-length', String(length)];
  for (const name in headers) head.push(name, headers[name] as string);
  raw.writeHead(status, head);
  if (!read || request.method === 'HEAD') {
    raw.end();
    return;
  }
  const source = read();
  request.holding?.sends();
  pipeline(source, raw, () => undefined);
}

/** A refusal in its place, where too much is waiting for clients already. */
function fitted(answer: Sendable, holding: Holding): Sendable {
  try {
    holding.requireRoom(answer.body.length);
    return answer;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return problemAnswer(error);
  }
}

/** From here on Node and the kernel would each keep a copy of a text that waits; of bytes they don't. */
const textLimit = 16 * 1024;

function bytesOf(body: Sendable['body']): string | Uint8Array {
  return typeof body === 'string' && body.length > textLimit ? Buffer.from(body) : body;
}

function headOf({ status, headers, body }: Sendable, position: number): string[] {
  const head = ['position', String(position)];
  for (const name in headers) head.push(name, headers[name] as string);
  if (status !== 204 && status !== 304) head.push('content-length', String(Buffer.byteLength(body)));
  return head;
}

const answered = new WeakSet<Socket>();

/** Whether the request that is still arriving on a connection has its answer. */
export function isAnswered(socket: Socket): boolean {
  return answered.has(socket);
}

/** How long to wait for more of a body that nobody reads, and for its end, in milliseconds. */
const lingerIdleMs = 2_000;
const lingerMs = 30_000;

/**
 * Sends a refusal, perhaps while the body is still on its way. A connection that is closed then breaks in the hands of
 * clients that read nothing before they have sent everything, as Python's do: so it stays open for as long as more comes.
 */
export function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  position: number,
): void {
  const { raw } = request;
  const hasBody =
    raw.headers['content-length'] !== undefined || raw.headers['transfer-encoding'] !== undefined;
  if (raw.complete || !hasBody) {
    send(reply, answer, position);
    return;
  }
  const { socket } = raw;
  request.position = position;
  const response = reply.hijack().raw.writeHead(answer.status, headOf(answer, position));
  response.write(answer.body);
  request.holding?.answered(response);
  answered.add(socket);
  const end = (): void => {
    more.stop();
    answered.delete(socket);
    response.end();
  };
  const more = whenStill(lingerIdleMs, end);
  const deadlineMs = Date.now() + lingerMs;
  raw.on('data', () => {
    if (Date.now() < deadlineMs) more.moved();
  });
  raw.once('close', end).once('end', end).resume();
}

/** Sends what was read, or 304 (RFC 9110 §15.4.5) when the client has it. */
export function sendRead(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Sendable,
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

/** A list of anything but pages. */
export function listAnswer({ items, next }: Items<object>): Answer {
  return tagged(jsonAnswer({ items, next }));
}

/** With a tag of its text: who has it is spared that it is sent again. */
export function tagged(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, etag: tagOf(answer.body) } };
}
