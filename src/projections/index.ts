import type { Database } from '../events/database.js';
import type { RecordedEvent } from '../events/event.js';
import { moments } from './moments.js';
import { pages } from './pages.js';
import { places } from './places.js';
import type { Projection } from './projection.js';
import { publications } from './publications.js';
import { tokens } from './tokens.js';
import { versions } from './versions.js';

/** All projections. None reads another's tables while folding, so any of them can be rebuilt alone. */
export const projections: readonly Projection[] = [pages, versions, places, publications, moments, tokens];

/** The folds of several projections as one. */
export function foldAll(
  db: Database,
  chosen: readonly Projection[] = projections,
): (event: RecordedEvent) => void {
  const folds = chosen.map((projection) => projection.fold(db));
  return (event) => {
    for (const fold of folds) fold(event);
  };
}
