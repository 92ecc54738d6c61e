import { BlobReader } from './blob-reader.js';
import { ByteReader } from './byte-reader.js';
import { commitTime } from './commit-time.js';
import type { Decoder } from './decoder.js';
import { GitFailed, startGit, type GitPlace } from './git-program.js';
import type { HistoryLine } from './history-line.js';
import { movesAmong, readDifference, type Matches } from './moves-among.js';
import { readEntry, type RawEntry } from './raw-entry.js';

/** A commit as `git log --raw` tells it, every changed path included. */
export interface RawCommit {
  readonly hash: string;
  /** The id of its tree. */
  readonly tree: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly committedAt: Date;
  /** What stands in the commit where `committedAt` is not quite that; null: it is. */
  readonly oddDate: string | null;
  readonly message: string;
  readonly entries: readonly RawEntry[];
}

/** `after` absent: from the beginning. `bridge`: see `readRawCommits`. */
export interface Stretch {
  readonly after?: string;
  readonly bridge?: string;
}

/** `%an` and `%ae`, unlike `%aN` and `%aE`, don't follow a mailmap. */
const format = ['%H', '%T', '%an', '%ae', '%ct', '%B'].map((field) => `${field}%x00`).join('');

const wholeTrees = ['--raw', '-z', '--no-abbrev', '--no-relative', '--ignore-submodules=none'];
const withMoves = ['-M50%', '-l0'];

/**
 * The commits of the line after `after`, oldest first. `bridge` is the first of them that has `after` among its
 * ancestors, where that is on another line: then this one stands for all that differs from `after`.
 * To see moves, git reads files; where it lacks some, moves are looked for among the files that match.
 * @throws BadHistory, GitFailed
 */
export async function* readRawCommits(
  line: HistoryLine,
  { after, bridge }: Stretch,
  matches: Matches,
  decoder: Decoder,
): AsyncGenerator<RawCommit> {
  const reading = new Reading(line.place, decoder);
  let last = after;
  try {
    if (after !== undefined && bridge !== undefined) {
      yield await reading.difference(after, bridge, matches);
      last = bridge;
    }
    try {
      for await (const commit of reading.log(rangeOf(line, last), withMoves)) {
        last = commit.hash;
        yield commit;
      }
    } catch (error) {
      if (!(error instanceof GitFailed)) throw error;
      for await (const commit of reading.log(rangeOf(line, last), ['--no-renames'])) {
        const entries = await movesAmong(commit.entries, matches, reading.objects, {
          place: line.place,
          from: `${commit.hash}^`,
          commit: commit.hash,
        });
        yield { ...commit, entries };
      }
    }
  } finally {
    reading.objects.close();
  }
}

function rangeOf({ tip }: HistoryLine, after: string | undefined): string {
  return after === undefined ? tip : `${after}..${tip}`;
}

type Next = () => Promise<Buffer | null>;

class Reading {
  readonly objects: BlobReader;

  constructor(
    private readonly place: GitPlace,
    private readonly decoder: Decoder,
  ) {
    this.objects = new BlobReader(place);
  }

  async *log(range: string, options: readonly string[]): AsyncGenerator<RawCommit> {
    const { process, ended, stop } = startGit(this.place, [
      'log',
      ...['--first-parent', '--diff-merges=first-parent', '--reverse', '--root'],
      ...[...wholeTrees, ...options],
      ...['--no-color', '--no-notes', '--encoding=UTF-8', `--format=${format}`],
      range,
      '--',
    ]);
    process.stdin.end();
    const output = new ByteReader(process.stdout);
    const next = () => output.readUntil(0);
    try {
      let hash = await next();
      while (hash !== null) {
        const fields = await this.readFields(hash.toString('latin1').trimStart(), next);
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

  /** `bridge` as if `after` were its only parent. */
  async difference(after: string, bridge: string, matches: Matches): Promise<RawCommit> {
    const commits = this.log(`${bridge}^!`, ['--no-renames']);
    for await (const commit of commits) {
      try {
        return { ...commit, entries: await readDifference(this.place, after, bridge, withMoves) };
      } catch (error) {
        if (!(error instanceof GitFailed)) throw error;
        const all = await readDifference(this.place, after, bridge, ['--no-renames']);
        const where = { place: this.place, from: after, commit: bridge };
        return { ...commit, entries: await movesAmong(all, matches, this.objects, where) };
      }
    }
    throw new Error(`git knows no commit ${bridge}`);
  }

  private async readFields(hash: string, next: Next): Promise<Omit<RawCommit, 'entries'>> {
    const text = async () => this.decoder.read((await next()) ?? Buffer.alloc(0)).text;
    const tree = await text();
    const author = { name: await text(), email: await text() };
    const { at, odd } = await commitTime(await text(), () => this.objects.read(hash, 'commit'));
    const message = (await text()).replace(/\n+$/, '');
    return { hash, tree, author, committedAt: at, oddDate: odd, message };
  }
}
