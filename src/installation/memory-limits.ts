import type { Limits } from '../budget.js';

/** How much of the server's memory clients can take at once, and for how long they may keep it without a move. */
export interface MemoryLimits {
  /** Bytes of bodies, from their announcement until the write is answered, and of that answer. */
  readonly bodyBytes: Limits;
  /** Bytes of answers to reads that wait for clients to take them. */
  readonly answerBytes: Limits;
  /** Open event streams. */
  readonly streams: Limits;
  /** How long an answer waits for a client that takes nothing of it. */
  readonly stalledMs: number;
}

const mib = 1024 * 1024;

/** What an operator may say of it; the other numbers follow. */
export interface MemorySettings {
  readonly bodyMib: number;
  readonly answerMib: number;
  readonly streams: number;
  readonly stalledMs: number;
}

export const defaultMemory: MemorySettings = {
  bodyMib: 64,
  answerMib: 128,
  streams: 1_000,
  stalledMs: 30_000,
};

/** One token never gets all of it: a client that has gone wrong leaves room for the others. */
export function memoryLimits({ bodyMib, answerMib, streams, stalledMs }: MemorySettings): MemoryLimits {
  return {
    bodyBytes: halfForOne(bodyMib * mib),
    answerBytes: halfForOne(answerMib * mib),
    streams: { all: streams, one: Math.ceil(streams / 10) },
    stalledMs,
  };
}

function halfForOne(all: number): Limits {
  return { all, one: all / 2 };
}

/** How large a file of an asset may be. */
export const defaultFileMib = 4096;

/** How much of the disk variants of pictures take, which can be made again. */
export const defaultVariantsMib = 1024;
