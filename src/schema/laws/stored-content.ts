import type { JsonObject } from '../json/json.js';
import { Conversions } from '../conversions.js';
import type { Ladder } from '../ladder.js';
import { knownView, type StoredVersion } from '../views.js';
import { firstDifference } from './difference.js';
import { failureMessage } from './failure-message.js';
import { converted } from './trial.js';
import { unveiled, veilBetween } from './veil.js';

/** Something that a rung does wrong with content that is stored. */
export interface StoredFailure {
  readonly rung: number;
  /** The schema version at which it shows. */
  readonly schemaVersion: number;
  readonly pointer: string;
  readonly message: string;
}

/** Something that a rung says it hides, and that does not come back from its other side. */
interface StoredLoss {
  readonly rung: number;
  readonly pointer: string;
}

export interface StoredReport {
  readonly failures: readonly StoredFailure[];
  readonly losses: readonly StoredLoss[];
  /** The lowest schema version from which up to the current one it can be shown, whole and valid; none: infinite. */
  readonly lowest: number;
}

/** Takes stored content rung by rung to both ends of the ladder, and back at every rung. */
export function checkStored(
  ladder: Ladder,
  type: string,
  schemaVersion: number,
  document: JsonObject,
  onRung: (rung: number) => void = () => undefined,
): StoredReport {
  const up = walk(ladder, type, schemaVersion, ladder.finalized, document, onRung);
  const down = walk(ladder, type, schemaVersion, 1, document, onRung);
  const isValid = ladder.faults(schemaVersion, type, document).length === 0;
  return {
    failures: [...up.failures, ...down.failures],
    losses: [...up.losses, ...down.losses],
    lowest:
      up.end < ladder.finalized
        ? lowestAbove(up.good, ladder.finalized)
        : isValid
          ? down.end
          : lowestAbove(up.good, ladder.finalized),
  };
}

/**
 * Looks at a version that a save was merged into, as clients will see it: what they had may not fit together with what the
 * save brings, where each does alone.
 */
export function checkMerged(
  ladder: Ladder,
  version: StoredVersion,
): Pick<StoredReport, 'failures' | 'lowest'> {
  const { type, schemaVersion, document, views } = version;
  const failures: StoredFailure[] = [];
  const good = new Set<number>();
  const seen = new Conversions(ladder, type, schemaVersion, document, (at) => knownView(version, at));
  const isValid = ladder.faults(schemaVersion, type, document).length === 0;
  for (const at of nearestFirst(ladder, schemaVersion)) {
    if (!ladder.leads(schemaVersion, at)) continue;
    const { content } = seen.at(at);
    const [fault] = ladder.at(at).types.pages.has(type) ? ladder.faults(at, type, content) : [];
    if (!fault) good.add(at);
    else if (isValid && [...views.keys()].some((known) => isOnTheWay(schemaVersion, known, at))) {
      const message = `${fault.message}, merged with what clients there had`;
      failures.push({ rung: at > schemaVersion ? at : at + 1, schemaVersion: at, ...fault, message });
    }
  }
  return { failures, lowest: lowestAbove(good, ladder.finalized) };
}

/** All schema versions, those on the way to another before it. */
function nearestFirst(ladder: Ladder, from: number): readonly number[] {
  const all = ladder.versions.map(({ version }) => version);
  return [...all.filter((at) => at >= from), ...all.filter((at) => at < from).reverse()];
}

/** Whether a view is on the way to another, which then is made of it. */
function isOnTheWay(from: number, known: number, to: number): boolean {
  return to > from ? known > from && known <= to : known < from && known >= to;
}

interface Walk {
  readonly failures: StoredFailure[];
  readonly losses: StoredLoss[];
  /** The schema versions that it was shown at as it should be. */
  readonly good: Set<number>;
  /** The last schema version before the first at which it could not. */
  end: number;
}

function walk(
  ladder: Ladder,
  type: string,
  from: number,
  to: number,
  document: JsonObject,
  onRung: (rung: number) => void,
): Walk {
  const walked: Walk = { failures: [], losses: [], good: new Set(), end: from };
  let content = document;
  let isUnbroken = true;
  for (let here = from; here !== to;) {
    const next = here < to ? here + 1 : here - 1;
    const rung = Math.max(here, next);
    if (!ladder.leads(here, next)) break;
    onRung(rung);
    const { content: there, broken } = converted(ladder, type, content, here, next);
    const wasValid = ladder.faults(here, type, content).length === 0;
    const faults = ladder.at(next).types.pages.has(type) ? ladder.faults(next, type, there) : [];
    for (const failure of broken) {
      walked.failures.push({ rung, schemaVersion: next, pointer: '', message: failureMessage(failure) });
    }
    const [fault] = faults;
    if (fault && wasValid) walked.failures.push({ rung, schemaVersion: next, ...fault });
    compareBack(ladder, walked, type, content, there, here, next);
    isUnbroken &&= faults.length === 0 && broken.length === 0;
    if (isUnbroken) walked.end = next;
    if (faults.length === 0 && broken.length === 0) walked.good.add(next);
    content = there;
    here = next;
  }
  return walked;
}

function compareBack(
  ladder: Ladder,
  walked: Walk,
  type: string,
  content: JsonObject,
  there: JsonObject,
  here: number,
  next: number,
): void {
  if (!ladder.leads(next, here)) return;
  const rung = Math.max(here, next);
  const back = converted(ladder, type, there, next, here).content;
  const veil = veilBetween(ladder, here, next);
  const undeclared = firstDifference(unveiled(type, content, veil), unveiled(type, back, veil));
  if (undeclared) {
    const message = `is not the same after schema version ${next} and back: ${undeclared.message}`;
    walked.failures.push({ rung, schemaVersion: here, pointer: undeclared.pointer, message });
    return;
  }
  const declared = firstDifference(content, back);
  if (declared) walked.losses.push({ rung, pointer: declared.pointer });
}

/** The beginning of the unbroken run of good versions that ends with the current one. */
function lowestAbove(good: ReadonlySet<number>, current: number): number {
  if (!good.has(current)) return Number.POSITIVE_INFINITY;
  let lowest = current;
  while (good.has(lowest - 1)) lowest--;
  return lowest;
}
