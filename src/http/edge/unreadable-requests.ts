import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { Refusal } from '../../refusal.js';
import { headLimitBytes } from './body-limit.js';
import { completed, requestIdOf, type About } from './edge-head.js';
import { answerOn, type EdgeResponse } from './edge-response.js';
import { problemAnswer, type Answer } from './problem.js';
import type { Refusals } from './refuse-requests.js';
import { isAnswered } from './send.js';
import { requireOnce } from './single-headers.js';
import type { Unserved } from './watch-requests.js';
import type { FastifyInstance } from 'fastify';

/** What Node's parser calls what it can't read; anything else is 400. */
const statuses: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    `the request line and the headers are longer than ${headLimitBytes / 1024} KiB together`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request took too long to arrive'],
  BODY_STOOD_STILL: [408, 'nothing more of the body has come for a while: send all of it again'],
};

/** Is told of those, for the log. */
type Tell = (unserved: Unserved) => void;

/** What `refuseUnreadable` is told of a body of which nothing more comes. */
export const stoodStill = Object.assign(new Error('a body stood still'), { code: 'BODY_STOOD_STILL' });

/**
 * Answers what is no request, or stops being one, and closes the connection. Where a refusal has gone out already while the
 * body was on its way, a second answer would be taken for that of the next request.
 */
export function refuseUnreadable(
  error: Error & { code?: string; reason?: string; rawPacket?: Buffer },
  socket: Socket,
  origins: ReadonlySet<string>,
  position: number,
  tell: Tell,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (!isAnswered(socket)) {
    const [status, message] = statuses[error.code ?? ''] ?? [
      400,
      `the request is not HTTP as a server can read it${error.reason ? `: ${error.reason}` : ''}`,
    ];
    const about = aboutUnread(error, socket, origins);
    const answer = answerOn(socket);
    if (answer) answer.refusedAs = status;
    else tell({ method: '', request: { socket, headers: {} }, status, requestId: about.requestId });
    socket.write(answerText(status, message, about, position));
  }
  socket.destroySoon();
}

/** What is known of a request that could not be read: all of its head, or what its last packet shows. */
function aboutUnread(
  { rawPacket }: { rawPacket?: Buffer },
  socket: Socket,
  origins: ReadonlySet<string>,
): About {
  const answer = answerOn(socket);
  if (answer) return { origins, origin: answer.req.headers.origin, requestId: answer.requestId };
  const origin = /\r\norigin:[ \t]*(\S+)[ \t]*\r\n/i.exec(rawPacket?.toString('latin1') ?? '')?.[1];
  return { origins, origin, requestId: requestIdOf(undefined) };
}

/** Answers what Node reads and hands on to nobody: expectations other than `100-continue`, and CONNECT. */
export function refuseUnserved(
  server: Server,
  origins: ReadonlySet<string>,
  position: () => number,
  tell: Tell,
): void {
  server.on('checkExpectation', (request, response) => {
    const { headers, body } = problemOf(417, `nothing is known of "Expect: ${request.headers.expect}"`);
    const { requestId } = response as EdgeResponse;
    tell({ method: request.method ?? '', request, status: 417, requestId, answer: response });
    response.writeHead(417, { ...headers, ...measured(body, position()) }).end(body);
  });
  server.on('connect', (request, socket) => {
    const { headers } = request;
    const about = { origins, origin: headers.origin, requestId: requestIdOf(headers['request-id']) };
    socket.once('error', () => socket.destroy());
    tell({ method: 'CONNECT', request, status: 400, requestId: about.requestId });
    socket.end(answerText(400, 'CONNECT is for proxies, and this is none', about, position()), () => {
      socket.destroy();
    });
  });
}

/**
 * Refuses a request that does not say, or says twice, where it wants to (RFC 9112 §3.2) or who it is, whoever sends it.
 * Node would refuse the first, too, but in words of its own: for this it has to be told not to (`requireHostHeader`).
 */
export function requireReadableHead(fastify: FastifyInstance, refusals: Refusals): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      requireHost(request.raw);
      requireOnce(request.raw, 'host', 'authorization');
    } catch (error) {
      refusals.answer(error, request, reply);
      return;
    }
    done();
  });
}

function requireHost({ headers, httpVersion }: IncomingMessage): void {
  if (headers.host !== undefined || httpVersion !== '1.1') return;
  throw new Refusal('malformed-request', 'HTTP/1.1 needs the header Host', { header: 'Host' });
}

function answerText(status: number, message: string, about: About, position: number): string {
  const { headers, body } = problemOf(status, message);
  const own = { ...headers, ...measured(body, position), connection: 'close' };
  const head = completed(Object.entries(own).flat(), about);
  const text = head.map((part, index) => part + (index % 2 === 0 ? ': ' : '\r\n')).join('');
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${text}\r\n${body}`;
}

function problemOf(status: number, message: string): Answer {
  return problemAnswer(new Refusal('malformed-request', message), {}, status);
}

function measured(body: string, position: number): Readonly<Record<string, string>> {
  return { position: String(position), 'content-length': String(Buffer.byteLength(body)) };
}
