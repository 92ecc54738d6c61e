import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { LadderSource } from '../../ladder/open-ladder.js';
import type { ReportBroken } from '../../projections/content.js';
import { programDirectory } from '../../installation/program.js';
import { Refusal } from '../../refusal.js';
import type { Answer } from '../edge/problem.js';
import type { Question } from '../routing/read-route.js';
import type { FromReadThread, ReadThreadStart } from './read-thread.js';
import type { OpenedFiles } from './reader.js';
import type { Sendable } from '../edge/send.js';
import {
  Interrupted,
  type Asker,
  type DearReads,
  type ReadElsewhere,
  type ReadThreadCounts,
} from './dear-reads.js';
import { MemoryWatch } from './memory-watch.js';
import { WaitingLine } from '../../waiting-line.js';

interface Job {
  readonly question: Question;
  readonly asker: Asker;
  readonly answer: (read: ReadElsewhere) => void;
  readonly fail: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
  /** It has taken too much memory, and is being ended. */
  isGreedy: boolean;
}

/** One core is for all other reads. */
const threadsLimit = Math.max(1, Math.min(2, availableParallelism() - 1));
const mostWaiting = 64;
const mostWaitingOfOne = 8;
const mebibyte = 1024 * 1024;
/** What threads may take at their work, together. Two documents of 10 MB and the patch between them take 400 MB. */
const bytesLimit = 1536 * mebibyte;
/** Of one thread's heap: out of reach, as V8 does not always end the thread alone that gets there. */
const heapMb = 4096;

/**
 * Answers reads that would hold up all others, each in one turn of a thread with a connection of its own. Threads are
 * started when there is something to do, and stay. Of one token one read is answered at a time. A thread that dies takes
 * the read with it that it was at; the next one is started for the next read. So is it with all that are at work when they take
 * too much memory together: nobody knows whose it is.
 */
export class ReadThreads implements DearReads {
  private readonly line = new WaitingLine<Job>();
  private readonly threads = new Set<Thread>();
  private files: OpenedFiles | undefined;
  private answered = 0;
  private died = 0;
  private readonly watch = new MemoryWatch(bytesLimit, () => {
    this.endGreedy();
  });

  constructor(
    private readonly ladder: LadderSource,
    private readonly report: ReportBroken,
  ) {}

  get counts(): ReadThreadCounts {
    const { answered, died } = this;
    return { threads: this.threads.size, waiting: this.line.length, answered, died };
  }

  /** What is asked from now on is asked of this database. */
  open(files: OpenedFiles): void {
    this.files = files;
  }

  ask(question: Question, asker: Asker): Promise<ReadElsewhere> {
    const { line } = this;
    if (!this.files) return Promise.reject(new Refusal('shutting-down', 'the server shuts down: try again'));
    if (line.length >= mostWaiting) {
      return Promise.reject(
        new Refusal('too-many-requests', `${mostWaiting} large reads wait already: try again`),
      );
    }
    if (line.lengthOf(asker.token) >= mostWaitingOfOne) {
      return Promise.reject(
        new Refusal(
          'too-many-requests',
          `${mostWaitingOfOne} large reads of this token wait already: await some of their answers first`,
        ),
      );
    }
    return new Promise((answer, fail) => {
      line.add(asker.token, { question, asker, answer, fail });
      this.goOn();
    });
  }

  /** Nothing is read any more when this resolves, and no file is open; until `open`, nothing will be. */
  async close(): Promise<void> {
    this.files = undefined;
    await this.interrupt();
  }

  /** Ends what is at work, which then throws `Interrupted`, and frees the files. Never rejects. */
  async interrupt(): Promise<void> {
    const threads = [...this.threads];
    this.threads.clear();
    this.watch.end();
    const waiting = this.line.clear();
    const ended = threads.map(({ worker }) => worker.terminate());
    for (const job of [...threads.map((thread) => thread.job), ...waiting]) job?.fail(new Interrupted());
    await Promise.all(ended);
  }

  private goOn(): void {
    const isBusy = (token: string): boolean =>
      [...this.threads].some(({ job }) => job?.asker.token === token);
    for (;;) {
      const idle = [...this.threads].find(({ job, isGreedy }) => !job && !isGreedy);
      const job = !idle && this.threads.size >= threadsLimit ? undefined : this.line.next(isBusy);
      if (!job) break;
      if (!job.asker.isThere()) job.fail(new Refusal('too-many-requests', 'nobody waits for this read'));
      else this.give(idle ?? this.start(), job);
    }
    if (![...this.threads].some(({ job }) => job)) this.watch.end();
  }

  private give(thread: Thread, job: Job): void {
    thread.job = job;
    this.watch.begin();
    thread.worker.postMessage(job.question);
  }

  private start(): Thread {
    const { files, ladder } = this;
    if (!files) throw new Error('there is no database to read');
    const workerData: ReadThreadStart = { files, ladder };
    const worker = new Worker(new URL('http/large-reads/read-thread.js', programDirectory), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    const thread: Thread = { worker, job: undefined, isGreedy: false };
    let failure: unknown = new Error('a thread that reads ended');
    this.threads.add(thread);
    worker.on('message', (message: FromReadThread) => {
      this.heed(thread, message);
    });
    worker.once('error', (error) => {
      failure = error;
    });
    worker.once('exit', () => {
      if (!this.threads.delete(thread)) return; // it was told to
      this.died += 1;
      const isGreedy = thread.isGreedy || codeOf(failure) === 'ERR_WORKER_OUT_OF_MEMORY';
      thread.job?.fail(
        isGreedy ? tooGreedy() : new Error('a thread died while it answered a read', { cause: failure }),
      );
      this.goOn();
    });
    return thread;
  }

  private endGreedy(): void {
    this.watch.end();
    for (const thread of this.threads) {
      if (!thread.job) continue;
      thread.isGreedy = true;
      void thread.worker.terminate(); // never rejects; `exit` tells
    }
  }

  private heed(thread: Thread, message: FromReadThread): void {
    if (message.kind === 'report') {
      this.report(...message.report);
      return;
    }
    const { job } = thread;
    thread.job = undefined;
    this.answered += 1;
    switch (message.kind) {
      case 'read':
        job?.answer({ answer: sendable(message.answer, message.body), position: message.position });
        break;
      case 'refused': {
        const { code, message: sentence, details } = message.refusal;
        job?.fail(new Refusal(code, sentence, details));
        break;
      }
      case 'failed':
        job?.fail(new Error(message.failure));
    }
    this.goOn();
  }
}

function sendable({ status, headers }: Omit<Answer, 'body'>, body: Uint8Array): Sendable {
  return { status, headers, body };
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

function tooGreedy(): Refusal {
  return new Refusal(
    'too-many-requests',
    `large reads have taken more than ${bytesLimit / mebibyte} MiB of memory, and were ended: ask for less at once, or again in a second`,
    { limitBytes: bytesLimit },
  );
}
