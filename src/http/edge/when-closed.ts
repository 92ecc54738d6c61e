import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What waits for the end of each connection. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `closed` once: when the whole answer is with the kernel, or its connection is gone. That an answer waits behind
 * another one on the same connection when that breaks, Node doesn't tell the answer; so the connection is asked, too.
 */
export function whenClosed(answer: ServerResponse, socket: Socket, closed: () => void): void {
  if (socket.closed) {
    closed();
    return;
  }
  const ofSocket = waiting.get(socket) ?? listenTo(socket);
  ofSocket.add(closed);
  answer.once('close', () => {
    if (ofSocket.delete(closed)) closed();
  });
}

function listenTo(socket: Socket): Set<() => void> {
  const ofSocket = new Set<() => void>();
  waiting.set(socket, ofSocket);
  socket.once('close', () => {
    for (const closed of ofSocket) closed();
    ofSocket.clear();
  });
  return ofSocket;
}
