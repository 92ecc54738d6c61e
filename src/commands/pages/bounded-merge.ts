import { Refusal } from '../../refusal.js';
import { isArray, isObject, type JsonObject, type JsonValue } from '../../schema/json/json.js';
import type { Ladder } from '../../schema/ladder.js';
import type { StoredVersion } from '../../schema/views.js';

/**
 * How many values a save may have to look at, over all schema versions that it is merged at: about two seconds of the
 * writer. Counted, and not measured, so that every machine decides alike.
 */
const mostValues = 15_000_000;

/**
 * Merging a large document at many schema versions would keep all others waiting.
 * @throws Refusal `too-much-work` {values, limit}
 */
export function requireBounded(ladder: Ladder, base: StoredVersion, document: JsonObject): void {
  const most = Math.floor(mostValues / ladder.current);
  const values = countValues(document) + countValues(base.document);
  if (values <= most) return;
  throw new Refusal(
    'too-much-work',
    `the document is too large to be merged at ${ladder.current} schema versions (${values} values, with what was ` +
      `there, and ${most} can be): save it at schema version ${base.schemaVersion}, where it was saved last, or make it smaller`,
    { values, limit: most },
  );
}

function countValues(value: JsonValue): number {
  if (isArray(value)) return value.reduce<number>((sum, item) => sum + countValues(item), 1);
  if (!isObject(value)) return 1;
  return Object.keys(value).reduce((sum, key) => sum + countValues(value[key] as JsonValue), 1);
}
