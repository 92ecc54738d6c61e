import { Worker } from 'node:worker_threads';
import { OperatorError, exitCodes } from '../../installation/operator-error.js';
import { programDirectory } from '../../installation/program.js';
import type { CheckStart, FromThread } from './check-tasks.js';

/**
 * Rungs are fast: one example that takes longer than this never ends. It is processor time of the process, which a busy
 * machine does not change: all of it is the thread's, as the main one waits.
 */
const patienceMs = 5_000;
/** Starting a thread and loading the ladder. */
const startPatienceMs = 30_000;
/** By the clock: for what takes no processor time, such as a rung that waits for something. */
const longestMs = 5 * 60_000;
const lookEveryMs = 100;

/** How a checking thread ended: by itself, or because nothing moved any more. */
export type Ending = 'done' | 'stalled';

/**
 * Runs a checking thread, and stops it when it makes no progress.
 * @throws OperatorError when it can't do its work: a ladder that can't be loaded, a database that is none
 */
export async function watchThread(
  start: Omit<CheckStart, 'pulse'>,
  onMessage: (message: FromThread) => void,
  signal: AbortSignal,
): Promise<Ending> {
  const pulse = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const beats = new Int32Array(pulse);
  const worker = new Worker(new URL('cli/migrations/check-thread.js', programDirectory), {
    workerData: { ...start, pulse },
  });
  let lastBeat = 0;
  let isStopped = false;
  let quietSince = moment();
  const look = setInterval(() => {
    const beat = Atomics.load(beats, 0);
    if (beat !== lastBeat) {
      lastBeat = beat;
      quietSince = moment();
    }
    const now = moment();
    const isOver =
      now.spentMs - quietSince.spentMs > (beat === 0 ? startPatienceMs : patienceMs) ||
      now.clockMs - quietSince.clockMs > longestMs;
    if (signal.aborted || isOver) {
      isStopped = true;
      void worker.terminate();
    }
  }, lookEveryMs);
  try {
    return await new Promise<Ending>((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'failed') reject(failure(message));
        else if (message.kind === 'done') resolve('done');
        else onMessage(message);
      });
      worker.once('error', reject);
      worker.once('exit', () => {
        if (signal.aborted)
          reject(new OperatorError(exitCodes.busy, 'stopped before the end: nothing is proved'));
        else if (Atomics.load(beats, 0) === 0) reject(notLoaded(Atomics.load(beats, 1), isStopped));
        else resolve('stalled');
      });
    });
  } finally {
    clearInterval(look);
    await worker.terminate();
  }
}

/** By the clock, and by the processor time that this process has had. */
function moment(): { readonly clockMs: number; readonly spentMs: number } {
  const { user, system } = process.cpuUsage();
  return { clockMs: performance.now(), spentMs: (user + system) / 1000 };
}

function notLoaded(rung: number, isStopped: boolean): OperatorError {
  const which = `rung ${rung} (${String(rung).padStart(4, '0')}-…)`;
  const what = isStopped
    ? 'does not come to an end when it is loaded'
    : 'ends the program when it is loaded, or does not come to an end';
  return new OperatorError(exitCodes.wrongVersion, `${which} ${what}: a rung only declares what changes`);
}

function failure({ exitCode, message }: Extract<FromThread, { readonly kind: 'failed' }>): Error {
  return exitCode === null ? new Error(message) : new OperatorError(exitCode, message);
}
