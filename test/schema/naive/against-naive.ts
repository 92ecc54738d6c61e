import fc from 'fast-check';
import { blockId } from '../../../src/schema/blocks.js';
import {
  copyJson,
  isArray,
  sameJson,
  type JsonObject,
  type JsonValue,
} from '../../../src/schema/json/json.js';
import type { Ladder } from '../../../src/schema/ladder.js';
import { enacted, plansOf } from '../../../src/schema/laws/histories.js';
import { nextVersion } from '../../../src/schema/laws/history.js';
import type { History, Step } from '../../../src/schema/laws/trial.js';
import { saved } from '../../../src/schema/merge/saved.js';
import { viewAt, type StoredVersion } from '../../../src/schema/views.js';
import { blocksById, withoutBlocks } from './naive-blocks.js';
import { NaiveViews } from './naive-views.js';

/** A view that comes out otherwise than the contract says. */
export interface Disagreement {
  readonly version: number;
  readonly schemaVersion: number;
  readonly expected: JsonObject;
  readonly found: JsonObject;
}

/** The first view of a history on which the product and the naive reading of the contract don't agree. */
export function disagreement(ladder: Ladder, type: string, history: History): Disagreement | undefined {
  const versions: StoredVersion[] = [];
  const naive = new NaiveViews(ladder, type, history);
  for (const step of history) {
    versions.push(nextVersion(ladder, type, versions, step));
    for (const { version: t } of ladder.versions) {
      const found = viewAt(ladder, versions.at(-1) as StoredVersion, t);
      const expected = naive.at(versions.length, t);
      if (!sameJson(found, expected))
        return {
          version: versions.length,
          schemaVersion: t,
          expected: copyJson(expected),
          found: copyJson(found),
        };
    }
  }
  return undefined;
}

/** What was done to pages: plans that come about, and now and then a block that is put back under its `_id`. */
export function historiesOf(ladder: Ladder, type: string): fc.Arbitrary<History> {
  const versions = ladder.versions.map(({ version }) => version);
  const back = fc.record({
    isTried: fc.integer({ min: 0, max: 2 }).map((one) => one === 0),
    schemaVersion: fc.constantFrom(...versions),
    version: fc.nat({ max: 9 }),
    block: fc.nat({ max: 9 }),
    slot: fc.nat({ max: 9 }),
  });
  return fc.tuple(plansOf(ladder, type, versions), back, back).map(([plans, ...puts]) => {
    const [first] = plans;
    if (first?.kind !== 'create' || ladder.faults(first.schemaVersion, type, first.document).length > 0)
      return [];
    let history = enacted(ladder, type, plans, versions) ?? [];
    if (history.length === 0) return history;
    for (const put of puts) history = put.isTried ? withBlockBack(ladder, type, history, put) : history;
    return history;
  });
}

interface Put {
  readonly schemaVersion: number;
  readonly version: number;
  readonly block: number;
  readonly slot: number;
}

/** A client that has an earlier version before it pastes a block of that into the newest one. */
function withBlockBack(ladder: Ladder, type: string, history: History, put: Put): History {
  const versions = versionsOf(ladder, type, history);
  const { schemaVersion } = put;
  const [latest, then] = [versions.at(-1), versions[put.version % versions.length]] as StoredVersion[];
  if (!latest || !then) return history;
  const document = copyJson(viewAt(ladder, latest, schemaVersion));
  const here = blocksById(document);
  const gone = [...blocksById(viewAt(ladder, then, schemaVersion))].filter(([id]) => !here.has(id));
  const [, block] = gone[put.block % gone.length] ?? [];
  const lists = Object.values(document).filter(
    (value) => isArray(value) && value.every((one) => here.has(blockId(one) ?? '')),
  );
  const list = lists[put.slot % lists.length] as JsonValue[] | undefined;
  const alone = block && withoutBlocks(copyJson(block), (id) => here.has(id));
  if (!alone || !list) return history;
  list.splice(put.slot % (list.length + 1), 0, alone);
  const step: Step = { kind: 'save', schemaVersion, document, copies: {} };
  const sent = { schemaVersion, document, copies: new Map<string, string>() };
  if (ladder.faults(schemaVersion, type, document).length > 0) return history;
  const { taken } = saved(
    ladder,
    latest,
    { ...sent, document: copyJson(document) },
    (number) => versions[number - 1],
  );
  return taken.size > 0 ? history : [...history, step];
}

function versionsOf(ladder: Ladder, type: string, history: History): readonly StoredVersion[] {
  return history.reduce<readonly StoredVersion[]>(
    (versions, step) => [...versions, nextVersion(ladder, type, versions, step)],
    [],
  );
}
