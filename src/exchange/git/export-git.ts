import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readHead } from '../../log/log.js';
import { CannotExport } from './cannot-export.js';
import { historyStream, type HistoryCounts, type HistorySource } from './history-stream.js';
import { unfinishedDirectory } from './file-name.js';
import { askGit, GitFailed, startGit, type GitPlace } from './git-program.js';

export interface ExportGitDependencies extends HistorySource {
  /** In log positions. */
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
  /** Where `git` is looked for: PATH. */
  readonly searchPath: string;
}

/** `position`: how far the log went when the export began. */
export interface ExportedHistory {
  readonly commits: number;
  readonly position: number;
  /** False when the signal came first: then there is no repository. */
  readonly complete: boolean;
}

/**
 * Writes the log as a git repository, branch `main` checked out: the pages in the tree are the files, each change
 * set that changes one is a commit. The same log gives the same commit ids on every machine. When it fails or is
 * stopped, the directory is as it was; until all is done there is no `.git` in it.
 * @throws CannotExport when there is something in the directory; OperatorError for the file of an asset that is missing or damaged;
 * GitMissing, GitFailed
 */
export async function exportGit(directory: string, deps: ExportGitDependencies): Promise<ExportedHistory> {
  const wasThere = await requireEmpty(directory);
  const unfinished = join(resolve(directory), unfinishedDirectory);
  const place = { directory, searchPath: deps.searchPath, repository: unfinished };
  const { position } = readHead(deps.db);
  const counts = { commits: 0 };
  await claim(directory, unfinished);
  let complete = false;
  try {
    await askGit(place, ['init', '--quiet', '--template=', '--initial-branch=main', '--object-format=sha1']);
    const isIn = await fastImport(place, deps, position, counts);
    if (isIn && counts.commits > 0) {
      await askGit({ ...place, workTree: resolve(directory) }, ['reset', '--hard', '--quiet', 'main']);
    }
    if (isIn) {
      await askGit(place, ['config', 'core.bare', 'false']);
      await rename(unfinished, join(directory, '.git'));
      complete = true;
    }
  } catch (cause) {
    if (!(cause instanceof GitFailed)) throw cause;
    throw new CannotExport(`${directory} could not be written: ${cause.message}`, { cause });
  } finally {
    if (!complete) await putBack(directory, wasThere);
  }
  return { commits: counts.commits, position, complete };
}

/** Of two exports into one directory the second is refused, and removes nothing of the first. @throws CannotExport */
async function claim(directory: string, unfinished: string): Promise<void> {
  try {
    await mkdir(unfinished);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(directory, cause);
    throw new CannotExport(`${directory} is being written to by another export`, { cause });
  }
  if ((await readdir(directory)).length === 1) return;
  await rmdir(unfinished);
  throw notEmpty(directory);
}

/** Answers whether all went in before the signal came. */
async function fastImport(
  place: GitPlace,
  { progress, signal, ...source }: ExportGitDependencies,
  position: number,
  counts: HistoryCounts,
): Promise<boolean> {
  const { process, ended, stop } = startGit(place, ['fast-import', '--quiet', '--date-format=raw']);
  process.stdout.resume();
  try {
    const stream = historyStream(source, position, counts, (done) => {
      progress(done, position);
    });
    await pipeline(stream, process.stdin, { signal });
    await ended;
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    // The program that is gone knows better than the pipe that it broke.
    if (isBrokenPipe(error)) await ended;
    throw error;
  } finally {
    stop();
    await ended.catch(() => undefined);
  }
}

function isBrokenPipe(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** Answers whether the directory was there. @throws CannotExport */
async function requireEmpty(directory: string): Promise<boolean> {
  const names = await namesIn(directory);
  if (names === null) return false;
  if (names.length === 0) return true;
  if (names.length > 1 || names[0] !== unfinishedDirectory) throw notEmpty(directory);
  throw new CannotExport(
    `${directory} has what an export left that was stopped: remove it, and export again`,
  );
}

function notEmpty(directory: string): CannotExport {
  return new CannotExport(`${directory} is not empty: name a directory that is empty or does not exist yet`);
}

function unwritable(directory: string, cause: unknown): CannotExport {
  return new CannotExport(`${directory} can't be written to: ${(cause as Error).message}`, { cause });
}

/** Makes it where it is not there, and answers null. @throws CannotExport */
async function namesIn(directory: string): Promise<readonly string[] | null> {
  try {
    return await readdir(directory).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(directory, { recursive: true });
      return null;
    });
  } catch (cause) {
    throw unwritable(directory, cause);
  }
}

/** It was empty. */
async function putBack(directory: string, wasThere: boolean): Promise<void> {
  for (const name of await readdir(directory)) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
  if (!wasThere) await rmdir(directory);
}
