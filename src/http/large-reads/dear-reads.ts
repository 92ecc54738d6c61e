import type { Question } from '../routing/read-route.js';
import type { Sendable } from '../edge/send.js';

/** Where the threads for large reads are found among the providers. */
export const DEAR_READS = Symbol('dear reads');

/** An answer that a thread has made, and the log position that it reflects. */
export interface ReadElsewhere {
  readonly answer: Sendable;
  readonly position: number;
}

/** The client that asks. */
export interface Asker {
  readonly token: string;
  /** False: nobody waits for the answer any more. */
  readonly isThere: () => boolean;
}

export interface DearReads {
  readonly counts: ReadThreadCounts;
  /** @throws Refusal `too-many-requests`, `shutting-down`, and whatever the question is refused for */
  ask(question: Question, asker: Asker): Promise<ReadElsewhere>;
}

/** Since this process started, and now. */
export interface ReadThreadCounts {
  readonly threads: number;
  readonly waiting: number;
  readonly answered: number;
  /** Threads that ended before they answered. */
  readonly died: number;
}

/** The database has to be let go of: the question may be asked again. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
