import type { Rights } from '../access/rights.js';
import type { Actor, ChangeSetHead } from '../events/event.js';
import type { RefusalFacts } from '../refusal.js';
import type { Command } from './index.js';
import type { Result } from './result.js';

/** What the commands of a change set may take together, in bytes. */
export interface BatchLimits {
  /** Of documents that they bring, read and append, views at other schema versions included. */
  readonly weightBytes: number;
  /** Of the answer. */
  readonly answerBytes: number;
}

/** One or more commands that are accepted or refused together, and leave one change set in the log. */
export interface ChangeSet extends ChangeSetHead {
  readonly by: Actor;
  /** What whoever asks was given. */
  readonly rights: Rights;
  readonly commands: readonly Command[];
  /** The schema version that each command's answer shows content at; none given: the one it is stored in. */
  readonly answersAt?: readonly (number | undefined)[];
  /** Answers show no content. */
  readonly isWithoutContent?: boolean;
  /** What it may take, where it is a client's batch. */
  readonly limits?: BatchLimits;
  /** Bytes that are kept free for the documents of its answer; much more than that is refused. Absent: whatever they are. */
  readonly roomBytes?: number;
  /** Makes a repetition safe: the same key with the same request digest (hex) gets the first outcome again. */
  readonly idempotency: { readonly token: string; readonly key: string; readonly digest: string } | null;
  /** What an import derives its salts from, so that two imports are equal (`log/salts.ts`); absent: they are random. */
  readonly saltsFrom?: string;
  /** Decide and answer, append nothing. */
  readonly dryRun: boolean;
}

/** `position`: of the log afterwards. `index`: the command that was refused. A failure is a bug, told in `cause`. */
export type Outcome =
  | {
      readonly kind: 'accepted';
      readonly position: number;
      readonly repeated: boolean;
      readonly results: readonly Result[];
    }
  | {
      readonly kind: 'refused';
      readonly position: number;
      readonly index: number;
      readonly refusal: RefusalFacts;
    }
  | { readonly kind: 'failed'; readonly cause: string };

/** The door through which everything is written. Change sets are decided and appended in the order they arrive. */
export interface Writer {
  submit(changeSet: ChangeSet): Promise<Outcome>;
  /** Puts rebuilt projections in the place of the live ones, between two commits. */
  swapProjections(swap: Swap): Promise<void>;
  close(): Promise<void>;
}

/** Projections, in a scratch file that holds them as of log position `built`. */
export interface Swap {
  readonly file: string;
  /** Which, and what they are made of where they were built: another release may make them otherwise. */
  readonly projections: readonly { readonly name: string; readonly fingerprint: string }[];
  readonly built: number;
}
