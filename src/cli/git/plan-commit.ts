import type { ChangeSet } from '../../commands/change-set.js';
import { extname } from 'node:path/posix';
import { derivedId } from './derived-id.js';
import { foldersAbove, lastName, type KnownTree } from './known-tree.js';
import { PageSteps, type ImportTarget } from './page-steps.js';
import { planMoves } from './plan-moves.js';
import type { Commit } from './read-history.js';

/**
 * What a commit is in pages: one change set whose commands never collide, and `tree` as it is afterwards. First
 * what goes, then what moves, then what is new, then what is edited; a folder is made before something comes
 * into it, and deleted when the last page has gone. Null when the commit touched nothing.
 * `source` is kept with the change set. The ids follow from root commit, commit and path.
 * @throws BadHistory when the pages are not those that the history before made
 */
export function planCommit(
  commit: Commit,
  tree: KnownTree,
  target: ImportTarget,
  source: Readonly<Record<string, string>>,
): ChangeSet | null {
  const pagePath = (path: string) => (target.stripExtension ? withoutExtension(path) : path);
  const { changes } = commit;
  const arriving = changes
    .filter(({ kind }) => kind === 'add' || kind === 'move')
    .map(({ path }) => pagePath(path));
  const steps = new PageSteps(tree, target, commit, new Set(arriving.flatMap(foldersAbove)));

  for (const change of changes) if (change.kind === 'delete') steps.remove(pagePath(change.path));
  const moves = changes.filter((change) => change.kind === 'move');
  planMoves(
    moves.map(({ from, path }) => ({ from: pagePath(from), to: pagePath(path) })),
    steps,
  );
  for (const change of changes) {
    if (change.kind === 'add') steps.create(pagePath(change.path), change.text, lastName(change.path));
  }
  for (const change of changes) {
    const isSaved = change.kind === 'edit' || (change.kind === 'move' && change.text !== null);
    if (isSaved) steps.save(pagePath(change.path), change.text ?? '', lastName(change.path));
  }
  if (target.publish) steps.publish();
  if (steps.commands.length === 0) return null;

  return {
    id: derivedId('change set', commit.root, commit.hash, target.parent?.path ?? ''),
    at: commit.committedAt.toISOString(),
    by: { kind: 'import', id: commit.author.email, name: commit.author.name },
    role: 'admin',
    comment: commit.message === '' ? null : commit.message,
    source,
    commands: steps.commands,
    idempotency: null,
    dryRun: false,
  };
}

function withoutExtension(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}
