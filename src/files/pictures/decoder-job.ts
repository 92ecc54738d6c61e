import type { Variant } from './variant.js';

/** What the decoding process is asked for, one at a time. Paths are our own, never a client's. */
export type DecoderJob =
  | { readonly task: 'measure'; readonly source: string }
  | { readonly task: 'make'; readonly source: string; readonly target: string; readonly variant: Variant }
  /** Counts the variants in a directory, and makes room in it. */
  | { readonly task: 'sweep'; readonly directory: string; readonly limitBytes: number };

/** What a picture may take of the machine; beyond that it is refused. */
export interface DecoderLimits {
  readonly sourceBytes: number;
  /** Processor time, which other processes that are busy don't add to. */
  readonly cpuMs: number;
  /** For what takes no processor time either. */
  readonly wallMs: number;
  /** Resident memory of the process. */
  readonly memoryBytes: number;
}

export const decoderLimits: DecoderLimits = {
  sourceBytes: 128 * 1024 * 1024,
  cpuMs: 10_000,
  wallMs: 120_000,
  memoryBytes: 512 * 1024 * 1024,
};

export interface Task {
  readonly job: DecoderJob;
  readonly limits: DecoderLimits;
}

/** Why nothing comes of a picture. */
export interface Fault {
  readonly code: 'not-a-picture' | 'picture-too-large';
  /** A part of a sentence: `this picture …`. */
  readonly why: string;
  /** Whether it would be the same with any variant; only with this one; or with luck it wouldn't at all. */
  readonly holds: 'for all' | 'for this' | 'for now';
}

export type Outcome =
  | { readonly outcome: 'measured'; readonly width: number; readonly height: number }
  | { readonly outcome: 'made'; readonly bytes: number }
  /** What is there now, as the disk counts it. */
  | { readonly outcome: 'swept'; readonly bytes: number }
  | { readonly outcome: 'refused'; readonly fault: Fault }
  /** Something is wrong with files or with us; `code` is that of the system, if it has one. */
  | { readonly outcome: 'failed'; readonly code: string; readonly why: string };

/** What the decoding process says; `ready` or `absent` first. After `isLast` it says nothing more. */
export type Word =
  | { readonly word: 'ready' }
  /** There is no sharp here. */
  | { readonly word: 'absent'; readonly why: string }
  | { readonly word: 'done'; readonly outcome: Outcome; readonly isLast: boolean };
