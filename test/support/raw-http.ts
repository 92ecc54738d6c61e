import { connect } from 'node:net';
import type { Body } from './body.js';
import { adminSecret, type Sending } from './server.js';

/**
 * Sends bytes as they are to a port or a Unix socket, for what no decent client would send, and answers what came back until the server
 * closed the connection (send `Connection: close`).
 */
export function sendRaw(where: number | string, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const target = typeof where === 'number' ? { port: where, host: '127.0.0.1' } : { path: where };
    const socket = connect(target, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString());
    });
    // A server may close before it has read everything; what it said until then is the answer.
    socket.on('error', (error) => {
      if (chunks.length === 0) reject(error);
    });
  });
}

/** Sends each part a while after the one before; answers all that came back until the server closed the connection. */
export async function sendSlowly(port: number, parts: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  const closed = new Promise<void>((resolve, reject) => {
    socket.once('error', reject).once('close', () => {
      resolve();
    });
  });
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await closed;
  return answer;
}

/** Sends the beginning of a request and cuts the connection. */
export function sendAndCut(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(text, () => {
        socket.destroy();
      });
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve();
    });
  });
}

/** What a request is told that declares a body of 20 MB, before it has sent any of it. */
export async function declareLarge(
  port: number,
  method: string,
  path: string,
  { token = adminSecret, headers }: Sending,
): Promise<{ readonly status: number; readonly json: Body }> {
  const sent = {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    'content-type': 'application/json',
    ...headers,
  };
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n${lines.join('')}\r\n`;
  const socket = connect(port, '127.0.0.1', () => socket.write(head));
  let answer = '';
  for await (const chunk of socket) {
    answer += String(chunk);
    const [, length, body = ''] = /^content-length: (\d+)\r\n[^]*?\r\n\r\n([^]*)$/im.exec(answer) ?? [];
    if (body.length === Number(length))
      return { status: Number(answer.slice(9, 12)), json: JSON.parse(body) as Body };
  }
  throw new Error(`the connection was closed after "${answer}"`);
}

/** Sends a whole request, reads nothing before, and answers what comes then. @throws where the connection breaks meanwhile */
export async function sendThenRead(
  port: number,
  ...parts: readonly (string | Uint8Array)[]
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  for (const part of parts) {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.write(part, () => {
        socket.off('error', reject);
        resolve();
      });
    });
  }
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
