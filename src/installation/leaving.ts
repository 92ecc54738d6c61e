import { constants } from 'node:os';

/** What asks a process to leave. */
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type Signal = (typeof signals)[number];

const listeners = new Set<() => void>();
const cleanups = new Set<() => void>();
let isHearing = false;

/**
 * For the first line of the program. The kernel ends a process that has no handler for a signal, at once and in the
 * middle of everything, which is what is wanted; but not process 1, so that one hears from here on.
 */
export function hearIfFirstProcess(): void {
  if (process.pid === 1) hear();
}

/** For a process that is nothing without the one at the other end of its channel: that one's end is as a signal. */
export function leaveWithSupervisor(): void {
  process.once('disconnect', () => {
    heard('SIGTERM');
  });
  // To listen is no reason to stay.
  process.channel?.unref();
  if (!process.connected) heard('SIGTERM');
}

/** From here on `listener` is told of every signal, and has to see to the end itself. */
export function onAskedToLeave(listener: () => void): void {
  listeners.add(listener);
  hear();
}

/** Has `cleanUp` called on the way out, whether by a signal or by itself, until the function that is answered is called. */
export function beforeLeaving(cleanUp: () => void): () => void {
  if (cleanups.size === 0) process.once('exit', cleanUpAll);
  cleanups.add(cleanUp);
  hear();
  return () => {
    cleanups.delete(cleanUp);
  };
}

/** Never ends: a signal that has arrived and isn't heard yet would be lost. */
function hear(): void {
  if (isHearing) return;
  isHearing = true;
  for (const signal of signals) {
    process.on(signal, () => {
      heard(signal);
    });
  }
}

function heard(signal: Signal): void {
  if (listeners.size === 0) leave(signal);
  for (const listener of listeners) listener();
}

/** Dies of the signal, so that whoever waits for this process is told the truth. */
function leave(signal: Signal): never {
  cleanUpAll();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  process.exit(128 + constants.signals[signal]); // process 1 does not die of signals of its own
}

function cleanUpAll(): void {
  for (const cleanUp of cleanups) cleanUp();
  cleanups.clear();
}
