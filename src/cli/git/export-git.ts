import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Database } from '../../events/database.js';
import { readHead } from '../../events/log.js';
import type { Ladder } from '../../schema/ladder.js';
import { CannotExport } from './cannot-export.js';
import { historyStream, type HistoryCounts } from './history-stream.js';
import { askGit, startGit, type GitPlace } from './git-program.js';

export interface ExportGitDependencies {
  readonly db: Database;
  readonly ladder: Ladder;
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
 * stopped, the directory is as it was.
 * @throws CannotExport when there is something in the directory; GitMissing, GitFailed
 */
export async function exportGit(directory: string, deps: ExportGitDependencies): Promise<ExportedHistory> {
  const wasThere = await requireEmpty(directory);
  const place = { directory, searchPath: deps.searchPath };
  const { position } = readHead(deps.db);
  const counts = { commits: 0 };
  let complete = false;
  try {
    await askGit(place, ['init', '--quiet', '--template=', '--initial-branch=main', '--object-format=sha1']);
    complete = await fastImport(place, deps, position, counts);
  } finally {
    if (!complete) await putBack(directory, wasThere);
  }
  if (complete && counts.commits > 0) await askGit(place, ['reset', '--hard', '--quiet', 'main']);
  return { commits: counts.commits, position, complete };
}

/** Answers whether all went in before the signal came. */
async function fastImport(
  place: GitPlace,
  { db, ladder, progress, signal }: ExportGitDependencies,
  position: number,
  counts: HistoryCounts,
): Promise<boolean> {
  const { process, ended, stop } = startGit(place, ['fast-import', '--quiet', '--date-format=raw']);
  process.stdout.resume();
  try {
    const stream = historyStream(db, ladder, position, counts, (done) => {
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

async function requireEmpty(directory: string): Promise<boolean> {
  try {
    const names = await readdir(directory);
    if (names.length === 0) return true;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new CannotExport(`${directory} can't be written to: ${message}`, { cause });
    await mkdir(directory, { recursive: true });
    return false;
  }
  throw new CannotExport(`${directory} is not empty: name a directory that is empty or does not exist yet`);
}

async function putBack(directory: string, wasThere: boolean): Promise<void> {
  await rm(join(directory, '.git'), { recursive: true, force: true });
  if (!wasThere) await rmdir(directory);
}
