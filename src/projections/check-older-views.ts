import type { Damage } from '../log/check-log.js';
import type { Database } from '../log/database.js';
import { sameJson, type JsonValue } from '../schema/json/json.js';
import type { Ladder } from '../schema/ladder.js';
import { viewAt } from '../schema/views.js';
import { storedVersionFinder } from './stored-versions.js';

/** Faults told at most. */
const faultsLimit = 20;

/**
 * Works out again what is kept for older releases, one document at a time: as much work as the replay had with the same
 * versions. To be asked when the projections are known to be right. What this ladder has no way to is passed over.
 */
export function checkOlderViews(db: Database, ladder: Ladder): readonly Damage[] {
  // Databases of earlier programs have none.
  if (!db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'older_views'`).get()) return [];
  const stored = storedVersionFinder(db);
  const kept = db.prepare<[], { position: number; at: number; content: string }>(
    'SELECT position, schema_version AS at, content FROM older_views ORDER BY position, schema_version',
  );
  const versionAt = db.prepare<
    [number],
    { number: number; type: string; version: number; schemaVersion: number }
  >(
    `SELECT pages.number, pages.type, version, schema_version AS schemaVersion
     FROM versions JOIN pages ON pages.number = versions.page WHERE versions.position = ?`,
  );
  const faults: Damage[] = [];
  for (const { position, at, content } of kept.iterate()) {
    const found = versionAt.get(position);
    if (!found || !ladder.leads(found.schemaVersion, at)) continue;
    const view = viewAt(ladder, stored(found, found.version), at);
    if (sameJson(view, JSON.parse(content) as JsonValue)) continue;
    faults.push({
      position,
      message: `what an older release would show of position ${position} at schema version ${at} is not what was saved: don't go back to it`,
    });
    if (faults.length >= faultsLimit) break;
  }
  return faults;
}
