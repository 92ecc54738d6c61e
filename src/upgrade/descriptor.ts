import type { Server } from 'node:net';

interface WithHandle {
  readonly _handle: { readonly fd: number } | null;
}

/**
 * The descriptor of a listening socket, for a child process to inherit. Node has no public name for it, and lends
 * sockets only over channels to its own children.
 * @throws Error when it isn't listening
 */
export function descriptorOf(listener: Server): number {
  const { _handle: handle } = listener as unknown as WithHandle;
  if (!handle) throw new Error('the server does not listen any more');
  return handle.fd;
}
