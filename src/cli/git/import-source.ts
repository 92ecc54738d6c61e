import type { Database } from '../../events/database.js';
import { BadHistory } from './bad-history.js';
import { defaultMatch } from './read-history.js';

/** What makes two imports the same one, to be gone on with: a history and the place where it goes. */
export interface ImportScope {
  readonly root: string;
  /** A path; null: the top level. */
  readonly parent: string | null;
  readonly match: string;
  readonly stripExtension: boolean;
}

/** What the change set of a commit remembers. What is as it is by default is left out. */
export function sourceOf(scope: ImportScope, commit: string): Readonly<Record<string, string>> {
  const { root, parent, match, stripExtension } = scope;
  return {
    commit,
    root,
    ...(parent !== null && { parent }),
    ...(match !== defaultMatch && { match }),
    ...(stripExtension && { extension: 'stripped' }),
  };
}

/**
 * The last commit of this history that was imported there; null when none was.
 * @throws BadHistory when other files of it were chosen or named differently: their history would be lost
 */
export function lastImport(db: Database, scope: ImportScope): string | null {
  const row = db
    .prepare<[string, string | null], { source: string }>(
      `SELECT source FROM changesets
       WHERE source IS NOT NULL AND source ->> '$.root' = ? AND source ->> '$.parent' IS ?
       ORDER BY first_position DESC LIMIT 1`,
    )
    .get(scope.root, scope.parent);
  if (!row) return null;
  const {
    commit,
    match = defaultMatch,
    extension,
  } = JSON.parse(row.source) as Partial<Record<string, string>>;
  if (match !== scope.match || (extension === 'stripped') !== scope.stripExtension) {
    const flags = `--match '${match}'${extension === 'stripped' ? ' --strip-extension' : ''}`;
    throw new BadHistory(
      `this history was imported with ${flags}: go on with that, or import beneath another --parent`,
    );
  }
  return commit ?? null;
}
