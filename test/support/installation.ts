import { everywhere } from '../../src/access/rights.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChangeSet, Outcome } from '../../src/commands/change-set.js';
import { executor, type Execute } from '../../src/writer/execute.js';
import type { Command } from '../../src/commands/index.js';
import { openDatabase, type Database } from '../../src/log/database.js';
import { changedPageFinder } from '../../src/queries/found-page.js';
import type { Actor, RecordedEvent } from '../../src/events/event.js';
import { createInstallation, takeCharge } from '../../src/log/installation.js';
import { readHead } from '../../src/log/log.js';
import { readLog } from '../../src/log/read-log.js';
import { signatureOf } from '../../src/ladder/signature.js';
import { discardScratch, replayBeside } from '../../src/projections/replay/rebuild.js';
import { projectionsOf } from '../../src/projections/index.js';
import type { Projection } from '../../src/projections/projection.js';
import { createProjections } from '../../src/projections/replay/registry.js';
import type { Ladder } from '../../src/schema/ladder.js';
import { drained } from './drained.js';
import { ladder, projections } from './ladder.js';

export const program = signatureOf('0.0.0', ladder);
export const tess: Actor = { kind: 'token', id: '11111111-0000-4000-8000-000000000000', name: 'Tess' };

/** A real installation; when the test is over, its log is replayed and has to give the tables that it has. */
export interface Installation {
  readonly db: Database;
  readonly execute: Execute;
  /** Executes the commands as one change set of an administrator; `over` says what is different about it. */
  readonly submit: (commands: Command | readonly Command[], over?: Partial<ChangeSet>) => Outcome;
  /** The same where a refusal is the test's mistake. */
  readonly accept: (commands: Command | readonly Command[], over?: Partial<ChangeSet>) => Accepted;
  readonly position: () => number;
  /** Events after a position. */
  readonly eventsAfter: (position: number) => readonly RecordedEvent[];
  /** Ids of the pages beneath a parent (null: top level), in order. */
  readonly order: (parent: string | null) => readonly string[];
  /** Replays, compares and closes now, in a test that opens many. */
  readonly finish: () => void;
}

export type Accepted = Extract<Outcome, { kind: 'accepted' }>;

/** With what its log is replayed by. */
const opened = new Map<Database, readonly Projection[]>();

afterEach(() => {
  const left = [...opened];
  opened.clear();
  try {
    for (const [db, own] of left) expectReplayEqualsLive(db, own);
  } finally {
    for (const [db] of left) db.close();
  }
});

/** @param rungs those that come with the program, when absent */
export function openInstallation(file = ':memory:', rungs: Ladder = ladder): Installation {
  const db = openDatabase(file);
  const own = rungs === ladder ? projections : projectionsOf(rungs);
  const made = rungs === ladder ? program : signatureOf('0.0.0', rungs);
  // Nothing here outlives the test.
  db.pragma('synchronous = OFF');
  opened.set(db, own);
  db.transaction(() => {
    createInstallation(db, made);
    createProjections(db, own);
  })();
  const write = executor(db, takeCharge(db, made), rungs, () => undefined);
  const execute: Execute = (batch) => {
    const outcomes = write(batch);
    if (!batch.some(({ dryRun }) => dryRun)) expectAnswersAreWhatIsProjected(db, outcomes);
    return outcomes;
  };
  const submit: Installation['submit'] = (commands, over) => {
    const [outcome] = execute([changeSet(commands, over)]);
    if (outcome?.kind !== 'accepted' && outcome?.kind !== 'refused') throw new Error(outcome?.cause);
    return outcome;
  };
  return {
    db,
    execute,
    submit,
    accept: (commands, over) => accepted(submit(commands, over)),
    position: () => readHead(db).position,
    eventsAfter: (position) => [...readLog(db, position)],
    order: (parent) =>
      db
        .prepare<[string | null], string>(
          'SELECT id FROM places WHERE parent IS ? AND slug IS NOT NULL AND to_position IS NULL ORDER BY rank',
        )
        .pluck()
        .all(parent),
    finish: () => {
      expectReplayEqualsLive(db, own);
      opened.delete(db);
      db.close();
    },
  };
}

/** Jest runs one test at a time in a process. */
const scratch = join(tmpdir(), `palimpsest-replay-${process.pid}.sqlite`);

/** A log replayed from its beginning gives the very rows that are there. */
function expectReplayEqualsLive(db: Database, own: readonly Projection[]): void {
  const { differences, wrong } = drained(replayBeside(scratch, db, own));
  discardScratch(scratch);
  expect(differences).toEqual([]);
  expect(wrong.map(({ name }) => name)).toEqual([]);
}

/**
 * Answers show what a reader of the database finds, though the writer did not look. The last one does at all events, the
 * ones before it where no later command has changed their page.
 */
function expectAnswersAreWhatIsProjected(db: Database, outcomes: readonly Outcome[]): void {
  const last = outcomes.findLast(({ kind }) => kind === 'accepted') as Accepted | undefined;
  if (!last || last.repeated) return;
  const changed = changedPageFinder(db);
  for (const result of last.results) {
    if (result.kind !== 'page') continue;
    const { view } = result.page;
    const now = changed(view.id, { at: '', by: tess })?.view;
    const isLast = result === last.results.at(-1);
    if (isLast || now?.changedPosition === view.changedPosition) expect(view).toEqual(now);
  }
}

let changeSets = 0;

/** A change set with an id of its own, a second later than the one before. */
export function changeSet(commands: Command | readonly Command[], over: Partial<ChangeSet> = {}): ChangeSet {
  const number = ++changeSets;
  return {
    id: `${String(number).padStart(8, '0')}-0000-4000-9000-000000000000`,
    at: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
    by: tess,
    rights: everywhere('admin'),
    comment: null,
    source: null,
    commands: 'kind' in commands ? [commands] : commands,
    idempotency: null,
    dryRun: false,
    ...over,
  };
}

export function accepted(outcome: Outcome | undefined): Accepted {
  if (outcome?.kind === 'accepted') return outcome;
  throw new Error(`expected the change set to be accepted, found ${JSON.stringify(outcome)}`);
}
