import { pathsOf } from '../../support/paths.js';
import type { ChangeSet, Outcome } from '../../../src/commands/change-set.js';
import type { Database } from '../../../src/log/database.js';
import type { ChangeSetHead, NewEvent, RecordedEvent } from '../../../src/events/event.js';
import { readLog } from '../../../src/log/read-log.js';
import { appendAsTheyAre } from '../../support/append.js';
import { openInstallation as openAnyInstallation } from '../../support/installation.js';

/** An installation as an import and an export see it; it is closed when the test is over. */
export interface Installation {
  readonly db: Database;
  readonly submit: (changeSet: ChangeSet) => Promise<Outcome>;
  /** Appends events as they are, as one change set. */
  readonly append: (head: ChangeSetHead, events: readonly NewEvent[]) => void;
  readonly paths: () => readonly string[];
}

export function openInstallation(): Installation {
  const { db, execute } = openAnyInstallation();
  return {
    db,
    submit: (changeSet) =>
      new Promise((resolve) => {
        for (const outcome of execute([changeSet])) resolve(outcome);
      }),
    append: (head, events) => {
      appendAsTheyAre(db, head, () => events);
    },
    paths: () => [...pathsOf(db).keys()],
  };
}

/** Page events without what differs from one log to another. */
export function storyOf(db: Database): readonly unknown[] {
  return [...readLog(db)].map(({ type, stream, streamVersion, data, changeset, ...rest }: RecordedEvent) => ({
    type,
    stream,
    streamVersion,
    data,
    changeset,
    content: 'content' in rest ? rest.content : null,
  }));
}
