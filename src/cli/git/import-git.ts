import type { ChangeSet, Outcome } from '../../commands/change-set.js';
import type { Database } from '../../events/database.js';
import { readHead } from '../../events/log.js';
import { BadHistory } from './bad-history.js';
import { countCommits, type HistoryLine } from './history-line.js';
import { lastImport, sourceOf } from './import-source.js';
import { loadKnownTree } from './known-tree.js';
import { pathFinder } from '../../queries/path-finder.js';
import type { ImportTarget } from './page-steps.js';
import { planCommit } from './plan-commit.js';
import { defaultMatch, readHistory } from './read-history.js';

export interface ImportGitOptions {
  /** A glob; absent: `defaultMatch`. */
  readonly match?: string;
  /** The path of the page beneath which everything goes, as in `/docs`; absent: the top level. */
  readonly parent?: string;
  readonly stripExtension?: boolean;
  readonly publish?: boolean;
}

export interface ImportGitDependencies {
  /** Reads what has been written through `submit`, at once. */
  readonly db: Database;
  readonly submit: (changeSet: ChangeSet) => Promise<Outcome>;
  /** The newest one. */
  readonly schemaVersion: number;
  /** In commits; `total` is what there is left to import. */
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** `commits` were looked at, `changes` to files in them became events; the log ends at `position`. */
export interface ImportedHistory {
  readonly commits: number;
  readonly changes: number;
  readonly position: number;
  /** False when the signal came first: the same call goes on from there. */
  readonly complete: boolean;
}

/**
 * Brings a first-parent history in, each commit as one change set, after the last commit of it that is in the
 * log already: killed at any moment and called again, it makes the same page events as in one go.
 * @throws BadHistory, GitFailed; an Error that names the commit when a change set is not accepted
 */
export async function importGit(
  line: HistoryLine,
  options: ImportGitOptions,
  deps: ImportGitDependencies,
): Promise<ImportedHistory> {
  const { db, submit, schemaVersion, progress, signal } = deps;
  const { match = defaultMatch } = options;
  const target = findTarget(db, options, schemaVersion);
  const scope = {
    root: line.root,
    parent: target.parent?.path ?? null,
    match,
    stripExtension: target.stripExtension,
  };
  const last = lastImport(db, scope);
  const after = last === null ? {} : { after: last };
  const total = await countCommits(line, after.after);
  const tree = loadKnownTree(db, target.parent?.id ?? null);

  let [commits, changes, { position }] = [0, 0, readHead(db)];
  progress(0, total);
  for await (const commit of readHistory(line, { match, ...after })) {
    if (signal.aborted) return { commits, changes, position, complete: false };
    const changeSet = planCommit(commit, tree, target, sourceOf(scope, commit.hash));
    if (changeSet) position = acceptedPosition(commit.hash, changeSet, await submit(changeSet));
    changes += commit.changes.length;
    progress(++commits, total);
  }
  return { commits, changes, position, complete: true };
}

/** @throws BadHistory when the parent is not there */
function findTarget(
  db: Database,
  { parent, stripExtension = false, publish = false }: ImportGitOptions,
  schemaVersion: number,
): ImportTarget {
  const path = parent?.replace(/\/+$/, '').replace(/^\/*/, '/');
  if (path === undefined || path === '/') return { parent: null, stripExtension, publish, schemaVersion };
  const id = pathFinder(db).at(path, readHead(db).position);
  if (id === undefined)
    throw new BadHistory(`there is no page at ${path}: create it first, or leave out --parent`);
  return { parent: { id, path }, stripExtension, publish, schemaVersion };
}

function acceptedPosition(hash: string, changeSet: ChangeSet, outcome: Outcome): number {
  switch (outcome.kind) {
    case 'accepted':
      return outcome.position;
    case 'refused': {
      const { kind } = changeSet.commands[outcome.index] ?? { kind: 'command' };
      const { code, message } = outcome.refusal;
      throw new BadHistory(
        `commit ${hash} was refused at its ${kind} (${code}): ${message}. ` +
          `If somebody changed these pages meanwhile, import again; everything before this commit is kept`,
      );
    }
    case 'failed':
      throw new Error(`commit ${hash} failed to be written`, { cause: new Error(outcome.cause) });
  }
}
