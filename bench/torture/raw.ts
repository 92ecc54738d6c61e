/** Bytes that no decent client would send, and connections that misbehave. */
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A connection on which these parts are sent, one a `pauseMs` after the other; what breaks is what it is about. */
export function openRaw(
  port: number,
  parts: readonly (string | Buffer)[],
  how: 'reading' | 'deaf' = 'reading',
  pauseMs = 0,
): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  if (how === 'deaf') socket.pause();
  else socket.resume();
  void (async () => {
    for (const part of parts) {
      if (socket.destroyed) return;
      socket.write(part);
      if (pauseMs > 0) await wait(pauseMs);
    }
  })();
  return socket;
}

/** What came back within the time, or until the server closed. */
export async function heard(socket: Socket, withinMs: number): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise<void>((resolve) => socket.once('close', () => { resolve(); })); // prettier-ignore
  await Promise.race([closed, wait(withinMs)]);
  socket.destroy();
  return Buffer.concat(chunks).toString('latin1');
}

/** The head of a request, without the empty line. */
export function headOf(method: string, target: string, token: string, ...headers: readonly string[]): string {
  const lines = [`Host: x`, `Authorization: Bearer ${token}`, 'Schema-Version: 1', ...headers];
  return `${method} ${target} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}`;
}
