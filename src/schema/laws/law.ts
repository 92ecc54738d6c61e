import type { Ladder } from '../ladder.js';
import type { Trial } from './trial.js';

/** One way in which a law doesn't hold. */
export interface Violation {
  /** JSON pointer to where it shows. */
  readonly pointer: string;
  readonly message: string;
}

/** Something that has to be true of every ladder. */
export interface Law {
  readonly name: string;
  /** What has to be true. */
  readonly statement: string;
  /** A document as a client may send it, JSON of any shape, or all that was done to a page. */
  readonly triedOn: 'documents' | 'anything' | 'histories';
  /** Whether it is tried on every text that is known to be treated carelessly, too, beyond what is made up. */
  readonly isOfTexts?: boolean;
  /** How it doesn't hold; nothing where it does. */
  readonly violation: (ladder: Ladder, trial: Trial) => Violation | undefined;
}
