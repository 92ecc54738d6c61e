import type { Database } from '../log/database.js';
import type { RecordedEvent } from '../events/event.js';
import type { Ladder } from '../schema/ladder.js';
import { fileFinders, files } from './files.js';
import { families } from './families.js';
import { grantFinders, grants } from './grants.js';
import { labelFinders, labels } from './labels.js';
import { moments } from './moments.js';
import { pageFinders } from './page-states.js';
import { pages } from './pages.js';
import { people, personFinders } from './people.js';
import { places } from './places.js';
import type { Projection } from './projection.js';
import { protections } from './protections.js';
import { publications } from './publications.js';
import { referenceFinders } from './referrers.js';
import { servedVersionFinders, servedVersions } from './served-versions.js';
import { authorFinder, storedVersionFinder } from './stored-versions.js';
import { tokenFinders, tokens } from './tokens.js';
import { versions } from './versions.js';
import type { Decided } from './views-of-versions.js';

/**
 * All projections. None reads another's tables while folding, so any of them can be rebuilt alone.
 * @param decided what the writer knows already of the version that an event makes, which a replay has to work out
 */
export function projectionsOf(ladder: Ladder, decided?: Decided): readonly Projection[] {
  return [
    pages,
    versions(ladder, decided),
    places,
    publications,
    protections,
    labels,
    files,
    moments,
    tokens,
    grants,
    people,
    servedVersions,
    families,
  ];
}

/** The folds of several projections as one. `log`: where they look back; the same connection, unless it is a rebuild. */
export function foldAll(
  chosen: readonly Projection[],
  db: Database,
  log: Database = db,
): (event: RecordedEvent) => void {
  const folds = chosen.map((projection) => projection.fold(db, log));
  return (event) => {
    for (const fold of folds) fold(event);
  };
}

/** What is asked of the projections as they are now: by rules, inside the transaction that writes. */
export function findersOf(db: Database) {
  return {
    pages: pageFinders(db),
    labels: labelFinders(db),
    files: fileFinders(db),
    tokens: tokenFinders(db),
    grants: grantFinders(db),
    people: personFinders(db),
    references: referenceFinders(db),
    servedVersions: servedVersionFinders(db),
    author: authorFinder(db),
    stored: storedVersionFinder(db),
  };
}
