import type { Server } from 'node:http';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';

const idleMs = 5_000;
const limitMs = 60_000;
/** A file that arrives is passed on when all of it is here: to cut it off is to have its client send it again from the beginning. */
const uploadLimitMs = 60 * 60_000;
const lookMs = 20;

/**
 * Waits until nobody is connected any more. Each connection gets the answer to its next request and is told to close;
 * to close it while it is idle could cross with a request, so only those that stay idle are. The others have a minute, and an
 * hour while files arrive.
 */
export async function drain(server: Server, areFilesArriving: () => boolean): Promise<void> {
  const startedMs = performance.now();
  while ((await connectionsOf(server)) > 0) {
    const passedMs = performance.now() - startedMs;
    await turn(); // what has come in meanwhile is read first, on a busy machine too: its connection is not idle
    if (passedMs > idleMs) server.closeIdleConnections();
    if (passedMs > (areFilesArriving() ? uploadLimitMs : limitMs)) server.closeAllConnections();
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
