import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { isNoRoom, openDatabase, type Database } from '../events/database.js';
import { resume, seal } from '../events/hand-over.js';
import { openLadderFrom, type LadderSource } from '../ladder/open-ladder.js';
import type { ReportBroken } from '../projections/content.js';
import { projectionsOf } from '../projections/index.js';
import { projectionsNamed, swapIn } from '../projections/rebuild.js';
import type { Ladder } from '../schema/ladder.js';
import type { ChangeSet, Outcome, Swap } from './change-set.js';
import { executor, type Execute } from './execute.js';

/** What the main thread sends, with the number of the promise that waits for it. */
export type Task =
  | { readonly kind: 'submit'; readonly ticket: number; readonly changeSet: ChangeSet }
  | { readonly kind: 'swap'; readonly ticket: number; readonly swap: Swap }
  /** Answers when the thread has loaded its program. */
  | { readonly kind: 'wake'; readonly ticket: number }
  | { readonly kind: 'open'; readonly ticket: number; readonly file: string; readonly epoch: number }
  /** Read-only mode. Answers a `Seal`. */
  | { readonly kind: 'seal'; readonly ticket: number }
  /** Ends it. Answers the new epoch, or nothing when this process is fenced. */
  | { readonly kind: 'resume'; readonly ticket: number }
  | { readonly kind: 'let-go'; readonly ticket: number };

/** `outcome`: of a change set. `answer`: of anything else. */
export interface Reply {
  readonly ticket: number;
  readonly outcome?: Outcome | undefined;
  readonly answer?: unknown;
  /** Why it did not happen. */
  readonly failure?: string;
}

/** A block that an answer could not show; the main thread keeps the log file. */
export type Report = Parameters<ReportBroken>;

/** What the thread sends. */
export type FromThread =
  | { readonly kind: 'replies'; readonly replies: readonly Reply[] }
  | { readonly kind: 'report'; readonly report: Report };

export interface WriterThreadStart {
  readonly ladder: LadderSource;
}

/** The log, while it is this process's to write. */
interface Open {
  readonly db: Database;
  readonly epoch: number;
  readonly execute: Execute;
}

/**
 * The thread that holds the write connection. The driver blocks its thread while the disk syncs; here that stalls
 * no read, and whatever arrives meanwhile shares the next commit.
 */
async function main(): Promise<void> {
  if (!parentPort) throw new Error('this file is the body of a worker thread');
  const port = parentPort;
  const { ladder } = workerData as WriterThreadStart;
  const post = (message: FromThread): void => {
    port.postMessage(message);
  };
  const performOn = performer(await openLadderFrom(ladder), (...report) => {
    post({ kind: 'report', report });
  });
  let open: Open | undefined;

  const perform = (task: Exclude<Task, Submission>): Reply => {
    const { ticket } = task;
    try {
      const { answer, next } = performOn(open, task);
      open = next;
      return { ticket, answer };
    } catch (error) {
      return { ticket, failure: String(error) };
    }
  };

  port.on('message', (first: Message) => {
    const tasks: Task[] = [];
    let closing = false;
    for (const message of [first, ...waitingOn(port)]) {
      if (message === 'close') closing = true;
      else tasks.push(...message);
    }
    const replies: Reply[] = [];
    let batch: Submission[] = [];
    const run = (): void => {
      replies.push(...runBatch(open, batch));
      batch = [];
    };
    // In the order in which they came: what is submitted behind an `open` is for the log that it opens.
    for (const task of tasks) {
      if (task.kind === 'submit') {
        batch.push(task);
      } else {
        run();
        replies.push(perform(task));
      }
    }
    run();
    post({ kind: 'replies', replies });
    if (closing) {
      open?.db.close();
      port.close();
    }
  });
}

interface Performed {
  readonly answer?: unknown;
  /** What becomes of the log. */
  readonly next: Open | undefined;
}

/** Does what the main thread asks for. One that fails has changed nothing. */
function performer(ladder: Ladder, report: ReportBroken) {
  const projections = projectionsOf(ladder);
  const opened = (db: Database, epoch: number): Open => ({
    db,
    epoch,
    execute: executor(db, epoch, ladder, report),
  });
  return (open: Open | undefined, task: Exclude<Task, Submission>): Performed => {
    if (task.kind === 'wake') return { next: open };
    if (task.kind === 'open') return { next: opened(openDatabase(task.file), task.epoch) };
    const { db, epoch } = inCharge(open);
    switch (task.kind) {
      case 'swap':
        swapIn(db, task.swap.file, projectionsNamed(projections, task.swap.projections), task.swap.built);
        return { next: opened(db, epoch) }; // what the old one remembers may have been wrong
      case 'seal':
        return { answer: seal(db, epoch), next: open };
      case 'resume': {
        const next = resume(db, epoch);
        return next === undefined ? { next: open } : { answer: next, next: opened(db, next) };
      }
      case 'let-go':
        db.close();
        return { next: undefined };
    }
  };
}

function inCharge(open: Open | undefined): Open {
  if (!open) throw new Error('the log is not open here');
  return open;
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

function runBatch(open: Open | undefined, submissions: readonly Submission[]): Reply[] {
  if (submissions.length === 0) return [];
  try {
    const outcomes = inCharge(open).execute(submissions.map(({ changeSet }) => changeSet));
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
  if (!isNoRoom(error)) return undefined;
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
