import { Worker } from 'node:worker_threads';
import type { Duty } from './duty.js';
import type { FinalityStart } from './finality-thread.js';

/** Makes the last upgrade final when it is long ago, in a thread: what is to be removed may be large. */
export const finalityDuty: Duty = {
  everyMs: ({ settings }) => settings.hourMs,
  failure: 'the last upgrade could not be made final: tried again in an hour',
  run: ({ directory, ladder }) => {
    const workerData: FinalityStart = { data: directory.path, newest: ladder.newest };
    return new Promise((resolve, reject) => {
      new Worker(new URL('../duties/finality-thread.js', import.meta.url), { workerData })
        .once('error', reject)
        .once('exit', () => {
          resolve();
        });
    });
  },
};
