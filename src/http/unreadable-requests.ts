import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Refusal } from '../refusal.js';
import { problemAnswer } from './problem.js';
import { isAnswered } from './send.js';

/** What Node's parser calls what it can't read; anything else is 400. */
const statuses: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request took too long to arrive'],
};

/**
 * Answers what is no request, or stops being one, and closes the connection. Where a refusal has gone out already while the
 * body was on its way, a second answer would be taken for that of the next request.
 */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket, position: number): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (!isAnswered(socket)) {
    const [status, message] = statuses[error.code ?? ''] ?? [
      400,
      'the request is not HTTP as a server can read it',
    ];
    const { headers, body } = problemAnswer(new Refusal('malformed-request', message), {}, status);
    const head = {
      ...headers,
      position: String(position),
      'content-length': String(Buffer.byteLength(body)),
    };
    const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}connection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}
