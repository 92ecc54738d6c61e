import { Socket } from 'node:net';

/**
 * A process of its own, started by the running version with a connection to the new one as its IPC channel and the
 * listening socket as descriptor 4. It sends the socket when it is asked to, and ends. A `net.Server` sent this way
 * would accept on arrival and answer nobody, so the bare handle goes.
 */
const listenerFd = 4;

interface WithHandle {
  readonly _handle: never;
}

/** Whoever asked for the socket and then says nothing would keep the port from everybody else. */
const patienceMs = 30_000;
setTimeout(() => process.exit(), patienceMs).unref();

process.once('message', () => {
  // Node has no public name for a handle that is neither listening nor connected.
  const { _handle: handle } = new Socket({
    fd: listenerFd,
    readable: false,
    writable: false,
  }) as unknown as WithHandle;
  process.send?.('listener', handle, { keepOpen: false }, () => {
    process.disconnect();
    process.exit();
  });
});
