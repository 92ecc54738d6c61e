import type { ChangeSet, Outcome } from '../../commands/change-set.js';
import type { Database } from '../../log/database.js';
import { exitCodeOf } from '../../installation/exit-code.js';
import { OperatorError, exitCodes } from '../../installation/operator-error.js';
import { readHead } from '../../log/log.js';
import { Refusal } from '../../refusal.js';
import { BadHistory } from './bad-history.js';
import type { FileTarget } from './bring-file.js';
import type { OnConflict } from './conflicts.js';
import { Decoder, pathOf } from './decoder.js';
import { FilePages, filePages } from './file-pages.js';
import { globOf } from './glob.js';
import { listFiles, remainingAfter, type HistoryLine } from './history-line.js';
import { findParent, knownAuthors, lastImport, sourceOf, type ImportScope } from './import-source.js';
import { catchUp, deletionFinder, holdOwn, livePages, type KnownPages } from './known-pages.js';
import { PageTree } from './page-tree.js';
import { PageSteps, type ImportTarget } from './page-steps.js';
import { planCommit } from './plan-commit.js';
import { defaultMatch, readHistory } from './read-history.js';

export interface ImportGitOptions {
  /** As `globOf` reads it; absent: `defaultMatch`. */
  readonly match?: string;
  /** In the same form, the files that become assets, whether they match or not; absent: none. */
  readonly assets?: string;
  /** The path of the page beneath which everything goes, as in `/docs`; absent: the top level. */
  readonly parent?: string;
  readonly stripExtension?: boolean;
  readonly publish?: boolean;
  /** A label of the Encoding Standard: reads what is not UTF-8. */
  readonly encoding?: string;
  /** Absent: stop. */
  readonly onConflict?: OnConflict;
}

export interface ImportGitDependencies {
  /** Reads what has been written through `submit`, at once. */
  readonly db: Database;
  readonly submit: (changeSet: ChangeSet) => Promise<Outcome>;
  /** Where the files of assets go; needed where there are any. */
  readonly files?: FileTarget;
  /** The newest one. */
  readonly schemaVersion: number;
  /** In commits; `total` is what there is left to import. */
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** How many there were of something, and the first few of them. */
export interface Told<T> {
  readonly count: number;
  readonly first: readonly T[];
}

/** `commits` were looked at, `changes` to files in them became events; the log ends at `position`. */
export interface ImportedHistory {
  readonly commits: number;
  readonly changes: number;
  readonly position: number;
  /** False when the signal came first: the same call goes on from there. */
  readonly complete: boolean;
  /** Texts and names that were kept with U+FFFD; absent: none. */
  readonly unreadable?: Told<{
    readonly commit: string;
    readonly path: string;
    readonly what: 'name' | 'text';
  }>;
  /** Changes that were left out for an editor's; absent: none. */
  readonly skipped?: Told<{ readonly commit: string; readonly path: string; readonly why: string }>;
  /** The last commit of another line that this one has taken in; absent: there is none. */
  readonly since?: string;
}

/**
 * Brings a first-parent history in, each commit as one change set, after the last commit of it that is in the
 * log already: killed at any moment and called again, it makes the same page events as in one go.
 * @throws BadHistory, GitFailed, RangeError for an encoding that is none; an Error that names the commit when a change set is not accepted
 */
export async function importGit(
  line: HistoryLine,
  options: ImportGitOptions,
  deps: ImportGitDependencies,
): Promise<ImportedHistory> {
  const { db, submit, progress, signal } = deps;
  const { match = defaultMatch, assets = null } = options;
  const target = findTarget(db, line.root, options, deps.schemaVersion);
  const { parent, stripExtension, decoder } = target;
  const scope: ImportScope = { root: line.root, parent, match, assets, stripExtension };
  const after = lastImport(db, scope);
  const remaining = await remainingAfter(line, after ?? undefined);
  const { bridge } = remaining;
  let [commits, changes, { position }] = [0, 0, readHead(db)];
  const known = await whatIsKnown(db, line, scope, target, after);
  const unreadable = telling<{ commit: string; path: string; what: 'name' | 'text' }>();
  const skipped = telling<{ commit: string; path: string; why: string }>();
  const told = (complete: boolean): ImportedHistory => ({
    ...{ commits, changes, position, complete },
    ...(unreadable.count > 0 && { unreadable }),
    ...(skipped.count > 0 && { skipped }),
    ...(bridge !== undefined && after !== null && { since: after }),
  });
  progress(0, remaining.count);
  const choice = {
    ...{ match, decoder, authors: knownAuthors(db, line.root) },
    ...(assets !== null && deps.files && { assets: { match: assets, ...deps.files } }),
    ...(after !== null && { after }),
  };
  for await (const commit of readHistory(line, { ...choice, ...(bridge !== undefined && { bridge }) })) {
    if (signal.aborted) return told(false);
    position = catchUp(db, scope, known, position);
    const since = commit.hash === bridge ? after : null;
    const plan = planCommit(commit, known, target, (left) => sourceOf(scope, commit, left, since));
    if (plan.changeSet) {
      requireAccepted(commit.hash, plan.changeSet, await submit(plan.changeSet));
      position = catchUp(db, scope, known, position);
    }
    const { hash } = commit;
    for (const { path, what } of commit.unreadable) {
      unreadable.add({ commit: hash, path: decoder.shown(path).text, what });
    }
    for (const { path, why } of plan.skipped) skipped.add({ commit: hash, path, why });
    changes += commit.changes.length;
    progress(++commits, remaining.count);
  }
  return told(true);
}

const toldLimit = 10;

function telling<T>(): Told<T> & { count: number; add: (one: T) => void } {
  const first: T[] = [];
  const all = {
    count: 0,
    first,
    add: (one: T): void => {
      all.count++;
      if (first.length < toldLimit) first.push(one);
    },
  };
  Object.defineProperty(all, 'add', { enumerable: false });
  return all;
}

async function whatIsKnown(
  db: Database,
  line: HistoryLine,
  scope: ImportScope,
  target: ImportTarget,
  after: string | null,
): Promise<KnownPages> {
  const known: KnownPages = {
    held: new PageTree(),
    live: livePages(db),
    files: new FilePages(target.decoder),
    top: target.parent?.id ?? null,
    deletedWith: deletionFinder(db),
  };
  if (after === null) return known;
  holdOwn(db, scope, known.held, 0);
  const [isDocument, isAsset] = [globOf(scope.match), target.isAsset];
  const paths = (await listFiles(line.place, after))
    .map(pathOf)
    .filter((path) => isDocument(path) || isAsset?.(path));
  const steps = new PageSteps(known, target, { root: '', hash: '' }, () => true);
  const files = filePages(paths, target, (path) => steps.documentAt(path));
  return { ...known, files };
}

/** @throws BadHistory when the parent is not there; RangeError */
function findTarget(
  db: Database,
  root: string,
  {
    parent,
    assets,
    stripExtension = false,
    publish = false,
    encoding,
    onConflict = 'stop',
  }: ImportGitOptions,
  schemaVersion: number,
): ImportTarget {
  const path = parent?.replace(/\/+$/, '').replace(/^\/*/, '/');
  const isTop = path === undefined || path === '/';
  return {
    parent: isTop ? null : findParent(db, root, path),
    decoder: new Decoder(encoding),
    ...(assets !== undefined && { isAsset: globOf(assets) }),
    ...{ stripExtension, publish, schemaVersion, onConflict },
  };
}

function requireAccepted(hash: string, changeSet: ChangeSet, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'accepted':
      return;
    case 'refused': {
      const { kind } = changeSet.commands[outcome.index] ?? { kind: 'command' };
      const { code, message } = outcome.refusal;
      const said = `commit ${hash} was refused at its ${kind} (${code}): ${message}.`;
      const exitCode = exitCodeOf(new Refusal(code, message)) ?? exitCodes.badData;
      if (exitCode !== exitCodes.badData)
        throw new OperatorError(exitCode, `${said} Everything before this commit is kept: import again`);
      throw new BadHistory(
        `${said} If somebody changed these pages meanwhile, import again; everything before this commit is kept`,
      );
    }
    case 'failed':
      throw new Error(`commit ${hash} failed to be written`, { cause: new Error(outcome.cause) });
  }
}
