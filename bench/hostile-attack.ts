/** What attacks are made of. */
import { connect, type Socket } from 'node:net';
import { adminToken } from './requests.js';
import type { Server } from './server.js';

export interface Victim extends Server {
  /** Where its log ends. */
  readonly position: number;
  /** Tokens besides the administrator's: to each belong no more than a hundred streams. */
  readonly tokens: readonly string[];
}

export interface Attack {
  readonly name: string;
  /** What has to be there before; not measured. */
  readonly prepare?: (victim: Server) => Promise<unknown>;
  /** Opens what it takes. What is answered is closed when the time is over. */
  readonly begin: (victim: Victim) => readonly Socket[];
}

/** The head of a request, without the empty line. */
export function headOf(token: string): string {
  return `Host: x\r\nAuthorization: Bearer ${token}\r\n`;
}

/** A whole request of the administrator's with a body. */
export function withBody(
  method: string,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const all = { 'Content-Type': 'application/json', 'Schema-Version': '1', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.from(body);
  const start = `${method} ${path} HTTP/1.1\r\n${headOf(adminToken)}${lines.join('')}`;
  return Buffer.concat([Buffer.from(`${start}Content-Length: ${bytes.length}\r\n\r\n`), bytes]);
}

export function send({ host, port }: Server, request: string | Buffer, how: 'reading' | 'deaf'): Socket {
  const socket = connect({ host, port }, () => socket.write(request));
  socket.on('error', () => undefined); // refused, or cut off: what it is about
  if (how === 'deaf') socket.pause();
  else socket.resume();
  return socket;
}

export function times<T>(count: number, make: (number: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, number) => make(number));
}

/** @throws Error when it is refused */
export async function write(
  { host, port }: Server,
  method: string,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const answer = await fetch(`http://${host}:${port}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminToken}`,
      'schema-version': '1',
      'content-type': 'application/json',
      ...headers,
    },
    body,
  });
  if (answer.ok) return answer;
  throw new Error(`${method} ${path} was answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
}
