import { accessOf } from '../../../src/access/access.js';
import { pathsOf } from '../../support/paths.js';
import { saltsFrom } from '../../../src/log/salts.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChangeSet, Outcome } from '../../../src/commands/change-set.js';
import { mostSteps, WorkBudget } from '../../../src/commands/pages/bounded-work.js';
import { decide } from '../../../src/commands/index.js';
import { openDatabase, type Database } from '../../../src/log/database.js';
import type { ChangeSetHead, NewEvent, RecordedEvent } from '../../../src/events/event.js';
import { createInstallation, takeCharge } from '../../../src/log/installation.js';
import { Log } from '../../../src/log/log.js';
import { readLog } from '../../../src/log/read-log.js';
import { signatureOf } from '../../../src/ladder/signature.js';
import { findersOf, foldAll } from '../../../src/projections/index.js';
import { createProjections } from '../../../src/projections/replay/registry.js';
import { Refusal, refusalFacts } from '../../../src/refusal.js';
import { ladder, projections } from '../../support/ladder.js';

/** An installation in a temporary directory, written to by the rules alone. */
export interface Installation {
  readonly db: Database;
  readonly submit: (changeSet: ChangeSet) => Promise<Outcome>;
  /** Appends events as they are, as one change set. */
  readonly append: (head: ChangeSetHead, events: readonly NewEvent[]) => void;
  readonly paths: () => readonly string[];
  readonly close: () => void;
}

export function openInstallation(): Installation {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-git-'));
  const db = openDatabase(join(directory, 'db.sqlite'));
  const program = signatureOf('0.0.0', ladder);
  createInstallation(db, program);
  createProjections(db, projections);
  const log = new Log(db, takeCharge(db, program), (version) => ladder.at(version).hash);
  const fold = foldAll(projections, db);
  const situation = { ...findersOf(db), ladder };

  const write = (
    head: ChangeSetHead & Pick<ChangeSet, 'saltsFrom'>,
    fill: (append: (events: readonly NewEvent[]) => void) => void,
  ): void => {
    db.transaction(() => {
      log.assertInCharge();
      const open = log.openChangeSet(head, saltsFrom(head.saltsFrom));
      fill((events) => {
        for (const event of open.append(events)) fold(event);
      });
      open.seal();
      log.flush();
    })();
  };

  const submit = (changeSet: ChangeSet): Outcome => {
    let index = 0;
    try {
      write(changeSet, (append) => {
        for (const command of changeSet.commands) {
          const work = new WorkBudget(mostSteps);
          append(
            decide(command, { ...situation, access: accessOf(changeSet.rights), changeSet, work }).events,
          );
          index++;
        }
      });
      return { kind: 'accepted', position: log.position, repeated: false, results: [] };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { kind: 'refused', position: log.position, index, refusal: refusalFacts(error) };
    }
  };

  return {
    db,
    submit: (changeSet) => Promise.resolve(submit(changeSet)),
    append: (head, events) => {
      write(head, (append) => {
        append(events);
      });
    },
    paths: () => [...pathsOf(db).keys()],
    close: () => {
      db.close();
      rmSync(directory, { recursive: true });
    },
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
