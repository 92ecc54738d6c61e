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

/**
 * How many commits of the line come after the commit `after`; without one, all there are.
 * @throws BadHistory when `after` is not on the line
 */
export async function countCommits({ place, tip }: HistoryLine, after?: string): Promise<number> {
  const { process, ended, stop } = startGit(place, ['rev-list', '--first-parent', tip]);
  process.stdin.end();
  const output = new ByteReader(process.stdout);
  let count = 0;
  try {
    for (let hash = await output.readUntil(newline); hash; hash = await output.readUntil(newline)) {
      if (hash.toString('latin1') === after) return count;
      count++;
    }
    await ended;
  } finally {
    stop();
  }
  if (after === undefined) return count;
  throw new BadHistory(
    `the last imported commit, ${after}, is not on the first-parent line that ends at ${tip}: ` +
      `name the branch it is on with --branch, or import the rewritten history beneath another --parent`,
  );
}

const newline = 0x0a;
