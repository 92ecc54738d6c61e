import { request } from 'node:http';
import type { Socket } from 'node:net';

/** Paths of the control socket that are no HTTP once they are agreed on (RFC 9110 §7.8). */
export const handOverPath = '/control/hand-over';
export const listenerPath = '/control/listener';
export const successorPath = '/control/successor';
const upgradeProtocol = 'palimpsest-hand-over';
export const secretHeader = 'palimpsest-secret';
/** What the running version was told of whom to let in, as settings: JSON in base64. Older releases leave it out. */
const toldHeader = 'palimpsest-told';
/** Of an answer's head: issuers may have been said as JSON. */
const longestHeadBytes = 1024 * 1024;

/** The other side of a control socket, or its refusal. */
export type Connected =
  { readonly socket: Socket; readonly head: Buffer; readonly told: Settings } | { readonly refusal: string };

/** Names and values of an environment. */
type Settings = Readonly<Record<string, string>>;

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
      maxHeaderSize: longestHeadBytes,
      headers: { connection: 'Upgrade', upgrade: upgradeProtocol, [secretHeader]: secret },
    });
    asking.once('upgrade', ({ headers }, socket: Socket, head) => {
      socket.setTimeout(0);
      resolve({ socket, head, told: toldIn(headers[toldHeader]) });
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

/** The head of the answer by which a connection is agreed on. */
export function agreedHead(told: Settings): string {
  const said = Buffer.from(JSON.stringify(told)).toString('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${upgradeProtocol}\r\n${toldHeader}: ${said}\r\n\r\n`;
}

function toldIn(header: string | readonly string[] | undefined): Settings {
  return typeof header === 'string' ? (JSON.parse(Buffer.from(header, 'base64').toString()) as Settings) : {};
}
