import type { Damage } from './check-log.js';
import type { Database } from './database.js';

/** Faults told at most, of each kind. */
const damageLimit = 20;

/**
 * What is kept beside the log and not in its chain: the ledger's outcomes say a result for each command, up to a position that
 * a change set ends at; views for older releases belong to an event with content, below its schema version, and are objects.
 */
export function checkKept(db: Database): readonly Damage[] {
  return [...wrongOutcomes(db), ...wrongViews(db)];
}

function wrongOutcomes(db: Database): Damage[] {
  return db
    .prepare<[number], number>(
      `SELECT number FROM ledger WHERE outcome IS NOT NULL AND CASE WHEN NOT json_valid(outcome) THEN 1 ELSE
         outcome ->> '$.kind' IS NOT 'accepted' OR json_type(outcome, '$.results') IS NOT 'array'
         OR json_type(outcome, '$.position') IS NOT 'integer' OR length(digest) IS NOT 32
         OR (outcome ->> '$.position' <> 0
             AND NOT EXISTS (SELECT 1 FROM events WHERE position = outcome ->> '$.position'))
         OR EXISTS (SELECT 1 FROM json_each(outcome, '$.results') AS result
                    WHERE ifnull(result.value ->> '$.kind', '') NOT IN ('page', 'page-deleted', 'token', 'token-revoked', 'schema')
                       OR (result.value ->> '$.kind' = 'page' AND NOT EXISTS (
                             SELECT 1 FROM events WHERE position = result.value ->> '$.page.view.contentPosition'
                                                    AND content IS NOT NULL)))
       END LIMIT ?`,
    )
    .pluck()
    .all(damageLimit)
    .map((number) => ({
      position: null,
      message: `row ${number} of the ledger is not what a client was told: whoever repeats that request is told it again`,
    }));
}

function wrongViews(db: Database): Damage[] {
  const isThere = db
    .prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'older_views'`)
    .get();
  if (!isThere) return [];
  return db
    .prepare<[number], { position: number; version: number }>(
      `SELECT older_views.position, older_views.schema_version AS version
       FROM older_views LEFT JOIN events ON events.position = older_views.position
       WHERE events.content IS NULL OR older_views.schema_version < 1 OR older_views.schema_version >= events.schema_version
          OR NOT json_valid(older_views.content) OR json_type(older_views.content) <> 'object' LIMIT ?`,
    )
    .all(damageLimit)
    .map(({ position, version }) => ({
      position,
      message: `what an older release would show of position ${position} at schema version ${version} belongs to nothing, or is no document`,
    }));
}
