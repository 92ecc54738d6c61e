import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../../refusal.js';
import { WaitingLine } from '../../waiting-line.js';
import {
  decoderLimits,
  type DecoderJob,
  type DecoderLimits,
  type Fault,
  type Outcome,
  type Word,
} from './decoder-job.js';

export interface DecoderOptions {
  /** The decoding process, by its file. */
  readonly program?: string;
  readonly limits?: DecoderLimits;
  /** How long the process is kept without work. */
  readonly idleMs?: number;
  /** Takes a sentence for the operator. */
  readonly warn: (sentence: string) => void;
}

/** How many jobs wait at most, of all and of one who asks. */
const waitingLimits = { all: 64, one: 32 };

/** The process is ready in a fraction of a second; on a machine that is busy, later. */
const startMs = 60_000;

const defaultProgram = new URL('../files/pictures/decoding-process.js', import.meta.url);

/** All that it gets of our environment is nothing: what a picture may get hold of is not there. */
const environment = {
  VIPS_BLOCK_UNTRUSTED: '1',
  VIPS_CONCURRENCY: '1',
  // Pictures stay in memory, which is bounded, and fill no disk.
  VIPS_DISC_THRESHOLD: '64g',
  UV_THREADPOOL_SIZE: '1',
  MALLOC_ARENA_MAX: '2',
};

interface Waiting {
  readonly job: DecoderJob;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (refusal: Refusal) => void;
  readonly signal: AbortSignal | undefined;
  hasFailed: boolean;
}

/**
 * A process that decodes pictures, one at a time: it is started for the first, kept while there are more, and ended in any state
 * without harm. Who asks for much waits for those who ask for little.
 */
export class Decoder {
  private readonly line = new WaitingLine<Waiting>();
  private current: Waiting | undefined;
  private child: ChildProcess | undefined;
  private isReady = false;
  private isClosed = false;
  private absent: string | undefined;
  private clock: NodeJS.Timeout | undefined;

  constructor(private readonly options: DecoderOptions) {}

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * @param who gets its turn in rotation with others
   * @param signal once it is aborted, nothing is begun any more, and nobody need hear of it
   * @throws Refusal `variants-busy`, `variants-unavailable`, `shutting-down`
   */
  do(who: string, job: DecoderJob, signal?: AbortSignal): Promise<Outcome> {
    return new Promise((settle, fail) => {
      if (this.isClosed) throw goingAway();
      if (this.absent !== undefined) throw unavailable(this.absent);
      if (this.line.length >= waitingLimits.all || this.line.lengthOf(who) >= waitingLimits.one) throw busy();
      this.line.add(who, { job, settle, fail, signal, hasFailed: false });
      this.step();
    });
  }

  /** Ends the process; who waits is refused. */
  close(): void {
    this.isClosed = true;
    this.end();
    this.failAll(goingAway());
  }

  private step(): void {
    if (this.current || this.isClosed) return;
    do {
      this.current = this.line.next(() => false);
    } while (this.current?.signal?.aborted === true);
    if (this.current) this.begin();
    else this.endLater();
  }

  private begin(): void {
    if (this.isReady) this.hand();
    else this.start();
  }

  private start(): void {
    this.setClock(startMs, () => {
      this.overrun();
    });
    const { program = fileURLToPath(defaultProgram) } = this.options;
    const child = fork(program, [], {
      env: environment,
      execArgv: ['--max-old-space-size=128'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child = child;
    child.on('message', (word: Word) => {
      if (child === this.child) this.hear(word);
    });
    child.on('exit', (code, signal) => {
      if (child === this.child) this.lose(signal ?? `exit code ${String(code)}`);
    });
    child.on('error', (error) => {
      if (child === this.child) this.lose(error.message);
    });
    // It keeps nobody from ending.
    child.unref();
    child.channel?.unref();
  }

  private hand(): void {
    if (!this.current) return;
    this.setClock(this.limits.wallMs, () => {
      this.overrun();
    });
    // A process that is gone is heard of by its exit.
    this.child?.send({ job: this.current.job, limits: this.limits }, () => undefined);
  }

  private hear(word: Word): void {
    switch (word.word) {
      case 'ready':
        this.isReady = true;
        this.hand();
        return;
      case 'absent':
        this.absent = word.why.split('\n')[0] ?? '';
        this.end();
        this.options.warn(`pictures are served as they are, and at no other size: ${this.absent}`);
        this.failAll(unavailable(this.absent));
        return;
      case 'done':
        if (word.isLast) this.end();
        this.settle(word.outcome);
    }
  }

  /** The process ended by itself, or by somebody's hand: what it was at is tried once more. */
  private lose(how: string): void {
    const wasReady = this.isReady;
    this.end();
    if (!this.current) return;
    if (!this.current.hasFailed) {
      this.current.hasFailed = true;
      this.begin();
      return;
    }
    if (wasReady) this.settle({ outcome: 'refused', fault: faultOfEnd(how) });
    else this.fail(unavailable(`the process that decodes ends with ${how} before it begins`));
  }

  private overrun(): void {
    const wasReady = this.isReady;
    this.end();
    const why = `is not decoded after ${this.limits.wallMs / 1000} s`;
    if (wasReady)
      this.settle({ outcome: 'refused', fault: { code: 'picture-too-large', why, holds: 'for now' } });
    else this.fail(busy());
  }

  private settle(outcome: Outcome): void {
    const settled = this.current;
    this.current = undefined;
    this.step();
    settled?.settle(outcome);
  }

  private fail(refusal: Refusal): void {
    const failed = this.current;
    this.current = undefined;
    this.step();
    failed?.fail(refusal);
  }

  private failAll(refusal: Refusal): void {
    const all = [this.current, ...this.line.clear()];
    this.current = undefined;
    for (const waiting of all) waiting?.fail(refusal);
  }

  private end(): void {
    clearTimeout(this.clock);
    const { child } = this;
    this.child = undefined;
    this.isReady = false;
    child?.kill('SIGKILL');
  }

  private endLater(): void {
    this.setClock(this.options.idleMs ?? 60_000, () => {
      this.end();
    });
  }

  private setClock(ms: number, then: () => void): void {
    clearTimeout(this.clock);
    this.clock = setTimeout(then, ms).unref();
  }

  private get limits(): DecoderLimits {
    return this.options.limits ?? decoderLimits;
  }
}

/** The kernel kills where memory runs out; any other end is that of a decoder which met what it can't bear. */
function faultOfEnd(how: string): Fault {
  if (how === 'SIGKILL')
    return {
      code: 'picture-too-large',
      why: 'takes more memory to be decoded than there is',
      holds: 'for now',
    };
  return {
    code: 'not-a-picture',
    why: `can not be decoded (what decodes it ends with ${how})`,
    holds: 'for all',
  };
}

function busy(): Refusal {
  return new Refusal(
    'variants-busy',
    'more pictures are waiting to be made smaller than can be done soon: try again, or take the file itself',
    { retryAfterSeconds: 5 },
  );
}

function unavailable(why: string): Refusal {
  return new Refusal(
    'variants-unavailable',
    `no variants are made here: take the file itself, or have the operator look after this: ${why}`,
  );
}

function goingAway(): Refusal {
  return new Refusal('shutting-down', 'this server is shutting down: ask the one that comes after it');
}
