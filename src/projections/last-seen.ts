import type { Database } from '../log/database.js';
import type { LastSeenVersions } from '../schema/views.js';

/** Finds what is remembered of the blocks of a page that are not to be seen in its newest version. */
export function lastSeenFinder(db: Database): (page: number) => LastSeenVersions {
  const select = db.prepare<[number], { schemaVersion: number; block: string; version: number }>(
    `SELECT schema_version AS schemaVersion, block, version
     FROM last_seen WHERE page = ? ORDER BY schema_version, block`,
  );
  return (page) => {
    const lastSeen = new Map<number, Map<string, number>>();
    for (const { schemaVersion, block, version } of select.all(page)) {
      const blocks = lastSeen.get(schemaVersion) ?? new Map<string, number>();
      lastSeen.set(schemaVersion, blocks.set(block, version));
    }
    return lastSeen;
  };
}

/** Brings what is remembered of a page to what is to be remembered from now on. */
export function lastSeenWriter(db: Database): (page: number, lastSeen: LastSeenVersions) => void {
  const find = lastSeenFinder(db);
  const remove = db.prepare('DELETE FROM last_seen WHERE page = ? AND schema_version = ? AND block = ?');
  const put = db.prepare(
    `INSERT INTO last_seen (page, schema_version, block, version) VALUES (?, ?, ?, ?)
     ON CONFLICT (page, schema_version, block) DO UPDATE SET version = excluded.version`,
  );
  return (page, lastSeen) => {
    const before = find(page);
    for (const [schemaVersion, blocks] of before) {
      const after = lastSeen.get(schemaVersion);
      for (const block of blocks.keys()) if (!after?.has(block)) remove.run(page, schemaVersion, block);
    }
    for (const [schemaVersion, blocks] of lastSeen) {
      const known = before.get(schemaVersion);
      for (const [block, version] of blocks) {
        if (known?.get(block) !== version) put.run(page, schemaVersion, block, version);
      }
    }
  };
}
