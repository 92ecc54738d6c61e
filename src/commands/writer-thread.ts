import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { openDatabase, type Database } from '../events/database.js';
import { openLadder } from '../ladder/open-ladder.js';
import type { ReportBroken } from '../projections/content.js';
import { projectionsOf } from '../projections/index.js';
import type { Projection } from '../projections/projection.js';
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

/** A block that an answer could not show; the main thread keeps the log file. */
export type Report = Parameters<ReportBroken>;

/** What the thread sends. */
export type FromThread =
  | { readonly kind: 'replies'; readonly replies: readonly Reply[] }
  | { readonly kind: 'report'; readonly report: Report };

export interface WriterThreadStart {
  readonly file: string;
  readonly epoch: number;
  /** The directory of the ladder's rungs; absent: those that came with this program. */
  readonly migrations?: string;
}

/**
 * The thread that holds the write connection. The driver blocks its thread while the disk syncs; here that stalls
 * no read, and whatever arrives meanwhile shares the next commit.
 */
async function main(): Promise<void> {
  if (!parentPort) throw new Error('this file is the body of a worker thread');
  const port = parentPort;
  const { file, epoch, migrations } = workerData as WriterThreadStart;
  const ladder = await openLadder(migrations);
  const projections = projectionsOf(ladder);
  const db = openDatabase(file);
  const post = (message: FromThread): void => {
    port.postMessage(message);
  };
  const execute = executor(db, epoch, ladder, (...report) => {
    post({ kind: 'report', report });
  });

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
        replies.push({ ticket: task.ticket, outcome: undefined, ...runSwap(db, projections, task.swap) });
    }
    post({ kind: 'replies', replies });
    if (closing) {
      db.close();
      port.close();
    }
  });
}

/** A swap that fails has changed nothing: the live tables are the old ones. */
function runSwap(db: Database, all: readonly Projection[], swap: Swap): { failure?: string } {
  try {
    swapIn(db, swap.file, projectionsNamed(all, swap.projections), swap.built);
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

await main();
