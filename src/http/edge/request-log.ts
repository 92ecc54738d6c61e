import type { Logger } from 'pino';
import type { Watcher } from './watch-requests.js';

/** What takes longer than people wait for without wondering. */
const slowMs = 1_000;

/**
 * Writes a line for each request. Those that were slow, or had no token that counts, are warnings.
 */
export function requestLog(log: Logger): Watcher {
  return ({ ms, isStream, fault, ...request }) => {
    const line = { ...request, ...fault, ms: Math.round(ms * 10) / 10 };
    if (request.status === 401) log.warn(line, 'a token was refused');
    else if (ms > slowMs && !isStream) log.warn(line, 'a slow request');
    else log.info(line, 'a request');
  };
}
