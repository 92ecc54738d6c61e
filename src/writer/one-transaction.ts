import type { ChangeSet, Outcome } from '../commands/change-set.js';
import type { Database } from '../log/database.js';
import type { LogWriter } from './log-writer.js';

/** One transaction that has appended something. */
export interface Commit {
  /** How many shared it. */
  readonly changeSets: number;
  /** How long it took, with its sync of the disk. */
  readonly ms: number;
}

/** What a transaction asks of who knows what a change set means. */
export interface OfChangeSets {
  /** Decides and appends one. */
  readonly execute: (changeSet: ChangeSet) => Outcome;
  /** Something was undone: what is remembered of the database is not so. */
  readonly forget: () => void;
  readonly onCommit: (commit: Commit) => void;
}

/**
 * Runs batches, each in one transaction. What a change set leaves behind that is refused after its first event, or fails, is
 * undone alone. That needs a savepoint, which costs a copy of every page that is touched after it; and nearly all refusals
 * come before the first event. So a batch runs without savepoints, and once more with them if that was wrong.
 */
export function inOneTransaction(
  db: Database,
  writer: LogWriter,
  { execute, forget, onCommit }: OfChangeSets,
): (batch: readonly ChangeSet[]) => readonly Outcome[] {
  const { log } = writer;
  const savepoint = db.prepare('SAVEPOINT change_set');
  const release = db.prepare('RELEASE change_set');
  const undo = db.prepare('ROLLBACK TO change_set');

  return (batch) => {
    try {
      return run(
        batch,
        batch.some(({ dryRun }) => dryRun),
      );
    } catch (error) {
      if (error instanceof NeedsSavepoints) return run(batch, true);
      throw error;
    }
  };

  /** @throws NeedsSavepoints where there are none and a change set has to be undone: nothing has happened then */
  function run(batch: readonly ChangeSet[], hasSavepoints: boolean): readonly Outcome[] {
    try {
      writer.takeHead();
      const before = log.position;
      const outcomes = batch.map((changeSet) => {
        const mark = log.mark();
        if (hasSavepoints) savepoint.run();
        const outcome = execute(changeSet);
        const isUndone = outcome.kind !== 'accepted' || changeSet.dryRun;
        if (isUndone && (log.mark() !== mark || outcome.kind === 'failed')) {
          if (!hasSavepoints) throw new NeedsSavepoints();
          undo.run();
          log.rewind(mark);
          forget();
        }
        if (hasSavepoints) release.run();
        return outcome;
      });
      const startedMs = performance.now();
      writer.commit();
      if (log.position > before) onCommit({ changeSets: batch.length, ms: performance.now() - startedMs });
      return outcomes;
    } catch (error) {
      writer.rollBack();
      forget();
      throw error;
    }
  }
}

class NeedsSavepoints extends Error {}
