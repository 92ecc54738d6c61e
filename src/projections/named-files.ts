import type { FileFacts } from '../events/file-facts.js';
import type { Database } from '../log/database.js';
import { assetType } from '../schema/asset-content.js';

/** A version of an asset that has a file. */
export interface FileUse {
  readonly asset: string;
  readonly version: number;
  readonly name: string;
}

/** How much there is, deleted assets and earlier versions included. */
export interface FileTotals {
  readonly assets: number;
  readonly files: number;
  readonly bytes: number;
}

/** So many are asked for at once: nobody else's work waits for whoever goes through all of them. */
const atOnce = 200;

/** The files that the log speaks of, whichever version of whichever asset has them: those have to be there, and no others. */
export function namedFileFinders(db: Database) {
  const one = db.prepare<[string], number>('SELECT 1 FROM files WHERE sha256 = ? LIMIT 1').pluck();
  const next = db.prepare<[string, number], { facts: string; position: number }>(
    `SELECT facts, max(position) AS position FROM files WHERE sha256 > ? AND position <= ?
     GROUP BY sha256 ORDER BY sha256 LIMIT ${atOnce}`,
  );
  const uses = db.prepare<[string, number], FileUse>(
    `SELECT streams.id AS asset, files.version, facts ->> '$.name' AS name
     FROM files JOIN streams ON streams.number = files.page
     WHERE sha256 = ? AND position <= ? ORDER BY position`,
  );
  return {
    isNamed: (sha256: string): boolean => one.get(sha256) !== undefined,

    /** Each once, by its hash, as the log has it up to a position. No statement stays open in between. */
    *upTo(position: number): Generator<FileFacts> {
      for (let last = ''; ;) {
        const found = next.all(last, position).map(({ facts }) => JSON.parse(facts) as FileFacts);
        yield* found;
        const end = found.at(-1);
        if (!end || found.length < atOnce) return;
        last = end.sha256;
      }
    },

    /** Who has a file, oldest first. */
    uses: (sha256: string, position: number): readonly FileUse[] => uses.all(sha256, position),
  };
}

export function fileTotals(db: Database): FileTotals {
  const assets = db.prepare<[string], number>('SELECT count(*) FROM pages WHERE type = ?').pluck();
  const files = db.prepare<[], Omit<FileTotals, 'assets'>>(
    `SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes
     FROM (SELECT facts ->> '$.bytes' AS bytes FROM files GROUP BY sha256)`,
  );
  return { assets: assets.get(assetType) ?? 0, ...(files.get() ?? { files: 0, bytes: 0 }) };
}
