import { type Draft, type Operation, plain } from './operation.js';

/** Says that there is no way down, and why. */
export interface Irreversible extends Operation {
  readonly reason: string;
}

/**
 * Keeps the way up and gives up the way down: the minimum schema version rises to this rung. It stands as an
 * operation of its own, or as the `down` of a `code`.
 */
export function irreversible(reason: string): Irreversible {
  return {
    reason,
    summary: `has no way down: ${reason}`,
    bind: (before) => ({
      ...plain,
      after: before,
      up: () => undefined,
      down: noWayDown(reason),
      isIdle: { up: true, down: false },
      irreversible: reason,
    }),
  };
}

/** A way down that is never taken: who takes it all the same has not looked at `irreversible`. */
export function noWayDown(reason: string): (object: Draft) => never {
  return () => {
    throw new Error(`this change has no way down: ${reason}`);
  };
}
