/**
 * An HTTP/1.1 client that costs a fraction of what a server costs: one socket, one request at a time, sent as the
 * bytes that the caller built; of the answer only the status is read, and its length to know where it ends.
 */
import { connect } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Connection {
  /** Sends one request; the one before must have been answered. */
  send(request: Buffer): void;
  close(): void;
}

export interface Listener {
  /** The whole answer has arrived. `isLast`: the server takes no further request on this connection. */
  answered(status: number, isLast: boolean): void;
  /** The server closed it, or it broke. `error` is absent after an orderly end. */
  closed(error?: Error): void;
}

const readBufferBytes = 64 * 1024;
const headEnd = Buffer.from('\r\n\r\n');

export function openConnection(address: Address, listener: Listener): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let pending: Buffer | undefined;
    let failure: Error | undefined;
    const socket = connect({
      ...address,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(readBufferBytes),
        callback(bytes, buffer) {
          const arrived = Buffer.from(buffer.buffer, buffer.byteOffset, bytes);
          const view = pending === undefined ? arrived : Buffer.concat([pending, arrived]);
          try {
            const answer = wholeAnswer(view);
            // The socket reads into the same buffer again, so what must be kept is copied.
            pending = answer === undefined ? Buffer.from(view) : undefined;
            if (answer !== undefined) listener.answered(answer.status, answer.isLast);
          } catch (error) {
            socket.destroy(error as Error);
          }
          return true;
        },
      },
    });
    const connection: Connection = {
      send(request) {
        socket.write(request);
      },
      close() {
        socket.destroy();
      },
    };
    socket.once('connect', () => {
      resolve(connection);
    });
    socket.once('error', (error) => {
      failure = error;
    });
    socket.once('close', () => {
      reject(failure ?? new Error('connection closed before it was open'));
      listener.closed(failure);
    });
  });
}

interface Answer {
  readonly status: number;
  readonly isLast: boolean;
}

/** `undefined` while the answer is incomplete (RFC 9112 §6.3). */
function wholeAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const answer = { status, isLast: /\r\nconnection: *close/i.test(head) };
  const bodyStart = end + headEnd.length;
  if (status === 204 || status === 304) return answer;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= bodyStart + Number(length) ? answer : undefined;
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    return chunksEnd(bytes, bodyStart) ? answer : undefined;
  }
  throw new Error(`an answer has neither Content-Length nor chunks, so its end is unknown:\n${head}`);
}

/** Whether the last chunk has arrived; trailers are not expected (RFC 9112 §7.1). */
function chunksEnd(bytes: Buffer, bodyStart: number): boolean {
  let at = bodyStart;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return false;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    at = lineEnd + 2 + size + 2;
    if (at > bytes.length) return false;
    if (size === 0) return true;
  }
}
