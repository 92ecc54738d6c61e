import type { ChangeSetHead, NewEvent, RecordedEvent } from '../events/event.js';
import type { Database } from '../log/database.js';
import { Log } from '../log/log.js';
import type { Salts } from '../log/salts.js';
import { foldAll } from '../projections/index.js';
import type { Projection } from '../projections/projection.js';
import { positionMover } from '../projections/replay/registry.js';
import type { Ladder } from '../schema/ladder.js';

/** A change set that is being written. */
export interface WritingChangeSet {
  /** Appends events, in order, and folds them into all projections. A stream that stands elsewhere is a bug of the caller. */
  append(events: readonly NewEvent[]): void;
  /** The change set is complete. */
  close(): void;
}

/** What is to be done with an event on its way. What either throws is thrown to whoever appends. */
interface OnTheWay {
  readonly beforeFold?: (event: RecordedEvent) => void;
  readonly afterFold?: (event: RecordedEvent) => void;
}

/**
 * The one order in which anything gets into the log: the head is taken, change sets are appended and folded one after the
 * other, and one commit keeps the log and all projections.
 */
export interface LogWriter {
  readonly log: Log;
  /**
   * Begins a transaction on the log as it stands: until its end nobody else appends. Here that is SQLite's write lock and the
   * epoch; an engine for several machines takes the head of the log that they share at this place, and brings the log in this
   * database up to it.
   * @throws Error when another process is in charge
   */
  takeHead(): void;
  openChangeSet(head: ChangeSetHead, salts: Salts, onTheWay?: OnTheWay): WritingChangeSet;
  /**
   * What was appended is there for good when this returns, and all that was folded of it. An engine for several machines gives
   * its log what was appended here, before the local commit; what is not taken is rolled back. (All callers could await it: the
   * writer's thread works on one batch at a time.)
   */
  commit(): void;
  /** Nothing was appended. What was open may have been rolled back by SQLite itself. */
  rollBack(): void;
}

export function logWriter(
  db: Database,
  epoch: number,
  ladder: Ladder,
  projections: readonly Projection[],
): LogWriter {
  const log = new Log(db, epoch, (schemaVersion) => ladder.at(schemaVersion).hash);
  const fold = foldAll(projections, db);
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const moveProjections = positionMover(db);
  let before = log.position;
  return {
    log,
    takeHead: () => {
      begin.run();
      log.assertInCharge();
      before = log.position;
    },
    openChangeSet: (head, salts, { beforeFold, afterFold } = {}) => {
      const open = log.openChangeSet(head, salts);
      return {
        append: (events) => {
          for (const event of open.append(events)) {
            beforeFold?.(event);
            fold(event);
            afterFold?.(event);
          }
        },
        close: () => {
          open.close();
        },
      };
    },
    commit: () => {
      if (log.position > before) {
        log.flush();
        moveProjections(log.position);
      }
      commit.run();
    },
    rollBack: () => {
      if (db.inTransaction) rollback.run();
    },
  };
}
