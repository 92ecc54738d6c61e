import type { Database } from '../../log/database.js';
import { isPageEvent } from '../../events/event.js';
import { readHead } from '../../log/log.js';
import { readLog } from '../../log/read-log.js';
import { requireFit } from '../../ladder/fit-ladder.js';
import type { JsonObject, JsonValue } from '../../schema/json/json.js';
import type { Ladder } from '../../schema/ladder.js';
import { checkMerged, checkStored, type StoredFailure } from '../../schema/laws/stored-content.js';
import { viewedVersions } from './viewed-versions.js';

/** What stored content came to. */
export interface StoredOutcome {
  /** How many content versions were looked at. */
  readonly versions: number;
  readonly failures: readonly StoredVersionFailure[];
  readonly losses: readonly StoredLosses[];
  /** The lowest schema version at which, and above, the latest version of every page can be shown; none: `null`. */
  readonly minimum: number | null;
}

interface StoredVersionFailure extends StoredFailure {
  /** Page id. */
  readonly page: string;
  /** Content version. */
  readonly version: number;
}

/** What rungs hide from one side or the other, in how many content versions. */
interface StoredLosses {
  readonly rung: number;
  /** Pointer with `*` for every index. */
  readonly pointer: string;
  readonly versions: number;
}

/** No more failures than these are told; they are mostly alike. */
const failuresLimit = 100;

/** A page as far as its versions are known; `lowest[i]`: of content version i + 1. */
interface PageSoFar {
  readonly type: string;
  readonly lowest: number[];
}

interface Watching {
  readonly progress: (done: number, total: number) => void;
  /** `rung` is `null` where all of them may run. */
  readonly at: (rung: number | null, page: string, version: number) => void;
}

/**
 * Takes every content version in a log through every rung, and looks at those that saves were merged into as clients at each
 * schema version will see them.
 * @throws WrongLadder, and the Refusal `log-too-new`, when the log was not written under this ladder
 */
export function checkStoredContent(db: Database, ladder: Ladder, { progress, at }: Watching): StoredOutcome {
  requireFit(db, ladder);
  const total = readHead(db).position;
  const pages = new Map<string, PageSoFar>();
  const failures: StoredVersionFailure[] = [];
  const losses = new Map<string, StoredLosses>();
  let versions = 0;
  const viewed = viewedVersions(db, ladder);
  try {
    for (const event of readLog(db, 0, total)) {
      progress(event.position, total);
      if (!isPageEvent(event)) continue;
      const { stream: id } = event;
      const page = pages.get(id);
      if (event.type === 'PageRestored') {
        page?.lowest.push(page.lowest[event.data.restored - 1] ?? Number.POSITIVE_INFINITY);
        viewed.fold(event);
      } else if (event.type === 'PageCreated' || event.type === 'PageSaved') {
        const known = page ?? { type: event.type === 'PageCreated' ? event.data.pageType : '', lowest: [] };
        const version = known.lowest.length + 1;
        pages.set(id, known);
        if (event.content === undefined) {
          viewed.fold(event);
          known.lowest.push(1); // erased: nothing is left that a rung could harm
          continue;
        }
        const document = JSON.parse(event.content) as JsonObject;
        const alone = checkStored(ladder, known.type, event.schemaVersion, document, (rung) => {
          at(rung, id, version);
        });
        at(null, id, version);
        viewed.fold(event);
        const stored = viewed.find(event.streamNumber, known.type, version);
        const merged = stored ? checkMerged(ladder, stored) : { failures: [], lowest: 1 };
        for (const failure of [...alone.failures, ...merged.failures]) {
          if (failures.length < failuresLimit) failures.push({ page: id, version, ...failure });
        }
        for (const { rung, pointer } of alone.losses)
          count(losses, rung, pointer.replaceAll(/\/\d+(?=\/|$)/g, '/*'));
        known.lowest.push(Math.max(alone.lowest, merged.lowest));
        versions++;
      }
    }
  } finally {
    viewed.close();
  }
  return { versions, failures, losses: [...losses.values()], minimum: minimumOf(ladder, pages) };
}

/** So many of the latest events are looked at for texts, and so many texts are taken. */
const latestEvents = 1_000;
const textsLimit = 500;
const longestText = 5_000;

/** Collects texts that stand in the pages that were saved last. */
export function collectTexts(db: Database, texts: Set<string>): void {
  const { position } = readHead(db);
  for (const event of readLog(db, Math.max(0, position - latestEvents), position)) {
    if (!isPageEvent(event) || (event.type !== 'PageCreated' && event.type !== 'PageSaved')) continue;
    if (event.content !== undefined) collectFrom(JSON.parse(event.content) as JsonValue, texts);
    if (texts.size >= textsLimit) return;
  }
}

function collectFrom(value: JsonValue, texts: Set<string>): void {
  if (texts.size >= textsLimit) return;
  if (typeof value === 'string' && value.length <= longestText) texts.add(value);
  if (typeof value === 'object' && value !== null)
    for (const child of Object.values<JsonValue>(value as JsonObject)) collectFrom(child, texts);
}

function count(losses: Map<string, StoredLosses>, rung: number, pointer: string): void {
  const key = `${rung} ${pointer}`;
  losses.set(key, { rung, pointer, versions: (losses.get(key)?.versions ?? 0) + 1 });
}

function minimumOf(ladder: Ladder, pages: ReadonlyMap<string, PageSoFar>): number | null {
  let minimum = ladder.floor;
  for (const { lowest } of pages.values()) minimum = Math.max(minimum, lowest.at(-1) ?? 1);
  return Number.isFinite(minimum) ? minimum : null;
}
