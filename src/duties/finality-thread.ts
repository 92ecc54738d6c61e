import { workerData } from 'node:worker_threads';
import { dataDirectory } from '../installation/data-directory.js';
import { finalizeInTime } from './finality.js';

/** What the thread is started with. */
export interface FinalityStart {
  /** The data directory. */
  readonly data: string;
  /** The newest schema version of the program's ladder. */
  readonly newest: number;
}

/** What an upgrade has left behind may be large: those who read don't wait until it is removed. */
const { data, newest } = workerData as FinalityStart;
try {
  finalizeInTime(dataDirectory(data), { newest }, new Date());
} catch (error) {
  // The driver's errors lose their message on the way out of a thread.
  throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
}
