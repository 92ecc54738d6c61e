import { connect } from 'node:net';

/**
 * Sends bytes as they are, for what no decent client would send, and answers what came back until the server
 * closed the connection (send `Connection: close`).
 */
export function sendRaw(port: number, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
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
