import { Worker } from 'node:worker_threads';
import type { Loss } from '../log/file-watch.js';
import type { Seal } from '../log/hand-over.js';
import type { WalFiles } from '../log/wal-fit.js';
import type { LadderSource } from '../ladder/open-ladder.js';
import type { ReportBroken } from '../projections/content.js';
import { Refusal } from '../refusal.js';
import type { Writer } from '../commands/change-set.js';
import type { Commit } from './one-transaction.js';
import type { FromThread, Reply, Task, WriterThreadStart } from './writer-thread.js';

/** The disk has failed at writing: what was told up to `position` is on it, and nobody knows what else. */
export class WriterFailed extends Error {
  override readonly name = 'WriterFailed';

  constructor(
    why: string,
    readonly position: number,
  ) {
    super(
      `the disk failed at writing (${why}): everything up to position ${position} was acknowledged, what came after may be there or not; look after the disk, then start again`,
    );
  }
}

/** A writer whose log may come late, and go. */
export interface HandOverWriter extends Writer {
  /** Resolves when the writer could work without delay. */
  wake(): Promise<void>;
  /** `epoch`: under which this process is in charge. */
  open(files: WalFiles, epoch: number): Promise<void>;
  /** Everything submitted before is committed, and nothing after: the log is read-only. */
  seal(): Promise<Seal>;
  /** Answers the new epoch; nothing when another process has shut this one out. */
  resume(): Promise<number | undefined>;
  /** Closes the database; `open` may follow. */
  letGo(): Promise<void>;
}

interface Waiting {
  readonly answer: (reply: Reply) => void;
  readonly fail: (error: unknown) => void;
}

type WithoutTicket = Task extends infer T ? (T extends Task ? Omit<T, 'ticket'> : never) : never;

/**
 * Writes on a thread of its own. Submissions of one turn travel together. The thread opens the ladder itself.
 * `report` is told of blocks that an answer could not show, `onLoss` of what became of the files. `onDeath` is called if the
 * thread ends by itself, which only a bug, a lost lease or a failing disk can cause: the process has to go, because nobody
 * can know what it still believes. `onCommit` hears of each commit.
 */
export function threadWriter(
  ladder: LadderSource,
  report: ReportBroken,
  onLoss: (loss: Loss | undefined) => void,
  onDeath: (error: Error) => void,
  onCommit: (commit: Commit) => void,
): HandOverWriter {
  const workerData: WriterThreadStart = { ladder };
  const worker = new Worker(new URL('../writer/writer-thread.js', import.meta.url), { workerData });
  const waiting = new Map<number, Waiting>();
  let nextTicket = 1;
  let outbox: Task[] = [];
  let dead: Error | undefined;
  let closing = false;

  const ended = (): Error => new Error('the writer thread ended');
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
      if (!closing) die(ended());
      for (const { fail } of waiting.values()) fail(ended());
    });
  });
  const die = (error: Error): void => {
    if (dead) return;
    dead = error;
    for (const { fail } of waiting.values()) fail(error);
    waiting.clear();
    onDeath(error);
  };
  worker.on('error', (error) => {
    die(error instanceof Error ? error : new Error(String(error)));
  });
  worker.on('message', (message: FromThread) => {
    switch (message.kind) {
      case 'report':
        report(...message.report);
        return;
      case 'lost':
        onLoss(message.loss);
        return;
      case 'disk-failed':
        die(new WriterFailed(message.message, message.position));
        return;
      case 'replies':
        for (const reply of message.replies) settle(reply);
        for (const commit of message.commits) onCommit(commit);
    }
  });
  const settle = (reply: Reply): void => {
    const { ticket, failure, refusal } = reply;
    if (failure === undefined) waiting.get(ticket)?.answer(reply);
    else {
      const error = refusal
        ? new Refusal(refusal.code, refusal.message, refusal.details)
        : new Error(failure);
      waiting.get(ticket)?.fail(error);
    }
    waiting.delete(ticket);
  };

  const post = (): void => {
    if (outbox.length === 0) return;
    worker.postMessage(outbox);
    outbox = [];
  };

  const send = (task: WithoutTicket): Promise<Reply> =>
    new Promise((answer, fail) => {
      if (dead || closing) {
        fail(dead ?? ended());
        return;
      }
      const ticket = nextTicket++;
      waiting.set(ticket, { answer, fail });
      if (outbox.length === 0) setImmediate(post);
      outbox.push({ ticket, ...task });
    });

  return {
    submit: async (changeSet) => {
      const { outcome } = await send({ kind: 'submit', changeSet });
      if (!outcome) throw new Error('the writer thread answered a change set without an outcome');
      return outcome;
    },
    swapProjections: async (swap) => {
      await send({ kind: 'swap', swap });
    },
    wake: async () => {
      await send({ kind: 'wake' });
    },
    open: async (files, epoch) => {
      await send({ kind: 'open', files, epoch });
    },
    seal: async () => (await send({ kind: 'seal' })).answer as Seal,
    resume: async () => (await send({ kind: 'resume' })).answer as number | undefined,
    letGo: async () => {
      await send({ kind: 'let-go' });
    },
    close: async () => {
      closing = true;
      post();
      worker.postMessage('close');
      await exited;
    },
  };
}
