import { BadHistory } from './bad-history.js';
import { LargeObject, MissingObject, type BlobReader } from './blob-reader.js';
import { ByteReader } from './byte-reader.js';
import { isForeign, pathOf } from './decoder.js';
import { GitFailed, startGit, type GitPlace } from './git-program.js';
import { readEntry, type RawEntry } from './raw-entry.js';

export type Matches = (path: string) => boolean;

/** What is compared: the trees of two commits. */
interface Where {
  readonly place: GitPlace;
  readonly from: string;
  readonly commit: string;
}

/** More than so many bytes of paths can't be handed to a program. */
const pathLimitBytes = 1_000_000;

/**
 * The entries of a commit with its moves, for a repository that lacks files: only those that match are read.
 * @throws BadHistory that names the commit and the file when one of these is missing
 */
export async function movesAmong(
  entries: readonly RawEntry[],
  matches: Matches,
  blobs: BlobReader,
  where: Where,
): Promise<readonly RawEntry[]> {
  const matching = entries.filter((entry) => matches(pathOf(entry.to.path)));
  const gone = matching.filter(({ to }) => to.mode === nothing);
  const added = matching.filter(({ from }) => from.mode === nothing);
  if (gone.length === 0 || added.length === 0) return matching;
  const paths = [...gone, ...added].map(({ to }) => pathOf(to.path)).filter((path) => !isForeign(path));
  const isTooLong = paths.reduce((sum, path) => sum + Buffer.byteLength(path) + 20, 0) > pathLimitBytes;
  try {
    const moved = isTooLong
      ? await readDifference(where.place, where.from, where.commit, ['-M100%'])
      : await readDifference(where.place, where.from, where.commit, ['-M50%', '-l0'], paths);
    const told = new Set(
      moved.flatMap(({ from, to }) => [from.path.toString('latin1'), to.path.toString('latin1')]),
    );
    const others = matching.filter(({ to }) => !told.has(to.path.toString('latin1')));
    return [
      ...others,
      ...moved.filter(({ from, to }) => [from, to].some(({ path }) => matches(pathOf(path)))),
    ];
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    for (const { from, to } of [...gone, ...added]) {
      const side = to.mode === nothing ? from : to;
      try {
        await readBlob(blobs, side.hash, pathOf(side.path), where.commit);
      } catch (other) {
        if (!(other instanceof LargeObject)) throw other; // that one is there
      }
    }
    throw error;
  }
}

const nothing = '000000';

/** A file of a commit. @throws BadHistory when it is not in the repository, which names both; LargeObject */
export async function readBlob(
  blobs: BlobReader,
  hash: string,
  path: string,
  commit: string,
): Promise<Buffer> {
  try {
    return await blobs.read(hash);
  } catch (error) {
    throw lacking(error, hash, path, commit);
  }
}

/** What is thrown where a blob can't be read: one that is not there is told by the file that it is of. */
export function lacking(error: unknown, hash: string, path: string, commit: string): unknown {
  if (!(error instanceof MissingObject)) return error;
  return new BadHistory(
    `the repository lacks ${JSON.stringify(path)} of commit ${commit} (blob ${hash}): ` +
      `clone it with all files, run \`git fsck\` there, or leave the file out with --match`,
    { cause: error },
  );
}

/** What differs between two commits, with git's options for moves, in all files or in some. @throws GitFailed */
export async function readDifference(
  place: GitPlace,
  from: string,
  to: string,
  options: readonly string[],
  paths: readonly string[] = [],
): Promise<readonly RawEntry[]> {
  const { process, ended, stop } = startGit(place, [
    'diff-tree',
    ...['-r', '--raw', '-z', '--no-abbrev', '--no-relative', '--ignore-submodules=none', ...options],
    ...[from, to, '--', ...paths.map((path) => `:(top,literal)${path}`)],
  ]);
  process.stdin.end();
  const output = new ByteReader(process.stdout);
  const entries: RawEntry[] = [];
  try {
    for (let meta = await output.readUntil(0); meta !== null; meta = await output.readUntil(0)) {
      entries.push(await readEntry(meta.toString('latin1'), () => output.readUntil(0)));
    }
    await ended;
    return entries;
  } finally {
    stop();
  }
}
