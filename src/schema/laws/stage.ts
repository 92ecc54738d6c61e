import type { Texts } from './texts.js';
import type { Trial } from './trial.js';

/** One law on one page type between two schema versions: what is checked at a time. */
export interface Stage {
  readonly law: string;
  readonly from: number;
  readonly to: number;
  readonly type: string;
}

export interface CheckOptions {
  /** Examples for each stage. */
  readonly runs: number;
  readonly seed: number;
  /** Texts for the examples, beyond the usual ones. */
  readonly texts?: Texts;
  /** Told of each example before the law is tried on it. */
  readonly onTrial?: (trial: Trial) => void;
}
