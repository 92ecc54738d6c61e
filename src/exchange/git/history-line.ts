import { stat } from 'node:fs/promises';
import { ByteReader } from './byte-reader.js';
import { BadHistory } from './bad-history.js';
import { askGit, GitFailed, startGit, type GitPlace } from './git-program.js';

/** The first-parent line of a branch: from `tip` over first parents down to `root`, the commit without one. */
export interface HistoryLine {
  /** Where git runs: the git directory itself, so that no work tree and no attributes in it are looked at. */
  readonly place: GitPlace;
  readonly tip: string;
  readonly root: string;
}

/**
 * Opens a repository, bare or with a work tree, at `branch`: a branch's name or any other revision, absent: HEAD.
 * @throws BadHistory when there is none, it is shallow, or `repository` is a folder inside of it; GitMissing
 */
export async function openHistoryLine(
  repository: string,
  { branch, searchPath }: { readonly branch?: string; readonly searchPath: string },
): Promise<HistoryLine> {
  const directory = await gitDirectory(repository, searchPath);
  const place = { directory, searchPath };
  const tip = await findTip(place, branch, repository);
  const [root] = (await askGit(place, ['rev-list', '--first-parent', '--max-parents=0', tip])).split('\n');
  if (!root) throw new Error(`the first-parent line of ${tip} has no root`);
  return { place, tip, root };
}

async function gitDirectory(repository: string, searchPath: string): Promise<string> {
  const there = await stat(repository).catch(() => null);
  if (!there?.isDirectory()) {
    throw new BadHistory(
      `${repository} is not a directory: name a git repository on this machine, cloned if need be`,
    );
  }
  const answer = await askGit({ directory: repository, searchPath }, [
    'rev-parse',
    '--absolute-git-dir',
    '--is-shallow-repository',
    '--show-cdup',
  ]).catch((cause: unknown) => {
    if (!(cause instanceof GitFailed)) throw cause;
    throw new BadHistory(`${repository} can't be read as a git repository: ${cause.said}`, { cause });
  });
  const [directory = '', shallow, up] = answer.split('\n');
  if (up) {
    throw new BadHistory(
      `${repository} is a folder inside a repository: name the top one, and the folder in --match`,
    );
  }
  if (shallow === 'true') {
    throw new BadHistory(
      `${repository} holds only the end of its history: run \`git fetch --unshallow\` there first`,
    );
  }
  return directory;
}

async function findTip(place: GitPlace, branch: string | undefined, repository: string): Promise<string> {
  // Git itself would prefer a tag of the same name.
  const names = branch === undefined ? ['HEAD'] : [`refs/heads/${branch}`, branch];
  for (const name of names) {
    try {
      // Without a leading dash, which no revision has, a name can't be taken for an option.
      if (!name.startsWith('-'))
        return (await askGit(place, ['rev-parse', '--verify', `${name}^{commit}`])).trim();
    } catch (error) {
      if (!(error instanceof GitFailed)) throw error;
    }
  }
  throw new BadHistory(
    branch === undefined
      ? `${repository} has no commit on the branch it stands on: name one with --branch`
      : `${repository} has no branch "${branch}": \`git branch\` lists those it has`,
  );
}

/** What is left of a line after a commit. `bridge`: the first that has that commit among its ancestors, where it is on another line. */
export interface Remaining {
  readonly count: number;
  readonly bridge?: string;
}

/**
 * The commits of the line after the commit `after`; without one, all there are. A merge made the other way round puts
 * `after` on another line: then the commits before the merge that brought it in don't count, as that one holds them.
 * @throws BadHistory when `after` is no ancestor of the tip
 */
export async function remainingAfter(line: HistoryLine, after?: string): Promise<Remaining> {
  const commits: string[] = [];
  for await (const hash of newestFirst(line)) {
    if (hash === after) return { count: commits.length };
    commits.push(hash);
  }
  if (after === undefined) return { count: commits.length };
  if (!(await isAncestor(line.place, after, line.tip))) {
    throw new BadHistory(
      `the last imported commit, ${after}, is not in the history of ${line.tip}: ` +
        `name the branch it is on with --branch, or import the rewritten history beneath another --parent`,
    );
  }
  let [has, lacks] = [0, commits.length - 1];
  while (lacks - has > 1) {
    const middle = Math.floor((has + lacks) / 2);
    if (await isAncestor(line.place, after, commits[middle] ?? '')) has = middle;
    else lacks = middle;
  }
  return { count: has + 1, bridge: commits[has] ?? line.tip };
}

async function* newestFirst({ place, tip }: HistoryLine): AsyncGenerator<string> {
  const { process, ended, stop } = startGit(place, ['rev-list', '--first-parent', tip]);
  process.stdin.end();
  const output = new ByteReader(process.stdout);
  try {
    for (let hash = await output.readUntil(newline); hash; hash = await output.readUntil(newline)) {
      yield hash.toString('latin1');
    }
    await ended;
  } finally {
    stop();
  }
}

/** The paths of the regular files of a commit, as bytes. */
export async function listFiles(place: GitPlace, commit: string): Promise<readonly Buffer[]> {
  const { process, ended, stop } = startGit(place, ['ls-tree', '-r', '-z', '--full-tree', commit]);
  process.stdin.end();
  const output = new ByteReader(process.stdout);
  const paths: Buffer[] = [];
  try {
    // "<mode> <type> <hash>\t<path>", git-ls-tree(1) "OUTPUT FORMAT"
    for (let entry = await output.readUntil(0); entry !== null; entry = await output.readUntil(0)) {
      if (entry.toString('latin1', 0, regularFile.length) !== regularFile) continue;
      paths.push(entry.subarray(entry.indexOf(tab) + 1));
    }
    await ended;
    return paths;
  } finally {
    stop();
  }
}

const tab = 0x09;
/** How the modes of regular files begin: 100644 and 100755; 120000 is a symlink, 160000 a submodule, 000000 nothing. */
export const regularFile = '100';

/** A commit that the repository doesn't have is none, either. */
async function isAncestor(place: GitPlace, ancestor: string, commit: string): Promise<boolean> {
  try {
    await askGit(place, ['merge-base', '--is-ancestor', ancestor, commit]);
    return true;
  } catch (error) {
    if (error instanceof GitFailed) return false;
    throw error;
  }
}

const newline = 0x0a;
