import type { Database } from '../log/database.js';
import type { Projection } from './projection.js';

/** Which schema versions clients may speak, and until when, as the operator has said. */
export const servedVersions: Projection = {
  name: 'served_versions',
  version: 1,
  tables: [
    {
      name: 'schema_minimum',
      // One row, once there is any event of the stream; `stream_version` is where that stands.
      create: `CREATE TABLE schema_minimum (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        minimum INTEGER NOT NULL,
        stream_version INTEGER NOT NULL
      ) STRICT`,
      key: ['one'],
      indexes: [],
    },
    {
      name: 'schema_sunsets',
      create: `CREATE TABLE schema_sunsets (schema_version INTEGER PRIMARY KEY, at TEXT NOT NULL, announced_at TEXT NOT NULL) STRICT`,
      key: ['schema_version'],
      indexes: [],
    },
  ],
  fold(db) {
    const count = db.prepare(
      `INSERT INTO schema_minimum (one, minimum, stream_version) VALUES (1, 1, $version)
       ON CONFLICT (one) DO UPDATE SET stream_version = $version`,
    );
    const setMinimum = db.prepare('UPDATE schema_minimum SET minimum = ?');
    const announce = db.prepare(
      'INSERT OR REPLACE INTO schema_sunsets (schema_version, at, announced_at) VALUES (?, ?, ?)',
    );
    return (event) => {
      if (event.type === 'MinimumSchemaVersionSet') {
        count.run({ version: event.streamVersion });
        setMinimum.run(event.data.minimum);
      } else if (event.type === 'SchemaVersionSunset') {
        count.run({ version: event.streamVersion });
        announce.run(event.data.schemaVersion, event.data.at, event.changeset.at);
      }
    };
  },
};

/** This schema version and all below it go at `at`, as was said at `announcedAt` (ISO 8601, UTC). */
export interface Sunset {
  readonly schemaVersion: number;
  readonly at: string;
  readonly announcedAt: string;
}

/** When a schema version goes: the earliest of what was announced of it or of one above it. */
export function sunsetOf(sunsets: readonly Sunset[], schemaVersion: number): Sunset | undefined {
  return sunsets
    .filter((sunset) => sunset.schemaVersion >= schemaVersion)
    .reduce<Sunset | undefined>((first, next) => (first && first.at <= next.at ? first : next), undefined);
}

type ServedVersionFinders = ReturnType<typeof servedVersionFinders>;

export function servedVersionFinders(db: Database) {
  const minimum = db.prepare<[], number>('SELECT minimum FROM schema_minimum').pluck();
  const streamVersion = db.prepare<[], number>('SELECT stream_version FROM schema_minimum').pluck();
  const sunsets = db.prepare<[], Sunset>(
    'SELECT schema_version AS schemaVersion, at, announced_at AS announcedAt FROM schema_sunsets ORDER BY schema_version',
  );
  return {
    /** As it was set, 1 where it never was; the ladder may know a higher one that it can't go below. */
    minimum: () => minimum.get() ?? 1,
    /** What was announced, lowest version first. */
    sunsets: (): readonly Sunset[] => sunsets.all(),
    /** Where the stream stands; 0: nothing was ever said. */
    schemaStreamVersion: () => streamVersion.get() ?? 0,
  };
}

/** The same, remembered while nothing more was said about schema versions. @param saidAt where that was done last */
export function rememberingServedVersions(finders: ServedVersionFinders, saidAt: () => number) {
  let remembered: { readonly at: number; minimum?: number; sunsets?: readonly Sunset[] } = { at: -1 };
  const now = (): typeof remembered => {
    const at = saidAt();
    if (remembered.at !== at) remembered = { at };
    return remembered;
  };
  return {
    minimum: () => (now().minimum ??= finders.minimum()),
    sunsets: () => (now().sunsets ??= finders.sunsets()),
    schemaStreamVersion: finders.schemaStreamVersion,
    /** What was said is not so: it was rolled back, or projections were put right. */
    forget: (): void => {
      remembered = { at: -1 };
    },
  };
}
