import * as net from 'node:net';
import { OperatorError, exitCodes } from '../installation/operator-error.js';

/** A socket that has an address and takes no connections here: whoever inherits it listens on it. */
export interface BoundSocket {
  readonly fd: number;
  getsockname(address: { port?: number }): number;
  close(): void;
}

interface WithBind {
  /** Node's cluster binds this way; `listen` would begin to accept at once. */
  readonly _createServerHandle: (host: string, port: number, addressType: 4 | 6) => BoundSocket | number;
}

/** Port 0 picks one. @throws OperatorError 64, 69 */
export function bind(host: string, port: string): BoundSocket {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new OperatorError(exitCodes.usage, `--port has to be a number from 0 to 65535, not "${port}"`);
  }
  const address = host === 'localhost' ? '127.0.0.1' : host;
  const family = net.isIP(address);
  if (family === 0) throw new OperatorError(exitCodes.usage, `--host has to be an IP address, not "${host}"`);
  // Exported by Node for its own cluster, and not in its types.
  const { _createServerHandle: create } = (net as unknown as { default: WithBind }).default;
  const bound = create(address, Number(port), family as 4 | 6);
  if (typeof bound !== 'number') {
    // libuv does not say yet that the port is taken, and whoever listens on the socket would get any other.
    if (bound.getsockname({}) === 0) return bound;
    bound.close();
  }
  throw new OperatorError(
    exitCodes.unavailable,
    `can't listen on ${host}, port ${port}: it is in use, or not yours; choose others`,
  );
}

export function portOf(socket: BoundSocket): number {
  const address: { port?: number } = {};
  socket.getsockname(address);
  return address.port ?? 0;
}
