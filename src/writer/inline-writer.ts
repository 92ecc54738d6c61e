import type { Database } from '../log/database.js';
import type { Projection } from '../projections/projection.js';
import { projectionsNamed, swapIn } from '../projections/replay/rebuild.js';
import type { ChangeSet, Outcome, Writer } from '../commands/change-set.js';
import type { Execute } from './execute.js';

interface Waiting {
  readonly changeSet: ChangeSet;
  readonly answer: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
}

/** Writes on the calling thread: everything that was submitted in one turn of the event loop shares a commit. */
export function inlineWriter(db: Database, projections: readonly Projection[], begin: () => Execute): Writer {
  let execute = begin();
  let waiting: Waiting[] = [];

  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    try {
      const outcomes = execute(batch.map(({ changeSet }) => changeSet));
      for (const [index, { answer }] of batch.entries()) answer(outcomes[index] as Outcome);
    } catch (error) {
      for (const { fail } of batch) fail(error);
    }
  };

  return {
    submit: (changeSet) =>
      new Promise((answer, fail) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ changeSet, answer, fail });
      }),
    swapProjections: ({ file, projections: names, built }) =>
      Promise.resolve().then(() => {
        swapIn(db, file, projectionsNamed(projections, names), built);
        execute = begin(); // it remembers what was
      }),
    close: () => new Promise((resolve) => setImmediate(resolve)),
  };
}
