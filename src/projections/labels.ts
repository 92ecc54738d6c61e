import type { Database } from '../log/database.js';
import type { Projection } from './projection.js';
import { spanAt } from './spans.js';

/** Which version of a page a label names, and when: spans of positions as in `places`. */
export const labels: Projection = {
  name: 'labels',
  version: 1,
  tables: [
    {
      name: 'labels',
      create: `CREATE TABLE labels (
        page INTEGER NOT NULL,
        label TEXT NOT NULL,
        from_position INTEGER NOT NULL,
        to_position INTEGER,
        version INTEGER NOT NULL,
        PRIMARY KEY (page, label, from_position)
      ) STRICT, WITHOUT ROWID`,
      key: ['page', 'label', 'from_position'],
      indexes: [],
    },
  ],
  fold(db) {
    const open = db.prepare(
      'INSERT INTO labels (page, label, from_position, to_position, version) VALUES (?, ?, ?, NULL, ?)',
    );
    const close = db.prepare(
      'UPDATE labels SET to_position = ? WHERE page = ? AND label = ? AND to_position IS NULL',
    );
    return (event) => {
      if (event.type !== 'PageLabelled' && event.type !== 'PageUnlabelled') return;
      const { label } = event.data;
      close.run(event.position, event.streamNumber, label);
      if (event.type === 'PageLabelled')
        open.run(event.streamNumber, label, event.position, event.data.version);
    };
  },
};

export function labelFinders(db: Database) {
  const version = db
    .prepare<[number, string], number>(
      'SELECT version FROM labels WHERE page = ? AND label = ? AND to_position IS NULL',
    )
    .pluck();
  return {
    /** The version that a label names now. */
    versionOf: ({ number }: { readonly number: number }, label: string): number | undefined =>
      version.get(number, label),
  };
}

/** The labels of a version as of position `$at`, as a JSON list in bytewise order, where `versions` is joined. */
export const labelsThen = `(
  SELECT json_group_array(label) FROM (
    SELECT label FROM labels WHERE labels.page = versions.page AND labels.version = versions.version
      AND ${spanAt('labels')} ORDER BY label
  )
)`;
