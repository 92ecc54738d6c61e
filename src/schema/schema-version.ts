import type { ContentTypes } from './content-types.js';
import type { BoundRung } from './rung.js';

/** One schema version: what its types are, and what has changed since the one below. */
export interface SchemaVersion {
  readonly version: number;
  readonly title: string;
  /** Chained: it covers this rung and all below it (hex). */
  readonly hash: string;
  readonly types: ContentTypes;
  readonly rung: BoundRung;
}
