import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Passes bytes on, and does what networks and proxies do. */
export interface CuttingProxy {
  readonly url: string;
  /** What clients have sent, in order. */
  readonly sent: readonly string[];
  /** What they were answered. */
  readonly answered: readonly string[];
  /** The next answer is not passed on: the connection is cut instead, after some bytes of it. */
  cutNextAnswer(afterBytes: number): void;
  /** The next request is answered with this, and not passed on. */
  answerNext(answer: string): void;
  close(): Promise<void>;
}

/** `port`: where to, asked for each connection. */
export async function startCuttingProxy(port: () => number): Promise<CuttingProxy> {
  const sent: string[] = [];
  const answered: string[] = [];
  const sockets = new Set<Socket>();
  let cutAfter: number | undefined;
  let answer: string | undefined;
  const proxy = createServer((client) => {
    const server = connect(port(), '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      // Cut connections are what it is for: the other side is cut, too.
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          server.destroy();
        });
    }
    client.on('data', (bytes) => {
      sent.push(bytes.toString());
      if (answer === undefined) server.write(bytes);
      else client.end(answer);
      answer = undefined;
    });
    server.on('data', (bytes) => {
      answered.push(bytes.toString());
      if (cutAfter === undefined) client.write(bytes);
      else client.write(bytes.subarray(0, cutAfter), () => client.destroy());
      cutAfter = undefined;
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    sent,
    answered,
    cutNextAnswer: (afterBytes) => {
      cutAfter = afterBytes;
    },
    answerNext: (given) => {
      answer = given;
    },
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}
