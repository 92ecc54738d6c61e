import type { Database } from '../../log/database.js';
import { readHead } from '../../log/log.js';
import { storable } from '../../log/storable.js';
import { pageFinders } from '../../projections/page-states.js';
import { pathFinder } from '../../queries/path-finder.js';
import { authorKey, type AuthorIds } from './authors.js';
import { BadHistory } from './bad-history.js';
import { defaultMatch, type Commit, type Unreadable } from './read-history.js';

/** The page beneath which an import goes. */
export interface ImportParent {
  readonly id: string;
  /** Its path as it was when the import began: what ids are derived from, wherever the page went since. */
  readonly name: string;
  /** Where it is now, as in `/docs`. */
  readonly path: string;
}

/** What makes two imports the same one, to be gone on with: a history and the place where it goes. */
export interface ImportScope {
  readonly root: string;
  /** Null: the top level. */
  readonly parent: ImportParent | null;
  readonly match: string;
  /** Null: no files become assets. */
  readonly assets: string | null;
  readonly stripExtension: boolean;
}

/** A change to a file that was left out because an editor's stays. */
export interface Skipped {
  readonly path: string;
  /** Null: the file has no page. */
  readonly page: string | null;
  /** What the commit did, and what the editor had done. */
  readonly why: string;
}

/** As many characters as all remarks on one change set may have: an export repeats them for each of its events. */
const remarksLimit = 16_000;

/** What the change set of a commit remembers. What is as it is by default is left out. */
export function sourceOf(
  scope: ImportScope,
  commit: Commit,
  skipped: readonly Skipped[],
  bridgedFrom: string | null,
): Readonly<Record<string, string>> {
  const { root, parent, match, assets, stripExtension } = scope;
  const { author, hash, oddDate, unreadable } = commit;
  return {
    commit: hash,
    root,
    ...(author.email !== '' && { address: author.email }),
    ...(parent !== null && { parent: parent.name, beneath: parent.id }),
    ...(match !== defaultMatch && { match }),
    ...(assets !== null && { assets }),
    ...(stripExtension && { extension: 'stripped' }),
    ...(oddDate !== null && { date: oddDate }),
    ...(bridgedFrom !== null && { since: bridgedFrom }),
    ...(unreadable.length > 0 && { unreadable: remarks(unreadable.map(remarkOn)) }),
    ...(skipped.length > 0 && { skipped: remarks(skipped) }),
  };
}

function remarkOn({ path, what, blob, bytes }: Unreadable): object {
  const reason =
    what === 'text' ? 'the text is not UTF-8' : 'the name is not UTF-8, or has control characters';
  return { path: storable(path), reason, blob, ...(bytes && { base64: bytes.toString('base64') }) };
}

/** JSON: a list, in the end the number of those that there is no room for. */
function remarks(all: readonly object[]): string {
  const texts: string[] = [];
  let length = 0;
  for (const remark of all) {
    const text = JSON.stringify(remark);
    length += text.length;
    if (length > remarksLimit) break;
    texts.push(text);
  }
  const more = all.length - texts.length;
  return `[${[...texts, ...(more > 0 ? [JSON.stringify({ more })] : [])].join(',')}]`;
}

/** A condition on `changesets`: those of this import. */
export function ofScope({ root, parent }: Pick<ImportScope, 'root' | 'parent'>): {
  readonly sql: string;
  readonly values: readonly (string | null)[];
} {
  const ofRoot = `source IS NOT NULL AND source ->> '$.root' = ?`;
  if (parent === null) return { sql: `${ofRoot} AND source ->> '$.parent' IS NULL`, values: [root] };
  return {
    sql: `${ofRoot} AND ifnull(source ->> '$.beneath' = ?, source ->> '$.parent' = ?)`,
    values: [root, parent.id, parent.name],
  };
}

/**
 * The page beneath which a history goes that is asked for at a path: the one that is there, or was there when this history
 * was first imported beneath it.
 * @throws BadHistory when there is none
 */
export function findParent(db: Database, root: string, path: string): ImportParent {
  const imports = db
    .prepare<[string], { name: string; id: string | null }>(
      `SELECT DISTINCT source ->> '$.parent' AS name, source ->> '$.beneath' AS id FROM changesets
       WHERE source IS NOT NULL AND source ->> '$.root' = ? AND source ->> '$.parent' IS NOT NULL`,
    )
    .all(root);
  const there = pagesOnceAt(db, path);
  for (const { id, path: pathNow } of there) {
    const known = imports.find((each) => each.id === id);
    if (known) return { id, name: known.name, path: pathNow };
  }
  const [page] = there;
  if (page?.path !== path)
    throw new BadHistory(`there is no page at ${path}: create it first, or leave out --parent`);
  // Another page was at this path when the history was imported beneath that one: its pages have the ids.
  const isTaken = imports.some(({ name, id }) => name === path && id !== null);
  return { id: page.id, name: isTaken ? `${path}#${page.id}` : path, path };
}

/** The page at a path, then those that were there, with the paths where they are now. */
function pagesOnceAt(db: Database, path: string): readonly { id: string; path: string }[] {
  const { position } = readHead(db);
  const paths = pathFinder(db);
  const { page, ancestry } = pageFinders(db);
  const now = paths.at(path, position);
  return [
    ...new Set([
      ...(now === undefined ? [] : [now]),
      ...[...paths.formerly(path, position)].map(({ id }) => id),
    ]),
  ].flatMap((id) => {
    const found = page(id);
    if (!found?.place || found.deletedRoot !== null) return [];
    const { parent, slug } = found.place;
    return [{ id, path: `${ancestry(parent).path}/${slug}` }];
  });
}

/**
 * The last commit of this history that was imported there; null when none was.
 * @throws BadHistory when other files of it were chosen or named differently: their history would be lost
 */
export function lastImport(db: Database, scope: ImportScope): string | null {
  const { sql, values } = ofScope(scope);
  const row = db
    .prepare<unknown[], { source: string }>(
      `SELECT source FROM changesets WHERE ${sql} ORDER BY first_position DESC LIMIT 1`,
    )
    .get(...values);
  if (!row) return null;
  const {
    commit,
    match = defaultMatch,
    assets = null,
    extension,
  } = JSON.parse(row.source) as Partial<Record<string, string>>;
  const isStripped = extension === 'stripped';
  if (match !== scope.match || assets !== scope.assets || isStripped !== scope.stripExtension) {
    const more = [
      ...(assets === null ? [] : [` --assets '${assets}'`]),
      isStripped ? ' --strip-extension' : scope.stripExtension ? ' and without --strip-extension' : '',
    ];
    const flags = `--match '${match}'${more.join('')}`;
    throw new BadHistory(
      `this history was imported with ${flags}: go on with that, or import beneath another --parent`,
    );
  }
  return commit ?? null;
}

/** The authors of this history so far, so that everybody stays the same on another line of it. */
export function knownAuthors(db: Database, root: string): AuthorIds {
  const rows = db
    .prepare<[string], { id: string; name: string; email: string }>(
      `SELECT DISTINCT by ->> '$.id' AS id, by ->> '$.name' AS name, ifnull(source ->> '$.address', '') AS email
       FROM changesets WHERE source IS NOT NULL AND source ->> '$.root' = ? AND by ->> '$.kind' = 'import'`,
    )
    .all(root);
  return new Map(rows.filter(({ id }) => !id.includes('@')).map((author) => [authorKey(author), author.id]));
}
