import type { ProgramFile } from '../installation/program.js';
import type { Duplex } from 'node:stream';
import type { Seal } from '../log/hand-over.js';
import { whenStill } from '../when-still.js';

/*
 * The conversation, with the steps of `steps.ts` and the state of the old version's gate afterwards:
 *
 *   step   new version    old version
 *    2     hello      →                        open
 *                     ←   welcome              open
 *    5     seal       →                        parked: writes wait
 *    6                ←   sealed               parked; after `leaseMs` without a further word it resumes, and is open
 *                     ←   refused              open
 *    8     fenced     →                        closed: all requests wait
 *    9                ←   closed               closed; if the new version dies now, it takes back, and is open
 *   13     live       →                        gone: what waited is forwarded
 *   15     leaving    →                        gone; a new version that dies without saying so is started again
 *
 * `failed` may come in place of any word before `live`.
 */

/** What the new version tells the old one. */
export type FromNew =
  | { readonly kind: 'hello'; readonly pid: number; readonly version: string; readonly program: ProgramFile }
  /** Without a further word within `leaseMs` the old version goes on by itself. */
  | { readonly kind: 'seal'; readonly leaseMs: number }
  | { readonly kind: 'fenced'; readonly seal: Seal }
  | { readonly kind: 'live'; readonly controlSocket: string; readonly windowMs: number }
  /** It ends by itself: nobody has to replace it. */
  | { readonly kind: 'leaving' }
  | { readonly kind: 'failed'; readonly exitCode: number; readonly message: string };

/** What the old version tells the new one. */
export type FromOld =
  | { readonly kind: 'welcome'; readonly pid: number; readonly version: string }
  /** `atMs`: when read-only mode began, in milliseconds since 1970, with fractions. */
  | { readonly kind: 'sealed'; readonly seal: Seal; readonly atMs: number }
  /** `unfinished`: what only its memory knows, for the server of the new version; older releases leave it out. */
  | { readonly kind: 'closed'; readonly unfinished?: unknown }
  | { readonly kind: 'refused'; readonly message: string };

/** An open connection to the other process: its end is how each learns of the other's. */
export interface Peer<Out, In> {
  send(message: Out): void;
  /** The next message, in order. @throws PeerGone, PeerSilent */
  next(timeoutMs: number): Promise<In>;
  readonly closed: Promise<void>;
  readonly isClosed: boolean;
  end(): void;
}

/** In milliseconds: Node's timers go no further. */
export const forEver = 2 ** 31 - 1;

export class PeerGone extends Error {
  override readonly name = 'PeerGone';
}

export class PeerSilent extends Error {
  override readonly name = 'PeerSilent';
}

/** One JSON text a line, both ways. The other side owns the same data directory, so what it sends is trusted. */
export function peerOn<Out, In>(socket: Duplex, head: Buffer = Buffer.alloc(0)): Peer<Out, In> {
  const arrived: In[] = [];
  let waiting: { resolve: (message: In) => void; reject: (error: Error) => void } | undefined;
  let rest = '';
  let isClosed = false;

  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) arrived.push(JSON.parse(line) as In);
    settle();
  };
  const settle = (): void => {
    if (!waiting) return;
    const message = arrived.shift();
    if (message !== undefined) waiting.resolve(message);
    else if (isClosed) waiting.reject(new PeerGone('the other process is gone'));
    else return;
    waiting = undefined;
  };
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isClosed = true;
      settle();
      resolve();
    });
  });
  // What ends it is told by `close`, which follows.
  socket.on('error', () => undefined);
  socket.on('end', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    take(chunk.toString());
  });
  take(head.toString());

  return {
    send: (message) => {
      if (!isClosed) socket.write(`${JSON.stringify(message)}\n`);
    },
    next: (timeoutMs) =>
      new Promise((resolve, reject) => {
        const late = whenStill(timeoutMs, () => {
          waiting = undefined;
          reject(new PeerSilent(`the other process said nothing for ${timeoutMs} ms`));
        });
        waiting = {
          resolve: (message) => {
            late.stop();
            resolve(message);
          },
          reject: (error) => {
            late.stop();
            reject(error);
          },
        };
        settle();
      }),
    closed,
    get isClosed() {
      return isClosed;
    },
    end: () => {
      socket.end();
    },
  };
}
