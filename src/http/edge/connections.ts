import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const lookMs = 20;

/** The connections of a server. */
export class Connections {
  private readonly open = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  /**
   * Accepts nobody any more; resolves when clients have taken all that is written, or have left. An answer that is written is over for Node,
   * which would then close its connection as one that nobody uses.
   */
  async endSoon(): Promise<void> {
    NetServer.prototype.close.call(this.server); // an HTTP server's own would close kept connections
    while ([...this.open].some(({ writableLength }) => writableLength > 0)) await wait(lookMs);
  }
}

interface WithQueue {
  /** Node looks at it for the same purpose, and has no public name for it. */
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

/**
 * Ends connections whose time is over: kept ones that nobody uses, and those on which nothing moves. Node by itself goes by the clock
 * alone, also where this process stood still and not the client; and what lies unread when a connection is closed
 * breaks it in the client's hands. So what has come in meanwhile is read first.
 */
export function endWhatIsStill(server: Server): void {
  server.on('timeout', (socket: Socket) => {
    const before = moved(socket);
    setImmediate(() => {
      if (moved(socket) === before) socket.destroy();
      else socket.setTimeout(socket.timeout ?? 0); // from now on
    });
  });
}

/** Changes whenever bytes come in or are taken. */
function moved(socket: Socket): string {
  const { _handle: handle } = socket as unknown as WithQueue;
  return `${socket.bytesRead} ${socket.bytesWritten} ${handle?.writeQueueSize}`;
}
