import { accessOf } from '../access/access.js';
import type { Database } from '../log/database.js';
import { saltsFrom } from '../log/salts.js';
import { contentReader, type ReportBroken } from '../projections/content.js';
import { lastOfFamilyFinder } from '../projections/families.js';
import { findersOf, projectionsOf } from '../projections/index.js';
import { rememberingServedVersions } from '../projections/served-versions.js';
import { versionBytes } from '../projections/stored-versions.js';
import { Refusal, refusalFacts, type RefusalFacts } from '../refusal.js';
import { withSchemaVersion } from '../schema/json/check-document.js';
import type { BrokenBlock } from '../schema/conversion.js';
import type { Ladder } from '../schema/ladder.js';
import type { StoredVersion } from '../schema/views.js';
import { AnswerRoom } from './answer-room.js';
import { answerer, type Answer } from './answers.js';
import { BatchWeight } from './batch-weight.js';
import type { ChangeSet, Outcome } from '../commands/change-set.js';
import type { Situation } from '../commands/decision.js';
import { stepsLimit, WorkBudget } from '../commands/pages/bounded-work.js';
import { decide, type Command } from '../commands/index.js';
import { olderViewKeeper } from './keep-older-views.js';
import { keptOutcomes } from './kept-outcomes.js';
import { logWriter } from './log-writer.js';
import { inOneTransaction, type Commit } from './one-transaction.js';
import { pagesAtHand } from './pages-at-hand.js';
import { storageRefusal } from '../log/storage-refusal.js';

/** Decides and appends change sets in batches: all of a batch share one transaction and one sync of the disk. */
export type Execute = (batch: readonly ChangeSet[]) => readonly Outcome[];

/**
 * The one place that writes.
 * @param report is told of blocks that an answer could not show
 * @param onCommit is told of what is on the disk
 * @throws when the transaction as a whole can't be committed: then nothing of the batch has happened
 */
export function executor(
  db: Database,
  epoch: number,
  ladder: Ladder,
  report: ReportBroken,
  onCommit: (commit: Commit) => void = () => undefined,
): Execute {
  const contentAt = contentReader(db, ladder, report);
  const kept = keptOutcomes(db, contentAt, ladder.finalized);
  /** What the rule has worked out of the version that is being written. */
  let decided: StoredVersion | undefined;
  const writer = logWriter(
    db,
    epoch,
    ladder,
    projectionsOf(ladder, () => decided),
  );
  const { log } = writer;
  const keepOlderViews = olderViewKeeper(db, ladder);
  const finders = findersOf(db);
  const atHand = pagesAtHand(db, finders);
  const lastOf = lastOfFamilyFinder(db);
  const servedVersions = rememberingServedVersions(finders.servedVersions, () => lastOf('schema'));
  const lookups = { ...finders, pages: atHand.pages, stored: atHand.stored, servedVersions, ladder };
  const answerTo = answerer(lookups, atHand, contentAt);
  const bytesOf = versionBytes(db);

  return inOneTransaction(db, writer, { execute: executeOne, forget, onCommit });

  /** What is remembered of the database. */
  function forget(): void {
    atHand.forget();
    servedVersions.forget();
  }

  function executeOne(changeSet: ChangeSet): Outcome {
    try {
      return kept.find(changeSet) ?? accept(changeSet);
    } catch (error) {
      if (error instanceof Refusal) return refusedBy(error, log.position);
      // SQLite has rolled everything back, or commits nothing that a damaged page was met in.
      if (!db.inTransaction || storageRefusal(error)) throw error;
      return {
        kind: 'failed',
        cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  }

  function accept(changeSet: ChangeSet): Outcome {
    const weight = changeSet.limits && new BatchWeight(changeSet.limits);
    const room = changeSet.roomBytes === undefined ? undefined : new AnswerRoom(changeSet.roomBytes);
    const situation = situationOf(changeSet, weight);
    const positionBefore = log.position;
    const open = writer.openChangeSet(changeSet, saltsFrom(changeSet.saltsFrom), {
      afterFold: (event) => {
        keepOlderViews(event);
        atHand.note(event, decided);
      },
    });
    const answers: Answer[] = [];
    for (const [index, command] of changeSet.commands.entries()) {
      try {
        weight?.add(copiedBy(command));
        weight?.bring(command);
        // An import's change set may be a site's whole history: its commands are bounded one by one.
        const work = weight ? situation.work : new WorkBudget(stepsLimit);
        const decision = decide(command, { ...situation, work });
        weight?.append(decision.events);
        decided = decision.version;
        open.append(decision.events);
        reportBroken(command, decision.broken);
        answers.push(answerTo({ command, changeSet, index, decision, weight, room }));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { kind: 'refused', position: positionBefore, index, refusal: toldOf(error, command) };
      }
    }
    open.close();
    const position = changeSet.dryRun ? positionBefore : log.position;
    const results = answers.map((answer) => answer(position));
    const outcome: Outcome = { kind: 'accepted', position, repeated: false, results };
    if (!changeSet.dryRun) kept.keep(changeSet, outcome);
    return outcome;
  }

  function situationOf(changeSet: ChangeSet, weight: BatchWeight | undefined): Omit<Situation, 'needed'> {
    const situation = {
      access: accessOf(changeSet.rights),
      changeSet,
      work: new WorkBudget(stepsLimit),
      ...lookups,
    };
    if (!weight) return situation;
    const stored: Situation['stored'] = (page, version) => {
      weight.add(bytesOf.whole(page, version)); // before it is read
      return lookups.stored(page, version);
    };
    return { ...situation, stored };
  }

  /** A restored version gets the views of the one that it brings back. */
  function copiedBy(command: Command): number {
    const page = command.kind === 'restore-page' ? lookups.pages.page(command.page) : undefined;
    return page && command.kind === 'restore-page' ? bytesOf.views(page, command.version) : 0;
  }

  function reportBroken(command: Command, broken: readonly BrokenBlock[]): void {
    if (broken.length === 0 || !('page' in command)) return;
    report(command.page, lookups.pages.page(command.page)?.contentVersion ?? 0, broken);
  }
}

/** Where nothing that it asks for can be blamed, but what it repeats. */
function refusedBy(refusal: Refusal, position: number): Outcome {
  return { kind: 'refused', position, index: 0, refusal: refusalFacts(refusal) };
}

function toldOf(refusal: Refusal, command: Command): RefusalFacts {
  const facts = refusalFacts(refusal);
  return 'schemaVersion' in command ? withSchemaVersion(facts, command.schemaVersion) : facts;
}
