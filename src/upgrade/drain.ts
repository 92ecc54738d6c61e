import type { Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Longer than any limit of the server; only somebody who sends byte by byte gets so far. */
const limitMs = 60 * 60_000;
const lookMs = 20;

/**
 * Waits until nobody is connected any more, an hour at most. Each connection gets the answer to its next request, and is told with it
 * that this was the last. None is closed before the time that was promised for it (`Keep-Alive`): a request that is on its way would
 * cross with that, and break. What arrives or is taken goes on for as long as it moves, as without an upgrade.
 */
export async function drain(server: Server): Promise<void> {
  const startedMs = performance.now();
  while ((await connectionsOf(server)) > 0) {
    if (performance.now() - startedMs > limitMs) server.closeAllConnections();
    await wait(lookMs);
  }
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}
