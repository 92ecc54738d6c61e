import { chmodSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Port 0 picks one; a descriptor or a handle is a socket that somebody else has bound. */
export type Listening =
  { readonly host: string; readonly port: number } | { readonly fd: number } | { readonly _handle: object };

/** Connections that the kernel keeps for a busy moment; beyond Node's 511 it would reset them. */
const backlog = 4096;

/** Fastify would listen on every address of `localhost`; a socket that is handed over is one socket. */
export function listenOn(server: Server, where: Listening): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, backlog, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Where a server listens on a port. */
export function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo; // it listens on a port
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Only the owner may connect. A socket of the same pid can only be left over from a process that is gone. */
export function listenOnSocket(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });
}

export function closeSocket(server: Server, path: string): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      rmSync(path, { force: true });
      resolve();
    });
    server.closeIdleConnections();
  });
}
