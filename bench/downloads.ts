/**
 * Clients that each ask for a file again when they have it all. Nothing of it is kept, so that the server is what is measured.
 */
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Address } from './connection.js';
import { answerTimeoutMs } from './workload.js';

interface Downloads {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the file has. */
  readonly bytes: number;
  readonly connections: number;
  readonly durationMs: number;
}

export interface Downloaded {
  readonly bytes: number;
  readonly seconds: number;
}

const readBufferBytes = 1024 * 1024;
const headEnd = Buffer.from('\r\n\r\n');

/**
 * @returns bytes of files that came, of unfinished ones, too, and how long that took
 * @throws Error when a connection breaks, or an answer is not 200 or not of the file's length
 */
export async function downloads(address: Address, load: Downloads): Promise<Downloaded> {
  const startedMs = performance.now();
  const clients = Array.from({ length: load.connections }, () => client(address, load));
  const received = await Promise.all(clients);
  const seconds = (performance.now() - startedMs) / 1000;
  return { bytes: received.reduce((sum, bytes) => sum + bytes, 0), seconds };
}

function client(address: Address, load: Downloads): Promise<number> {
  const fields = Object.entries({ Host: '127.0.0.1', ...load.headers });
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const request = Buffer.from(`GET ${load.path} HTTP/1.1\r\n${head}\r\n`);
  return new Promise((resolve, reject) => {
    let [received, left, isEnded] = [0, 0, false];
    const take = (piece: Buffer): void => {
      const start = left > 0 ? 0 : bodyStart(piece, load.bytes);
      if (left === 0) left = load.bytes;
      received += piece.length - start;
      left -= piece.length - start;
      if (left < 0) throw new Error('more came than was announced');
      if (left === 0) socket.write(request);
    };
    const socket = connect({
      ...address,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(readBufferBytes),
        callback(length, buffer) {
          try {
            take(Buffer.from(buffer.buffer, buffer.byteOffset, length));
          } catch (error) {
            socket.destroy(error as Error);
          }
          return true;
        },
      },
    });
    socket.once('connect', () => socket.write(request));
    socket.setTimeout(answerTimeoutMs, () =>
      socket.destroy(new Error(`nothing came for ${answerTimeoutMs} ms`)),
    );
    socket.once('error', reject);
    socket.once('close', () => {
      if (isEnded) resolve(received);
      else reject(new Error('the server closed a connection that waited for a file'));
    });
    setTimeout(() => {
      isEnded = true;
      socket.destroy();
    }, load.durationMs);
  });
}

/** Servers send a head as a whole: one that comes in pieces ends the run. */
function bodyStart(piece: Buffer, bytes: number): number {
  const end = piece.indexOf(headEnd);
  const head = piece.toString('latin1', 0, Math.max(end, 0));
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
  if (!/^HTTP\/1\.1 200 /.test(head) || length !== bytes)
    throw new Error(`expected all of ${bytes} bytes, found ${piece.toString('latin1', 0, 500)}`);
  return end + headEnd.length;
}
