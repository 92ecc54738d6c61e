import { blockId } from '../blocks.js';
import { isArray, isObject, member, setMember, type JsonObject, type JsonValue } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { viewAt } from '../views.js';
import { firstDifference } from './difference.js';
import { versionsIn } from './history.js';
import type { Law, Violation } from './law.js';
import { where } from './locality.js';
import { savesIn, type SeenSave } from './saves.js';
import { converted, type Trial } from './trial.js';
import { unveiled, veilBetween } from './veil.js';

/** What was sent comes back, and what a client changes is changed for all. */
export const exact: Law = {
  name: 'exact',
  statement:
    'what was sent is read back as sent, and readers at other schema versions see all of it that they can',
  triedOn: 'histories',
  violation: (ladder, trial) => notAsSent(ladder, trial) ?? notSeenElsewhere(ladder, trial),
};

function notAsSent(ladder: Ladder, trial: Trial): Violation | undefined {
  const versions = versionsIn(ladder, trial);
  for (const [index, step] of trial.history.entries()) {
    const version = versions[index];
    if (step.kind === 'restore' || !version) continue;
    const difference = firstDifference(step.document, viewAt(ladder, version, step.schemaVersion));
    if (difference) return { ...difference, message: `as it was sent: ${difference.message}` };
  }
  return undefined;
}

function notSeenElsewhere(ladder: Ladder, trial: Trial): Violation | undefined {
  for (const save of savesIn(ladder, trial)) {
    const { type, writer, reader, seen, sent, before, after } = save;
    const veil = veilBetween(ladder, writer, reader);
    const compared = (wanted: JsonObject, there: JsonObject): Violation | undefined => {
      const back = converted(ladder, type, there, reader, writer).content;
      const found = clearsHeads(ladder, save) ? withoutCleared(back, wanted) : back;
      return firstDifference(
        withoutEmpty(unveiled(type, wanted, veil)),
        withoutEmpty(unveiled(type, found, veil)),
      );
    };
    // Where an earlier edit was lost on the writer, what they left alone is not the same there.
    if (compared(seen, before)) continue;
    const difference = compared(sent, after);
    if (difference) return { ...difference, message: `${where(save)}: ${difference.message}` };
  }
  return undefined;
}

/**
 * Whether a list or an object is empty or absent may be something that readers there can't tell apart, while the
 * writer can.
 */
function withoutEmpty(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(withoutEmpty);
  if (!isObject(value)) return value;
  const left: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) {
    const inside = withoutEmpty(value[key] as JsonValue);
    const isEmpty = typeof inside === 'object' && inside !== null && Object.keys(inside).length === 0;
    if (!isEmpty) setMember(left, key, inside);
  }
  return left;
}

/** Whether clearing a single value may bring up the next one of a list that the writer does not see. */
function clearsHeads(ladder: Ladder, { writer, reader }: SeenSave): boolean {
  const { rules } = ladder.way(writer, reader);
  return [...rules.values()].some(({ heads }) => heads.some(({ onClear }) => onClear === 'shift'));
}

/** Without fields that the writer has cleared. */
function withoutCleared(back: JsonObject, sent: JsonObject): JsonObject {
  const left: Record<string, JsonValue> = {};
  for (const key of Object.keys(back)) {
    const [found, wanted] = [back[key] as JsonValue, member(sent, key)];
    if (wanted !== undefined) setMember(left, key, wanted === null ? null : matched(found, wanted));
  }
  return left;
}

function matched(found: JsonValue, wanted: JsonValue): JsonValue {
  if (isObject(found) && isObject(wanted)) return withoutCleared(found, wanted);
  if (!isArray(found) || !isArray(wanted)) return found;
  return found.map((item, index) => {
    const id = blockId(item);
    const partner = id === undefined ? wanted[index] : wanted.find((other) => blockId(other) === id);
    return partner === undefined ? item : matched(item, partner);
  });
}
