import type { Database } from '../log/database.js';
import type { BrokenBlock } from '../schema/conversion.js';
import { convert, isTouched } from '../schema/conversion.js';
import type { JsonObject } from '../schema/json/json.js';
import type { Ladder } from '../schema/ladder.js';

/** A content version, as it was sent at `storedSchemaVersion`. */
interface VersionFacts {
  /** The number of the page's stream. */
  readonly number: number;
  readonly id: string;
  readonly type: string;
  readonly contentVersion: number;
  readonly storedSchemaVersion: number;
  /** False: there is none in the projection's `views`. */
  readonly mayHaveViews: boolean;
}

/** What a conversion could not show, with the page and content version that it was in. */
export type ReportBroken = (page: string, contentVersion: number, broken: readonly BrokenBlock[]) => void;

/**
 * What a content version looks like at a schema version, as JSON text; `content` is the text that was sent.
 * `beforeConversion` is asked about a text that would have to be converted, and may throw.
 */
export type ReadContent = (
  version: VersionFacts,
  content: string,
  schemaVersion: number,
  beforeConversion?: (text: string) => void,
) => string;

/**
 * The one way by which content gets to clients; the operator's exports and `tail` take it as it is stored, or through
 * `viewAt`. At the schema version it was sent in it is the very text; elsewhere a conversion of the nearest view that the
 * projection `versions` remembers, or else of that text (which is the very text where no rung touches it).
 * The reader throws an Error where no way leads to that schema version.
 */
export function contentReader(db: Database, ladder: Ladder, report: ReportBroken): ReadContent {
  const viewOf = db.prepare<[number, number, number, number, number], { from: number; text: string }>(
    `SELECT schema_version AS "from", content AS text FROM views
     WHERE page = ? AND version = ? AND schema_version BETWEEN ? AND ? ORDER BY abs(schema_version - ?) LIMIT 1`,
  );
  return (version, content, schemaVersion, beforeConversion) => {
    const { number, id, type, contentVersion, storedSchemaVersion } = version;
    if (schemaVersion === storedSchemaVersion) return content;
    const known = version.mayHaveViews
      ? viewOf.get(
          number,
          contentVersion,
          Math.min(storedSchemaVersion, schemaVersion),
          Math.max(storedSchemaVersion, schemaVersion),
          schemaVersion,
        )
      : undefined;
    const { from, text } = known ?? { from: storedSchemaVersion, text: content };
    if (from === schemaVersion || !isTouched(ladder.way(from, schemaVersion), type, text)) return text;
    beforeConversion?.(text);
    const converted = convert(ladder, type, JSON.parse(text) as JsonObject, from, schemaVersion);
    if (converted.broken.length > 0) report(id, contentVersion, converted.broken);
    return converted.isUntouched ? text : JSON.stringify(converted.content);
  };
}
