import { pino, type Logger } from 'pino';
import type { Settings } from './settings.js';

/** As much as may wait for whoever reads standard error, in bytes: what comes beyond that is dropped. */
const waitingLimitBytes = 4 * 1024 * 1024;

/**
 * The log of a server, as JSON lines on standard error. What it says is written behind the back of requests, and at the end all
 * of it; a reader that stands still, or a disk that is full, costs lines and holds up nothing but the end of the process.
 */
export function operatorLog({ logLevel }: Pick<Settings, 'logLevel'>): Logger {
  const destination = pino.destination({ dest: 2, sync: false, maxLength: waitingLimitBytes });
  // There is nowhere to say that nothing can be said; it is tried again with the next line.
  destination.on('error', () => undefined);
  return pino({ level: logLevel }, destination);
}
