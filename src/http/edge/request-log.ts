import type { Logger } from 'pino';
import type { Watcher } from './watch-requests.js';

/** What takes longer than people wait for without wondering. */
const slowMs = 1_000;

/**
 * Writes a line for each request. Those that were slow, or had no token that counts, are warnings.
 */
export function requestLog(log: Logger): Watcher {
  return (request) => {
    const { method, route, status, bytes, who, visitor, position, address, requestId, traceparent } = request;
    const ms = Math.round(request.ms * 10) / 10;
    // Member by member: to spread the request into it takes as long as all else that a line takes.
    const line = {
      method,
      route,
      status,
      bytes,
      who,
      visitor,
      position,
      address,
      requestId,
      traceparent,
      ...request.fault,
      ms,
    };
    if (status === 401) log.warn(line, 'a token was refused');
    else if (ms > slowMs && !request.isStream) log.warn(line, 'a slow request');
    else log.info(line, 'a request');
  };
}
