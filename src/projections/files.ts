import type { FileFacts } from '../events/file-facts.js';
import { contentVersionOf } from '../events/page.js';
import type { Database } from '../log/database.js';
import { assetType } from '../schema/asset-content.js';
import type { Projection } from './projection.js';

/** Which file an asset has from which content version on, until there is a later row. */
export const files: Projection = {
  name: 'files',
  version: 1,
  tables: [
    {
      name: 'files',
      // `facts` is a `FileFacts` in JSON.
      create: `CREATE TABLE files (
        page INTEGER NOT NULL,
        version INTEGER NOT NULL,
        position INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        facts TEXT NOT NULL,
        PRIMARY KEY (page, version)
      ) STRICT, WITHOUT ROWID`,
      key: ['page', 'version'],
      indexes: ['CREATE INDEX files_by_hash ON files (sha256)'],
    },
  ],
  fold(db) {
    const add = db.prepare(
      'INSERT INTO files (page, version, position, sha256, facts) VALUES (?, ?, ?, ?, ?)',
    );
    const bringBack = db.prepare(
      `INSERT INTO files (page, version, position, sha256, facts)
       SELECT page, ?, ?, sha256, facts FROM files WHERE page = ? AND version <= ? ORDER BY version DESC LIMIT 1`,
    );
    return (event) => {
      if (event.type === 'PageRestored') {
        bringBack.run(event.data.version, event.position, event.streamNumber, event.data.restored);
        return;
      }
      if (event.type !== 'PageCreated' && event.type !== 'PageSaved') return;
      const { file } = event.data;
      if (!file) return;
      add.run(event.streamNumber, contentVersionOf(event), event.position, file.sha256, JSON.stringify(file));
    };
  },
};

export function fileFinders(db: Database) {
  const newest = db
    .prepare<[number], string>('SELECT facts FROM files WHERE page = ? ORDER BY version DESC LIMIT 1')
    .pluck();
  const ofVersion = db
    .prepare<[string, number], string>(
      `SELECT facts FROM files JOIN pages ON pages.number = files.page
       WHERE pages.id = ? AND version <= ? ORDER BY version DESC LIMIT 1`,
    )
    .pluck();
  const read = (facts: string | undefined, id: string): FileFacts => {
    if (facts === undefined) throw new Error(`the asset ${id} has no file: run \`palimpsest rebuild files\``);
    return JSON.parse(facts) as FileFacts;
  };
  return {
    /** The file of an asset's newest version. */
    newest: ({ id, number }: { readonly id: string; readonly number: number }): FileFacts =>
      read(newest.get(number), id),
    /** The file of an asset's content version. */
    ofVersion: (id: string, version: number): FileFacts => read(ofVersion.get(id, version), id),
  };
}

/** The file of the version in `versions`, where `pages` are joined to it; null of what is no asset. */
export const fileOfVersion = `CASE WHEN pages.type = '${assetType}' THEN (
  SELECT facts FROM files WHERE files.page = pages.number AND files.version <= versions.version
  ORDER BY files.version DESC LIMIT 1) END`;
