import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { openDatabase, type Database } from '../events/database.js';
import { projectionsNamed, swapIn } from '../projections/rebuild.js';
import type { ChangeSet, Outcome, Swap } from './change-set.js';
import { executor } from './execute.js';

/** What the main thread sends, with the number of the promise that waits for it. */
export type Task =
  | { readonly kind: 'submit'; readonly ticket: number; readonly changeSet: ChangeSet }
  | { readonly kind: 'swap'; readonly ticket: number; readonly swap: Swap };

/** `outcome` is undefined for a swap. */
export interface Reply {
  readonly ticket: number;
  readonly outcome: Outcome | undefined;
  /** Why a swap did not happen. */
  readonly failure?: string;
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

  port.on('message', (first: Message) => {
    const tasks: Task[] = [];
    let closing = false;
    for (const message of [first, ...waitingOn(port)]) {
      if (message === 'close') closing = true;
      else tasks.push(...message);
    }
    const replies = runBatch(
      execute,
      tasks.filter((task) => task.kind === 'submit'),
    );
    for (const task of tasks) {
      if (task.kind === 'swap')
        replies.push({ ticket: task.ticket, outcome: undefined, ...runSwap(db, task.swap) });
    }
    port.postMessage(replies);
    if (closing) {
      db.close();
      port.close();
    }
  });
}

/** A swap that fails has changed nothing: the live tables are the old ones. */
function runSwap(db: Database, { file, projections, built }: Swap): { failure?: string } {
  try {
    swapIn(db, file, projectionsNamed(projections), built);
    return {};
  } catch (error) {
    return { failure: String(error) };
  }
}

type Message = readonly Task[] | 'close';

/** What else has arrived. */
function waitingOn(port: MessagePort): Message[] {
  const messages: Message[] = [];
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
    messages.push(next.message as Message);
  return messages;
}

type Submission = Extract<Task, { kind: 'submit' }>;

function runBatch(execute: ReturnType<typeof executor>, submissions: readonly Submission[]): Reply[] {
  if (submissions.length === 0) return [];
  try {
    const outcomes = execute(submissions.map(({ changeSet }) => changeSet));
    return submissions.map(({ ticket }, index) => ({ ticket, outcome: outcomes[index] }));
  } catch (error) {
    const outcome = diskRefusal(error);
    // The driver's errors lose their message on the way out of a thread.
    if (!outcome) throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
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
    refusal: {
      code: 'insufficient-storage',
      message: 'the disk is full: make room and try again',
      details: {},
    },
  };
}

main();
