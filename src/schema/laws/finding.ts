import type { Stage } from './stage.js';
import type { Trial } from './trial.js';

/** A law that does not hold, as it is told. */
export interface Finding extends Stage {
  /** The rung that it is about; `null` where only several together show it. */
  readonly rung: number | null;
  readonly pointer: string;
  readonly message: string;
  /** The smallest example that was found; `null` where there is no single one. */
  readonly trial: Trial | null;
  /** The seed that finds it again. */
  readonly seed: number;
}

/** The rung between two neighbouring schema versions. */
export function rungOf({ from, to }: Stage): number | null {
  return Math.abs(from - to) === 1 ? Math.max(from, to) : null;
}
