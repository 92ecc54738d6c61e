import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { readSync } from 'node:fs';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Connections, endWhatIsStill } from '../../src/http/edge/connections.js';

const idleMs = 200;

let server: Server;
let socket: Socket;
let heard = '';

async function begin(answer: Buffer, setUp: (server: Server) => void): Promise<void> {
  heard = '';
  server = createServer({ keepAliveTimeout: idleMs }, (_request, response) => {
    response.writeHead(200, { 'content-length': answer.length }).end(answer);
  });
  setUp(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
}

afterEach(() => {
  socket.destroy();
  server.closeAllConnections();
  server.close();
});

const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

/** Nothing of this process moves, after something was done at the last moment, for longer than Node adds to any limit. */
function standStill<T>(before: () => T): Promise<T> {
  return new Promise((resolve) => {
    setImmediate(() => {
      const done = before();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, idleMs + 2_000);
      resolve(done);
    });
  });
}

/** Reads what has come in, past Node; answers how many bytes. */
function takenFromKernel(): number {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  const piece = Buffer.alloc(1024 * 1024);
  let bytes = 0;
  try {
    for (let read = 1; read > 0; bytes += read) read = readSync(fd, piece);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
  }
  return bytes;
}

async function untilHeard(pattern: RegExp): Promise<void> {
  while (!pattern.test(heard)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    heard += chunk.toString();
  }
}

test('A kept connection is ended when its time is over', async () => {
  await begin(Buffer.from('first'), endWhatIsStill);
  socket.write(request);
  await untilHeard(/first$/);
  await once(socket, 'close');
});

test('A request that has come while the process stood still is answered, though the time of its connection is over', async () => {
  await begin(Buffer.from('one'), endWhatIsStill);
  socket.write(request);
  await untilHeard(/one$/);
  await standStill(() => socket.write(request)); // at once, to the kernel
  await untilHeard(/one[^]*one$/);
});

test('An answer of which a client took something while the process stood still goes on', async () => {
  const answer = Buffer.alloc(64 * 1024 * 1024, 'x');
  await begin(answer, (made) => {
    endWhatIsStill(made);
    made.on('request', ({ socket }) => socket.setTimeout(idleMs));
  });
  socket.pause().write(request);
  await once(server, 'request');
  await standStill(() => undefined); // Node counts what it has begun to send as a move
  let bytes = await standStill(takenFromKernel);
  for await (const chunk of socket) {
    bytes += (chunk as Buffer).length;
    if (bytes > answer.length) break;
  }
  expect(bytes).toBeGreaterThan(answer.length);
});

test('Whoever still takes an answer that is written is waited for, and nobody is accepted any more', async () => {
  const answer = Buffer.alloc(64 * 1024 * 1024, 'x');
  let connections: Connections | undefined;
  await begin(answer, (made) => (connections = new Connections(made)));
  socket.pause().write(request);
  await once(server, 'request');
  let isTaken = false;
  const taken = connections?.endSoon().then(() => (isTaken = true));
  await expect(once(connect(socket.remotePort ?? 0, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  expect(isTaken).toBe(false);
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += (chunk as Buffer).length;
    if (bytes > answer.length) break;
  }
  await taken;
  expect(bytes).toBeGreaterThan(answer.length);
});
