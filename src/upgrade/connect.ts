import { request } from 'node:http';
import type { Socket } from 'node:net';

/** Paths of the control socket that are no HTTP once they are agreed on (RFC 9110 §7.8). */
export const handOverPath = '/control/hand-over';
export const listenerPath = '/control/listener';
export const successorPath = '/control/successor';
export const upgradeProtocol = 'palimpsest-hand-over';
export const secretHeader = 'palimpsest-secret';

/** The other side of a control socket, or its refusal. */
export type Connected = { readonly socket: Socket; readonly head: Buffer } | { readonly refusal: string };

/** Asks the process behind a control socket for a connection; `secret` shows that both mean the same database. */
export function connectTo(
  controlSocket: string,
  path: string,
  secret: string,
  timeoutMs: number,
): Promise<Connected> {
  return new Promise((resolve, reject) => {
    const asking = request({
      socketPath: controlSocket,
      path,
      agent: false,
      timeout: timeoutMs,
      headers: { connection: 'Upgrade', upgrade: upgradeProtocol, [secretHeader]: secret },
    });
    asking.once('upgrade', (_response, socket: Socket, head) => {
      socket.setTimeout(0);
      resolve({ socket, head });
    });
    asking.once('response', (response) => {
      response.resume();
      resolve({ refusal: response.statusMessage ?? `status ${response.statusCode ?? 0}` });
    });
    asking.once('timeout', () => asking.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    asking.once('error', reject);
    asking.end();
  });
}
