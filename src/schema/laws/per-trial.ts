import type { Ladder } from '../ladder.js';
import type { Trial } from './trial.js';

/** Works something out once for a trial that several laws are tried on. */
export function perTrial<T>(
  workOut: (ladder: Ladder, trial: Trial) => T,
): (ladder: Ladder, trial: Trial) => T {
  const known = new WeakMap<Trial, { readonly ladder: Ladder; readonly result: T }>();
  return (ladder, trial) => {
    const remembered = known.get(trial);
    if (remembered?.ladder === ladder) return remembered.result;
    const result = workOut(ladder, trial);
    known.set(trial, { ladder, result });
    return result;
  };
}
