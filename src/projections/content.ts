import type { Database } from '../events/database.js';
import type { BrokenBlock } from '../schema/conversion.js';
import { convert, isConcerned } from '../schema/conversion.js';
import type { JsonObject } from '../schema/json.js';
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

/** What a content version looks like at a schema version, as JSON text; `content` is the text that was sent. */
export type ReadContent = (version: VersionFacts, content: string, schemaVersion: number) => string;

/**
 * The one way by which content gets to clients; the operator's exports and `tail` take it as it is stored, or through
 * `viewAt`. At the schema version it was sent in it is the very text; elsewhere what the projection `versions` remembers,
 * or else a plain conversion (which is the very text where no rung touches it).
 * The reader throws an Error where no way leads to that schema version.
 */
export function contentReader(db: Database, ladder: Ladder, report: ReportBroken): ReadContent {
  const viewOf = db
    .prepare<[number, number, number], string>(
      'SELECT content FROM views WHERE page = ? AND version = ? AND schema_version = ?',
    )
    .pluck();
  return (version, content, schemaVersion) => {
    const { number, id, type, contentVersion, storedSchemaVersion } = version;
    if (schemaVersion === storedSchemaVersion) return content;
    const known = version.mayHaveViews ? viewOf.get(number, contentVersion, schemaVersion) : undefined;
    if (known !== undefined) return known;
    if (!isConcerned(ladder.way(storedSchemaVersion, schemaVersion), type, content)) return content;
    const document = JSON.parse(content) as JsonObject;
    const converted = convert(ladder, type, document, storedSchemaVersion, schemaVersion);
    if (converted.broken.length > 0) report(id, contentVersion, converted.broken);
    return converted.isUntouched ? content : JSON.stringify(converted.content);
  };
}
