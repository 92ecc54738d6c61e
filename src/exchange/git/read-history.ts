import { authorKey, findAuthors, type AuthorIds } from './authors.js';
import { BlobReader, LargeObject } from './blob-reader.js';
import { Decoder, pathOf } from './decoder.js';
import { globOf } from './glob.js';
import { regularFile, type HistoryLine } from './history-line.js';
import { readBlob, type Matches } from './moves-among.js';
import type { RawEntry } from './raw-entry.js';
import { readRawCommits, type Stretch } from './raw-commits.js';

/**
 * What a commit did to one file. Paths are relative to the repository's top, and as `pathOf` has them; `text` is the file
 * byte for byte, as far as it could be read.
 */
export type Change =
  | ({ readonly kind: 'add' | 'edit'; readonly path: string } & Text)
  | { readonly kind: 'delete'; readonly path: string }
  /** `text` null: only the path changed. */
  | ({ readonly kind: 'move'; readonly from: string; readonly path: string } & (
      Text | { readonly text: null }
    ));

/** `isTooLarge`: for any document; `text` is empty. */
interface Text {
  readonly text: string;
  readonly isTooLarge?: true;
}

/** A file whose name or text was kept with U+FFFD in the place of bytes that nothing could read. */
export interface Unreadable {
  readonly path: string;
  readonly what: 'name' | 'text';
  /** Git's id of the file's text. */
  readonly blob: string;
  /** The bytes of the name or the text; null where they are too many to be repeated. */
  readonly bytes: Buffer | null;
}

/** Whoever wrote a commit. `id` says who is who in this history, and nothing of the address. */
interface Author {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** A commit against its first parent. The message is without the line ends at its end. */
export interface Commit {
  readonly hash: string;
  /** The id of its tree, which the log does not tell. */
  readonly tree: string;
  /** The line's first commit, which tells one history from another. */
  readonly root: string;
  readonly author: Author;
  readonly committedAt: Date;
  /** What stands in the commit where `committedAt` is not quite that; null: it is. */
  readonly oddDate: string | null;
  readonly message: string;
  /** In git's order: by path, bytewise. Empty when the commit touched nothing that matches. */
  readonly changes: readonly Change[];
  readonly unreadable: readonly Unreadable[];
}

/** The files that are looked at by default, as `globOf` reads it. */
export const defaultMatch = '**/*.md';

export interface HistoryChoice extends Stretch {
  readonly match?: string;
  /** Reads what is not UTF-8. */
  readonly decoder?: Decoder;
  /** Authors who are known already, as `authorKey` names them. */
  readonly authors?: AuthorIds;
}

/**
 * The commits of the line after `after` (absent: all), oldest first. Moves are those that git sees at 50 %
 * similarity over the whole tree; one from or to a path that doesn't match is an addition or a deletion.
 * Symlinks, submodules and changes of the mode leave nothing.
 * @throws BadHistory for a file that matches and is not in the repository; GitFailed
 */
export async function* readHistory(
  line: HistoryLine,
  { match = defaultMatch, decoder = new Decoder(), authors = new Map(), ...stretch }: HistoryChoice = {},
): AsyncGenerator<Commit> {
  const matches = globOf(match);
  const blobs = new BlobReader(line.place);
  const ids = await findAuthors(line, authors, decoder);
  try {
    for await (const raw of readRawCommits(line, stretch, matches, decoder)) {
      const { entries, author, ...commit } = raw;
      const changes: Change[] = [];
      const unreadable: Unreadable[] = [];
      for (const entry of entries) {
        const change = await readChange(entry, matches, async (path, hash) => {
          const bytes = await unlessTooLarge(readBlob(blobs, hash, path, commit.hash));
          if (bytes === null) return { text: '', isTooLarge: true };
          const { text, isLossy } = decoder.read(bytes);
          if (isLossy) unreadable.push({ path, what: 'text', blob: hash, bytes: few(bytes) });
          return { text };
        });
        if (!change) continue;
        changes.push(change);
        const isNewName = change.kind === 'add' || change.kind === 'move';
        if (isNewName && decoder.shown(change.path).isLossy) {
          const { hash, path } = entry.to;
          unreadable.push({ path: change.path, what: 'name', blob: hash, bytes: few(path) });
        }
      }
      const id = ids.get(authorKey(author)) ?? '';
      yield { ...commit, author: { id, ...author }, root: line.root, changes, unreadable };
    }
  } finally {
    blobs.close();
  }
}

async function unlessTooLarge(reading: Promise<Buffer>): Promise<Buffer | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof LargeObject) return null;
    throw error;
  }
}

/** A change set says it for each of its events in an export. */
const fewBytes = 1024;

function few(bytes: Buffer): Buffer | null {
  return bytes.length > fewBytes ? null : bytes;
}

async function readChange(
  entry: RawEntry,
  matches: Matches,
  read: (path: string, hash: string) => Promise<Text>,
): Promise<Change | null> {
  const from = fileAt(entry.from, matches);
  const to = fileAt(entry.to, matches);
  if (to === null) return from && { kind: 'delete', path: from.path };

  if (from === null) return { kind: 'add', path: to.path, ...(await read(to.path, to.hash)) };
  const changed = from.hash !== to.hash;
  if (from.path !== to.path) {
    return {
      kind: 'move',
      from: from.path,
      path: to.path,
      ...(changed ? await read(to.path, to.hash) : { text: null }),
    };
  }
  return changed ? { kind: 'edit', path: to.path, ...(await read(to.path, to.hash)) } : null;
}

/** The matching regular file on one side of the change. */
function fileAt(side: RawEntry['to'], matches: Matches): { path: string; hash: string } | null {
  if (!side.mode.startsWith(regularFile)) return null;
  const path = pathOf(side.path);
  return matches(path) ? { path, hash: side.hash } : null;
}
