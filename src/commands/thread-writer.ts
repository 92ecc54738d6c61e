import { Worker } from 'node:worker_threads';
import type { Outcome, Writer } from './change-set.js';
import type { ReportBroken } from '../projections/content.js';
import type { FromThread, Task, WriterThreadStart } from './writer-thread.js';

interface Waiting {
  readonly answer: (outcome: Outcome | undefined) => void;
  readonly fail: (error: unknown) => void;
}

type WithoutTicket = Task extends infer T ? (T extends Task ? Omit<T, 'ticket'> : never) : never;

/**
 * Writes on a thread of its own. Submissions of one turn travel together.
 * `report` is told of blocks that an answer could not show. `onDeath` is called if the thread ends by itself, which only a bug or a lost lease can cause: the process has to
 * go, because nobody can know what it still believes.
 */
export function threadWriter(
  start: WriterThreadStart,
  report: ReportBroken,
  onDeath: (error: Error) => void,
): Writer {
  const worker = new Worker(new URL('./writer-thread.js', import.meta.url), { workerData: start });
  const waiting = new Map<number, Waiting>();
  let nextTicket = 1;
  let outbox: Task[] = [];
  let dead: Error | undefined;
  let closing = false;

  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
      if (!closing) die(new Error('the writer thread ended'));
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
    if (message.kind === 'report') {
      report(...message.report);
      return;
    }
    for (const { ticket, outcome, failure } of message.replies) {
      if (failure === undefined) waiting.get(ticket)?.answer(outcome);
      else waiting.get(ticket)?.fail(new Error(failure));
      waiting.delete(ticket);
    }
  });

  const post = (): void => {
    if (outbox.length === 0) return;
    worker.postMessage(outbox);
    outbox = [];
  };

  const send = (task: WithoutTicket): Promise<Outcome | undefined> =>
    new Promise((answer, fail) => {
      if (dead) {
        fail(dead);
        return;
      }
      const ticket = nextTicket++;
      waiting.set(ticket, { answer, fail });
      if (outbox.length === 0) setImmediate(post);
      outbox.push({ ...task, ticket });
    });

  return {
    submit: async (changeSet) => {
      const outcome = await send({ kind: 'submit', changeSet });
      if (!outcome) throw new Error('the writer thread answered a change set without an outcome');
      return outcome;
    },
    swapProjections: async (swap) => {
      await send({ kind: 'swap', swap });
    },
    close: async () => {
      closing = true;
      post();
      worker.postMessage('close');
      await exited;
    },
  };
}
