import type { Duplex } from 'node:stream';
import { exitCodes } from '../installation/operator-error.js';
import { forEver, peerOn, type FromNew } from './peer.js';
import type { ProgramFile } from '../installation/program.js';
import { stopped } from './replay.js';

/** What the operator's command line asks the running version for. */
interface StartRequest {
  readonly kind: 'start';
  readonly program: ProgramFile;
  readonly args: readonly string[];
}

/** What the operator's command line asks for. */
export type FromOperator =
  | StartRequest
  /** Ctrl-C: if the new version can still be stopped, it is. */
  | { readonly kind: 'stop' };

/** What it is told: that the new version was started, and then what became of it. */
export type StartAnswer =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'live'; readonly pid: number; readonly windowMs: number }
  | { readonly kind: 'failed'; readonly exitCode: number; readonly message: string };

type Told = Extract<FromNew, { kind: 'live' | 'failed' }>;

/** Whoever starts new versions, and hears what becomes of them. */
export interface StartedBy {
  /** Starts a program that inherits the listening socket; `ended` resolves with its exit code, or null when it was killed. */
  start(
    program: ProgramFile,
    args: readonly string[],
  ): Promise<{ pid: number; ended: Promise<number | null> }>;
  /** What a new version has said of itself. */
  told(pid: number, what: Told): void;
  onTold(listener: (pid: number, what: Told) => void): () => void;
}

/**
 * Starts the program that the operator asks for, and tells them what became of it. `mayStop`: whether the log is still with this
 * version, so that a new one that ends leaves nobody without one that serves.
 */
export function startSuccessor(
  socket: Duplex,
  head: Buffer,
  startedBy: StartedBy,
  mayStop: () => boolean,
): void {
  const operator = peerOn<StartAnswer, FromOperator>(socket, head);
  const answer = async (): Promise<StartAnswer> => {
    const asked = await operator.next(5_000);
    if (asked.kind !== 'start') throw new Error(`asked to ${asked.kind} before anything was started`);
    const { pid, ended } = await startedBy.start(asked.program, asked.args);
    operator.send({ kind: 'started', pid });
    let isStopped = false;
    operator.next(forEver).then(
      () => {
        isStopped = mayStop() && endIfAlive(pid);
      },
      () => undefined, // the operator has left: it goes on
    );
    return new Promise((resolve) => {
      const off = startedBy.onTold((teller, what) => {
        if (teller !== pid) return;
        off();
        resolve(what.kind === 'live' ? { kind: 'live', pid, windowMs: what.windowMs } : what);
      });
      void ended.then((exitCode) => {
        // What it said with its last breath may still be on its way.
        setTimeout(() => {
          off();
          resolve({ kind: 'failed', ...(isStopped ? wasStopped() : endedWith(exitCode)) });
        }, 200);
      });
    });
  };
  answer().then(
    (told) => {
      operator.send(told);
      operator.end();
    },
    (error: unknown) => {
      operator.send({
        kind: 'failed',
        exitCode: exitCodes.unavailable,
        message: error instanceof Error ? error.message : String(error),
      });
      operator.end();
    },
  );
}

function endIfAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 'SIGTERM');
  } catch {
    return false; // it has ended already
  }
}

function wasStopped(): { exitCode: number; message: string } {
  const { exitCode, message } = stopped();
  return { exitCode, message };
}

/** A kill is nobody's bug: the system kills for want of memory, too. */
function endedWith(exitCode: number | null): { exitCode: number; message: string } {
  if (exitCode === null) {
    const message = "the new version was killed: the system's log says whether it was for want of memory";
    return { exitCode: exitCodes.unavailable, message };
  }
  return { exitCode, message: `the new version ended with ${exitCode}: the log of the running one says why` };
}
