import { authorKey, findAuthors, type AuthorIds } from './authors.js';
import { BlobReader, LargeObject } from './blob-reader.js';
import type { FileFacts } from '../../events/file-facts.js';
import { bringFile, emptyBlobs, type FileTarget, type Unfit } from './bring-file.js';
import { Decoder, pathOf } from './decoder.js';
import { lastName } from './page-tree.js';
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

/** `file`: of an asset; `unfit`: why it can be no page. `text` is empty then. */
interface Text {
  readonly text: string;
  readonly file?: FileFacts;
  readonly unfit?: Unfit;
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
  /** The files that become assets, and where they go; absent: none do. */
  readonly assets?: { readonly match: string } & FileTarget;
  /** Reads what is not UTF-8. */
  readonly decoder?: Decoder;
  /** Authors who are known already, as `authorKey` names them. */
  readonly authors?: AuthorIds;
}

/**
 * The commits of the line after `after` (absent: all), oldest first. Moves are those that git sees at 50 %
 * similarity over the whole tree; one from or to a path that doesn't match, or between a document and an asset, is an
 * addition or a deletion.
 * Symlinks, submodules and changes of the mode leave nothing.
 * @throws BadHistory for a file that matches and is not in the repository; GitFailed
 */
export async function* readHistory(
  line: HistoryLine,
  {
    match = defaultMatch,
    assets,
    decoder = new Decoder(),
    authors = new Map(),
    ...stretch
  }: HistoryChoice = {},
): AsyncGenerator<Commit> {
  const matchesDocument = globOf(match);
  const isAsset = assets ? globOf(assets.match) : (): boolean => false;
  const matches: Matches = (path) => isAsset(path) || matchesDocument(path);
  const blobs = new BlobReader(line.place);
  const ids = await findAuthors(line, authors, decoder);
  try {
    for await (const raw of readRawCommits(line, stretch, matches, decoder)) {
      const { entries, author, ...commit } = raw;
      const changes: Change[] = [];
      const unreadable: Unreadable[] = [];
      for (const entry of entries) {
        const found = await readChanges(entry, { matches, isAsset }, async (path, hash) => {
          if (assets && isAsset(path)) {
            const name = lastName(decoder.shown(path).text);
            const file = await bringFile({ commit: commit.hash, path, blob: hash, name }, blobs, assets);
            return { text: '', ...(typeof file === 'string' ? { unfit: file } : { file }) };
          }
          const bytes = await unlessTooLarge(readBlob(blobs, hash, path, commit.hash));
          if (bytes === null) return { text: '', unfit: 'too large' };
          const { text, isLossy } = decoder.read(bytes);
          if (isLossy) unreadable.push({ path, what: 'text', blob: hash, bytes: few(bytes) });
          return { text };
        });
        for (const change of found) {
          changes.push(change);
          const isNewName = change.kind === 'add' || change.kind === 'move';
          if (!isNewName || !decoder.shown(change.path).isLossy) continue;
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

/** Which files are looked at, and which of them become assets. */
interface Chosen {
  readonly matches: Matches;
  readonly isAsset: Matches;
}

/** None or one, or two for what goes in one form and comes in another. */
async function readChanges(
  entry: RawEntry,
  chosen: Chosen,
  read: (path: string, hash: string) => Promise<Text>,
): Promise<readonly Change[]> {
  const from = fileAt(entry.from, chosen);
  const to = fileAt(entry.to, chosen);
  if (from && to && chosen.isAsset(from.path) === chosen.isAsset(to.path)) {
    const changed = from.hash !== to.hash;
    if (from.path === to.path)
      return changed ? [{ kind: 'edit', path: to.path, ...(await read(to.path, to.hash)) }] : [];
    const content = changed ? await read(to.path, to.hash) : ({ text: null } as const);
    return [{ kind: 'move', from: from.path, path: to.path, ...content }];
  }
  return [
    ...(from ? [{ kind: 'delete', path: from.path } as const] : []),
    ...(to ? [{ kind: 'add', path: to.path, ...(await read(to.path, to.hash)) } as const] : []),
  ];
}

/** The matching regular file on one side of the change. */
function fileAt(
  side: RawEntry['to'],
  { matches, isAsset }: Chosen,
): { readonly path: string; readonly hash: string } | null {
  if (!side.mode.startsWith(regularFile)) return null;
  const path = pathOf(side.path);
  if (isAsset(path) && emptyBlobs.has(side.hash)) return null;
  return matches(path) ? { path, hash: side.hash } : null;
}
