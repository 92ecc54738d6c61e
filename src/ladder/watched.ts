import { Worker, isMainThread } from 'node:worker_threads';

const tickMs = 100;
/** Files are read in milliseconds. Ticks are counted, and not time, so that whoever was frozen meanwhile has some left. */
const patienceTicks = 100;

/**
 * Runs on a thread of its own, as the main one may never come back to its event loop: ends what that does, by the debugger of
 * Node, and the process with it.
 */
const watcher = `
const { Session } = require('node:inspector');
const { workerData: { beats, ticks, every, exitCode } } = require('node:worker_threads');
let seen = 0;
let left = ticks;
const ticking = setInterval(() => {
  const beat = Atomics.load(beats, 0);
  if (beat !== seen) left = ticks;
  seen = beat;
  if (left-- > 0) return;
  clearInterval(ticking);
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution');
  // Where something else is still waited for: not at once, or neither happens.
  const expression = 'setImmediate(() => process.exit(' + exitCode + '))';
  setTimeout(() => session.post('Runtime.evaluate', { expression }, () => session.disconnect()), 5 * every);
}, every);
`;

/**
 * Loads what others have written, which may never come to an end: then the process does, with that exit code. On any other
 * thread than the main one, whoever has started it has to watch.
 * @param load is handed what it has to call before each file
 */
export async function watched<T>(exitCode: number, load: (beat: () => void) => Promise<T>): Promise<T> {
  if (!isMainThread) return load(() => undefined);
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData = { beats, ticks: patienceTicks, every: tickMs, exitCode };
  const thread = new Worker(watcher, { eval: true, workerData });
  thread.unref();
  try {
    return await load(() => {
      Atomics.add(beats, 0, 1);
    });
  } finally {
    await thread.terminate();
  }
}
