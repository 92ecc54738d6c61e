import { Worker } from 'node:worker_threads';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import type { ReplayMessage, ReplayStart } from './replay-thread.js';

/**
 * Replays the log of a running version into a new file, on a thread of low priority, until it is nearly level.
 * @throws OperatorError 65 for an event that can't be taken over, 73 when the disk is full
 */
export function replay(
  start: ReplayStart,
  progress: (position: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const worker = new Worker(new URL('../upgrade/replay-thread.js', import.meta.url), { workerData: start });
  const ended = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: ReplayMessage) => {
      switch (message.kind) {
        case 'progress':
          progress(message.position, message.total);
          return;
        case 'done':
          resolve();
          return;
        case 'bad-event':
          reject(new OperatorError(exitCodes.badData, message.message));
          return;
        case 'failed':
          reject(Object.assign(new Error(message.message), { code: message.code }));
          return;
        case 'disk-full':
          reject(
            new OperatorError(
              exitCodes.cannotCreate,
              `${start.file} does not fit on the disk: make room and try again`,
            ),
          );
      }
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(signal.aborted ? stopped() : new Error('the replay ended before it was done'));
    });
  });
  const stop = (): void => {
    void worker.terminate();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return ended.finally(async () => {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  });
}

export function stopped(): OperatorError {
  return new OperatorError(exitCodes.busy, 'stopped before it was done: nothing was changed');
}
