import type { Case } from '../../schema/laws/case.js';
import type { Finding } from '../../schema/laws/finding.js';
import type { Stage } from '../../schema/laws/stage.js';
import type { StoredOutcome } from './check-stored.js';

/** One thing that the checking thread does at a time. */
export type Job =
  | { readonly kind: 'case'; readonly case: Case }
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'stored'; readonly data: string };

/** What the checking thread is started with. */
export interface CheckStart {
  /** The directory of the rungs; none: those that came with the program. */
  readonly migrations: string | undefined;
  readonly runs: number;
  readonly seed: number;
  /** What to do; nothing given: look what there is to do. */
  readonly jobs: readonly Job[] | null;
  /** Says before each rung which one it is on, and with what: slow. */
  readonly isCareful: boolean;
  /** Counted up as long as things go on; behind that, the number of the rung that is loaded. */
  readonly pulse: SharedArrayBuffer;
}

/** A rung as the report shows it. */
export interface RungFacts {
  readonly version: number;
  readonly title: string;
  readonly losses: readonly string[];
  readonly irreversible: string | null;
}

/** Where a careful run is. */
export interface Whereabouts {
  /** The rung that is run next; none: several, or the machinery around them. */
  readonly rung: number | null;
  /** What would be told of the example that it is run on, the message aside. */
  readonly finding: Finding | null;
  /** The stored content that it is run on. */
  readonly stored: string | null;
}

export type FromThread =
  | { readonly kind: 'ladder'; readonly rungs: readonly RungFacts[]; readonly stages: readonly Stage[] }
  | { readonly kind: 'job'; readonly index: number }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'findings'; readonly findings: readonly Finding[] }
  | { readonly kind: 'stored'; readonly outcome: StoredOutcome }
  | { readonly kind: 'at'; readonly whereabouts: Whereabouts }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly exitCode: number | null; readonly message: string };
