import { everywhere } from '../src/access/rights.js';
/** The writer of the product without threads around it: what a command takes of a processor is its decision, fold and commit. */
import type { ChangeSet, Outcome } from '../src/commands/change-set.js';
import type { Command } from '../src/commands/index.js';
import { timeOrderedId } from '../src/http/edge/time-ordered-id.js';
import { signatureOf } from '../src/ladder/signature.js';
import { openDatabase, type Database } from '../src/log/database.js';
import { createInstallation, takeCharge } from '../src/log/installation.js';
import { projectionsOf } from '../src/projections/index.js';
import { createProjections } from '../src/projections/replay/registry.js';
import type { Ladder } from '../src/schema/ladder.js';
import { executor } from '../src/writer/execute.js';

export interface Written {
  readonly outcome: Outcome | undefined;
  /** Processor time, which a busy machine does not change. */
  readonly tookMs: number;
}

/** On a new log in memory. */
export function writerAlone(ladder: Ladder): {
  readonly db: Database;
  readonly write: (command: Command) => Written;
} {
  const db = openDatabase(':memory:');
  const program = signatureOf('0.1.0', ladder);
  db.transaction(() => {
    createInstallation(db, program);
    createProjections(db, projectionsOf(ladder));
  })();
  const execute = executor(db, takeCharge(db, program), ladder, () => undefined);
  return {
    db,
    write: (command) => {
      const before = process.cpuUsage();
      const [outcome] = execute([changeSetOf(command)]);
      const { user, system } = process.cpuUsage(before);
      return { outcome, tookMs: (user + system) / 1000 };
    },
  };
}

/** A command of an administrator's, by itself. */
export function changeSetOf(command: Command): ChangeSet {
  return {
    id: timeOrderedId(Date.now()),
    at: new Date().toISOString(),
    by: { kind: 'system', id: 'bench', name: 'bench' },
    rights: everywhere('admin'),
    comment: null,
    source: null,
    commands: [command],
    idempotency: null,
    dryRun: false,
  };
}
