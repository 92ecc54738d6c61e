import picomatch from 'picomatch';
import { BadHistory } from './bad-history.js';
import { BlobReader } from './blob-reader.js';
import { readRawCommits, type RawCommit, type RawEntry } from './raw-commits.js';
import type { HistoryLine } from './history-line.js';

/** What a commit did to one file. Paths are relative to the repository's top, `text` is the file byte for byte. */
export type Change =
  | { readonly kind: 'add' | 'edit'; readonly path: string; readonly text: string }
  | { readonly kind: 'delete'; readonly path: string }
  /** `text` null: only the path changed. */
  | { readonly kind: 'move'; readonly from: string; readonly path: string; readonly text: string | null };

/** A commit against its first parent. The message is without the line ends at its end. */
export interface Commit {
  readonly hash: string;
  /** The line's first commit, which tells one history from another. */
  readonly root: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly committedAt: Date;
  readonly message: string;
  /** In git's order: by path, bytewise. Empty when the commit touched nothing that matches. */
  readonly changes: readonly Change[];
}

/** The glob (picomatch; hidden files only where it names the dot) of the files that are looked at by default. */
export const defaultMatch = '**/*.md';

/**
 * The commits of the line after `after` (absent: all), oldest first. Moves are those that git sees at 50 %
 * similarity over the whole tree; one from or to a path that doesn't match is an addition or a deletion.
 * Symlinks, submodules and changes of the mode leave nothing.
 * @throws BadHistory for a file or a path that is not UTF-8
 */
export async function* readHistory(
  line: HistoryLine,
  { match = defaultMatch, after }: { readonly match?: string; readonly after?: string } = {},
): AsyncGenerator<Commit> {
  // A name may contain line ends, which `.` in picomatch's expressions would not match.
  const matches = picomatch(match, { flags: 's' });
  const blobs = new BlobReader(line.place);
  try {
    for await (const { entries, ...commit } of readRawCommits(line, after)) {
      const changes: Change[] = [];
      for (const entry of entries) {
        const change = await readChange(commit, entry, matches, blobs);
        if (change) changes.push(change);
      }
      yield { ...commit, root: line.root, changes };
    }
  } finally {
    blobs.close();
  }
}

type CommitHead = Omit<RawCommit, 'entries'>;

async function readChange(
  commit: CommitHead,
  entry: RawEntry,
  matches: (path: string) => boolean,
  blobs: BlobReader,
): Promise<Change | null> {
  const from = fileAt(commit, entry.from, matches);
  const to = fileAt(commit, entry.to, matches);
  if (to === null) return from && { kind: 'delete', path: from.path };

  const text = async () => decode(await blobs.read(to.hash), () => `${to.path} in commit ${commit.hash}`);
  if (from === null) return { kind: 'add', path: to.path, text: await text() };
  const changed = from.hash !== to.hash;
  if (from.path !== to.path) {
    return { kind: 'move', from: from.path, path: to.path, text: changed ? await text() : null };
  }
  return changed ? { kind: 'edit', path: to.path, text: await text() } : null;
}

/** The matching regular file on one side of the change. */
function fileAt(
  commit: CommitHead,
  side: RawEntry['to'],
  matches: (path: string) => boolean,
): { path: string; hash: string } | null {
  if (!side.mode.startsWith(regularFile)) return null;
  // What doesn't match may be in any encoding, so the lenient reading decides.
  const path = side.path.toString('utf8');
  if (!matches(path)) return null;
  return { path: decode(side.path, () => `the path ${path} in commit ${commit.hash}`), hash: side.hash };
}

/** 100644 and 100755; 120000 is a symlink, 160000 a submodule, 000000 nothing. */
const regularFile = '100';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Buffer, what: () => string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new BadHistory(`${what()} is not UTF-8: leave it out with --match, say '**/!(NAME).md'`, { cause });
  }
}
