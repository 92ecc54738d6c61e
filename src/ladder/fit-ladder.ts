import type { Database } from '../events/database.js';
import { usedRungs } from '../events/rungs.js';
import { Refusal } from '../refusal.js';
import type { Ladder } from '../schema/ladder.js';
import { WrongLadder } from './wrong-ladder.js';

/**
 * Compares a ladder with the one that the log was written under. Rungs above the newest schema version in the log may
 * have changed. Answers the refusal `log-too-new` of everything that would read or write this log, when that was
 * written by a program that knows more rungs; `null` when the two fit.
 * @throws WrongLadder when a rung is not the one that it was
 */
export function fitLadder(db: Database, ladder: Ladder): Refusal | null {
  const used = usedRungs(db);
  const known = ladder.current;
  const other = used.find(({ version, hash }) => version <= known && ladder.at(version).hash !== hash);
  if (other) {
    throw new WrongLadder(
      `rung ${other.version} is not the one that ${db.name} was written with: ` +
        'name the directory of its own rungs by --migrations, or put the rung back as it was',
    );
  }
  const found = used.at(-1)?.version ?? 0;
  return found > known ? tooNew(db.name, found, known) : null;
}

/** @throws Refusal `log-too-new`; `what` has content of that schema version */
export function requireKnown(schemaVersion: number, { current }: Ladder, what: string): void {
  if (schemaVersion > current) throw tooNew(what, schemaVersion, current);
}

function tooNew(what: string, found: number, known: number): Refusal {
  return new Refusal(
    'log-too-new',
    `${what} holds content of schema version ${found}, this program knows versions up to ${known}: ` +
      'run the newer release, or name the directory of its own rungs by --migrations',
    { known, found },
  );
}

/** @throws WrongLadder, and the Refusal `log-too-new` */
export function requireFit(db: Database, ladder: Ladder): void {
  const tooNew = fitLadder(db, ladder);
  if (tooNew) throw tooNew;
}
