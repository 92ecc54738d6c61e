import { BadHistory } from './bad-history.js';
import { ByteReader } from './byte-reader.js';
import { startGit } from './git-program.js';
import type { HistoryLine } from './history-line.js';

/** One side of a changed path. `mode` is six octal digits, `000000` where there is nothing. */
interface Side {
  readonly mode: string;
  readonly hash: string;
  readonly path: Buffer;
}

export interface RawEntry {
  readonly from: Side;
  readonly to: Side;
}

/** A commit as `git log --raw` tells it, every changed path included. */
export interface RawCommit {
  readonly hash: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly committedAt: Date;
  readonly message: string;
  readonly entries: readonly RawEntry[];
}

/** `%an` and `%ae`, unlike `%aN` and `%aE`, don't follow a mailmap. */
const format = ['%H', '%an', '%ae', '%ct', '%B'].map((field) => `${field}%x00`).join('');

/** The commits of the line after `after` (absent: all), oldest first. @throws BadHistory, GitFailed */
export async function* readRawCommits(line: HistoryLine, after?: string): AsyncGenerator<RawCommit> {
  const { process, ended, stop } = startGit(line.place, [
    'log',
    ...['--first-parent', '--diff-merges=first-parent', '--reverse', '--root'],
    ...['--raw', '-z', '--no-abbrev', '--no-relative', '--ignore-submodules=none', '-M50%', '-l0'],
    ...['--no-color', '--no-notes', '--encoding=UTF-8', `--format=${format}`],
    after === undefined ? line.tip : `${after}..${line.tip}`,
    '--',
  ]);
  process.stdin.end();
  const output = new ByteReader(process.stdout);
  const next = () => output.readUntil(0);
  try {
    let hash = await next();
    while (hash !== null) {
      const fields = await readFields(hash.toString('latin1'), next);
      const entries: RawEntry[] = [];
      // An empty separator, then entries; the first of them comes on a line of its own.
      for (hash = await next(); hash !== null; hash = await next()) {
        const meta = hash.toString('latin1').trimStart();
        if (meta.startsWith(':')) entries.push(await readEntry(meta, next));
        else if (meta !== '') break;
      }
      yield { ...fields, entries };
    }
    await ended;
  } finally {
    stop();
  }
}

type Next = () => Promise<Buffer | null>;

async function readFields(hash: string, next: Next): Promise<Omit<RawCommit, 'entries'>> {
  const text = async () => (await next())?.toString('utf8') ?? '';
  const author = { name: await text(), email: await text() };
  const committedAt = new Date(Number(await text()) * 1000);
  if (Number.isNaN(committedAt.getTime())) {
    throw new BadHistory(
      `commit ${hash} has a date that can't be: repair it with \`git filter-branch\` or its like`,
    );
  }
  return { hash, author, committedAt, message: (await text()).replace(/\n+$/, '') };
}

/** ":MODE MODE HASH HASH STATUS", a path, and for a move the path it went to (git-diff(1), "RAW OUTPUT FORMAT"). */
async function readEntry(meta: string, next: Next): Promise<RawEntry> {
  const [fromMode = '', toMode = '', fromHash = '', toHash = '', status = ''] = meta.slice(1).split(' ');
  const fromPath = await next();
  const toPath = status.startsWith('R') ? await next() : fromPath;
  if (!fromPath || !toPath) throw new Error(`git named no path after "${meta}"`);
  return {
    from: { mode: fromMode, hash: fromHash, path: fromPath },
    to: { mode: toMode, hash: toHash, path: toPath },
  };
}
