import type { Database } from '../log/database.js';
import { readInstallation } from '../log/installation.js';
import { newestUsed, usedRungs } from '../log/rungs.js';
import { readFinality, schemaVersionsOfReturn } from '../log/version-history.js';
import { Refusal } from '../refusal.js';
import type { Ladder } from '../schema/ladder.js';
import { WrongLadder } from './wrong-ladder.js';

/**
 * Compares a ladder with the one that the log was written under. Rungs above the newest schema version in the log may
 * have changed. Answers the refusal `log-too-new` of everything that would read or write this log, when that was
 * written by a program that knows more rungs; `null` when the two fit. A program with fewer rungs fits if it has been
 * put back in charge, or is about to be (`isReturning`), and the newer one has left views for it.
 * @throws WrongLadder when a rung is not the one that it was
 */
export function fitLadder(
  db: Database,
  ladder: Ladder,
  isReturning = isInCharge(db, ladder),
): Refusal | null {
  const used = usedRungs(db);
  const known = ladder.finalized;
  const other = used.find(({ version, hash }) => version <= known && ladder.at(version).hash !== hash);
  if (other) {
    throw new WrongLadder(
      `rung ${other.version} is not the one that ${db.name} was written with: ` +
        'name the directory of its own rungs by --migrations, or put the rung back as it was',
    );
  }
  const found = newestUsed(db);
  if (found <= known || (isReturning && schemaVersionsOfReturn(db).includes(known))) return null;
  return tooNew(db.name, found, known);
}

function isInCharge(db: Database, { finalized }: Ladder): boolean {
  return readInstallation(db).schemaVersion <= finalized;
}

/**
 * The part of a ladder that clients of this log may use. As long as one may go back to an earlier program, a rung that
 * has no way down waits, and so does what is above it: what is written there could not be shown after that.
 */
export function usableLadder(db: Database, ladder: Ladder): Ladder {
  const finality = readFinality(db);
  if (!finality) return ladder;
  const settled = Math.max(finality.schemaVersion, newestUsed(db));
  const waiting = ladder.versions.find(
    ({ version, rung }) => version > settled && rung.irreversible !== null,
  );
  return waiting ? ladder.upTo(waiting.version - 1) : ladder;
}

/** @throws Refusal `log-too-new`; `what` has content of that schema version */
export function requireKnown(schemaVersion: number, { finalized }: Ladder, what: string): void {
  if (schemaVersion > finalized) throw tooNew(what, schemaVersion, finalized);
}

function tooNew(what: string, found: number, known: number): Refusal {
  return new Refusal(
    'log-too-new',
    `${what} holds content of schema version ${found}, this program knows versions up to ${known}: ` +
      'run the newer release, or name the directory of its own rungs by --migrations',
    { known, found },
  );
}

/**
 * The part of a ladder that a log may use (`usableLadder`). `isReturning`: as in `fitLadder`.
 * @throws WrongLadder, and the Refusal `log-too-new`
 */
export function requireFit(db: Database, ladder: Ladder, isReturning?: boolean): Ladder {
  const tooNew = fitLadder(db, ladder, isReturning);
  if (tooNew) throw tooNew;
  return usableLadder(db, ladder);
}
