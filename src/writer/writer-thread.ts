import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { codeOf, openDatabase, type Database } from '../log/database.js';
import { copyIntoFile, isNoted, noteFile } from '../log/file-note.js';
import { FileWatch, type Loss } from '../log/file-watch.js';
import { resume, seal } from '../log/hand-over.js';
import type { WalFiles } from '../log/wal-fit.js';
import { openLadderFrom, type LadderSource } from '../ladder/open-ladder.js';
import type { ReportBroken } from '../projections/content.js';
import { projectionsOf } from '../projections/index.js';
import { fingerprint, type Projection } from '../projections/projection.js';
import { swapIn } from '../projections/replay/rebuild.js';
import { Refusal, refusalFacts, type RefusalFacts } from '../refusal.js';
import type { Ladder } from '../schema/ladder.js';
import type { ChangeSet, Outcome, Swap } from '../commands/change-set.js';
import { executor } from './execute.js';
import type { Commit } from './one-transaction.js';
import { DiskFailed, runBatch, type Storage } from './run-batch.js';
import { lossRefusal, storageRefusal } from '../log/storage-refusal.js';

/** What the main thread sends, with the number of the promise that waits for it. */
export type Task =
  | { readonly kind: 'submit'; readonly ticket: number; readonly changeSet: ChangeSet }
  | { readonly kind: 'swap'; readonly ticket: number; readonly swap: Swap }
  /** Answers when the thread has loaded its program. */
  | { readonly kind: 'wake'; readonly ticket: number }
  | { readonly kind: 'open'; readonly ticket: number; readonly files: WalFiles; readonly epoch: number }
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
  /** The same, where it is the storage's fault. */
  readonly refusal?: RefusalFacts;
}

/** A block that an answer could not show; the main thread keeps the log file. */
export type Report = Parameters<ReportBroken>;

/** What the thread sends. */
export type FromThread =
  | { readonly kind: 'replies'; readonly replies: readonly Reply[]; readonly commits: readonly Commit[] }
  | { readonly kind: 'report'; readonly report: Report }
  /** What became of the files; nothing when all is well again. */
  | { readonly kind: 'lost'; readonly loss: Loss | undefined }
  /** The process has to end. `position`: up to where everything is acknowledged. */
  | { readonly kind: 'disk-failed'; readonly message: string; readonly position: number };

export interface WriterThreadStart {
  readonly ladder: LadderSource;
}

/** The log, while it is this process's to write. */
interface Open extends Storage {
  readonly db: Database;
  readonly epoch: number;
}

/** How often the files are looked at while nobody writes. */
const lookEveryMs = 1_000;

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
  let commits: Commit[] = [];
  const performOn = performer(
    await openLadderFrom(ladder),
    (...report) => {
      post({ kind: 'report', report });
    },
    (commit) => {
      commits.push(commit);
    },
  );
  const reply = (replies: readonly Reply[]): void => {
    post({ kind: 'replies', replies, commits });
    commits = [];
  };
  let open: Open | undefined;
  let loss: Loss | undefined;
  let acknowledged = 0;

  const tell = (found: Loss | undefined): void => {
    if (found?.message === loss?.message) return;
    loss = found;
    post({ kind: 'lost', loss });
  };

  const perform = (task: Exclude<Task, Submission>): Reply => {
    const { ticket } = task;
    try {
      const { answer, next } = performOn(open, task);
      open = next;
      return { ticket, answer };
    } catch (error) {
      const refusal = error instanceof Refusal ? error : storageRefusal(error);
      return { ticket, failure: String(error), ...(refusal && { refusal: refusalFacts(refusal) }) };
    }
  };

  const submit = (batch: readonly Submission[]): readonly Reply[] => {
    if (batch.length === 0) return [];
    const outcomes = runBatch(
      inCharge(open),
      batch.map(({ changeSet }) => changeSet),
    );
    for (const outcome of outcomes) {
      if (outcome.kind === 'accepted') acknowledged = Math.max(acknowledged, outcome.position);
    }
    return batch.map(({ ticket }, index) => ({ ticket, outcome: outcomes[index] }));
  };

  /** Says and notes what the last look at the files has found. */
  const heedWatch = (): void => {
    if (!open) return;
    const { db, epoch, watch } = open;
    tell(watch.found);
    if (!loss && watch.isJustCopied()) noteFile(db, epoch);
  };

  const looking = setInterval(() => {
    orTellLater(() => {
      if (open && !loss && !isNoted(open.db, open.epoch)) copyIntoFile(open.db);
      open?.watch.look();
      heedWatch();
    });
  }, lookEveryMs);

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
      replies.push(...submit(batch));
      batch = [];
    };
    try {
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
    } catch (error) {
      if (!(error instanceof DiskFailed)) throw inWords(error);
      reply(replies);
      post({ kind: 'disk-failed', message: error.message, position: acknowledged });
      return;
    }
    orTellLater(heedWatch); // a batch is looked at when it is executed
    reply(replies);
    if (closing) {
      clearInterval(looking);
      open?.db.close();
      port.close();
    }
  });
}

/** Nobody asked for this: where the storage fails, whoever writes next is told. */
function orTellLater(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (codeOf(error) === '') throw error;
  }
}

/** The driver's errors lose their message on the way out of a thread. */
function inWords(error: unknown): Error {
  return new Error(error instanceof Error ? error.message : String(error), { cause: error });
}

interface Performed {
  readonly answer?: unknown;
  /** What becomes of the log. */
  readonly next: Open | undefined;
}

/** Does what the main thread asks for. One that fails has changed nothing. */
function performer(ladder: Ladder, report: ReportBroken, onCommit: (commit: Commit) => void) {
  const projections = projectionsOf(ladder);
  const opened = (files: WalFiles, db: Database, epoch: number, watch: FileWatch): Open => ({
    files,
    db,
    epoch,
    watch,
    execute: executor(db, epoch, ladder, report, onCommit),
  });
  return (open: Open | undefined, task: Exclude<Task, Submission>): Performed => {
    if (task.kind === 'wake') return { next: open };
    if (task.kind === 'open') {
      const db = openDatabase(task.files.database);
      return { next: opened(task.files, db, task.epoch, new FileWatch(db, task.files)) };
    }
    const { files, db, epoch, watch } = inCharge(open);
    const lost = task.kind === 'swap' || task.kind === 'seal' ? watch.look() : undefined;
    if (lost) throw lossRefusal(lost);
    switch (task.kind) {
      case 'swap':
        swapIn(db, task.swap.file, ofOurMake(projections, task.swap.projections), task.swap.built);
        return { next: opened(files, db, epoch, watch) }; // what the old one remembers may have been wrong
      case 'seal':
        return { answer: seal(db, epoch), next: open };
      case 'resume': {
        const next = resume(db, epoch);
        return next === undefined ? { next: open } : { answer: next, next: opened(files, db, next, watch) };
      }
      case 'let-go':
        db.close();
        return { next: undefined };
    }
  };
}

/** @throws Refusal `log-too-new` for those that this program would have built otherwise */
function ofOurMake(ours: readonly Projection[], built: Swap['projections']): readonly Projection[] {
  return built.map((theirs) => {
    const found = ours.find(({ name }) => name === theirs.name);
    if (found && fingerprint(found) === theirs.fingerprint) return found;
    throw new Refusal(
      'log-too-new',
      `the version that serves makes projection ${theirs.name} otherwise: run the \`palimpsest rebuild\` of that version`,
    );
  });
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

await main();
