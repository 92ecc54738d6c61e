import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../events/database.js';
import type { ChangeSet, Outcome } from './change-set.js';
import { executor } from './execute.js';

/** What the main thread sends: change sets with the number of the promise that waits for each. */
export interface Submission {
  readonly ticket: number;
  readonly changeSet: ChangeSet;
}

export interface Reply {
  readonly ticket: number;
  readonly outcome: Outcome;
}

export interface WriterThreadStart {
  readonly file: string;
  readonly epoch: number;
}

/**
 * The thread that holds the write connection. The driver blocks its thread while the disk syncs; here that stalls
 * no read, and whatever arrives meanwhile shares the next commit.
 */
function main(): void {
  if (!parentPort) throw new Error('this file is the body of a worker thread');
  const port = parentPort;
  const { file, epoch } = workerData as WriterThreadStart;
  const db = openDatabase(file);
  const execute = executor(db, epoch);

  port.on('message', (first: readonly Submission[] | 'close') => {
    const submissions: Submission[] = [];
    let message: readonly Submission[] | 'close' | undefined = first;
    let closing = false;
    while (message) {
      if (message === 'close') closing = true;
      else submissions.push(...message);
      message = receiveMessageOnPort(port)?.message as typeof message;
    }
    if (submissions.length > 0) port.postMessage(runBatch(execute, submissions));
    if (closing) {
      db.close();
      port.close();
    }
  });
}

function runBatch(execute: ReturnType<typeof executor>, submissions: readonly Submission[]): readonly Reply[] {
  try {
    const outcomes = execute(submissions.map(({ changeSet }) => changeSet));
    return submissions.map(({ ticket }, index) => ({ ticket, outcome: outcomes[index] as Outcome }));
  } catch (error) {
    const outcome = diskRefusal(error);
    if (!outcome) throw error;
    return submissions.map(({ ticket }) => ({ ticket, outcome }));
  }
}

/** A full disk refuses the batch and leaves the server able to read; anything else ends the thread and the process. */
function diskRefusal(error: unknown): Outcome | undefined {
  const code = (error as { code?: unknown }).code;
  if (code !== 'SQLITE_FULL') return undefined;
  return {
    kind: 'refused',
    position: 0,
    index: 0,
    refusal: { code: 'insufficient-storage', message: 'the disk is full: make room and try again', details: {} },
  };
}

main();
