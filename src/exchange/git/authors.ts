import { ByteReader } from './byte-reader.js';
import type { Decoder } from './decoder.js';
import { derivedId } from '../../log/derived-id.js';
import { startGit } from './git-program.js';
import type { HistoryLine } from './history-line.js';

/** Ids by `authorKey`. */
export type AuthorIds = ReadonlyMap<string, string>;

/** Two authors are the same who have the same address or, without one, the same name. */
export function authorKey({ name, email }: { readonly name: string; readonly email: string }): string {
  return email === '' ? `name ${name}` : `address ${email.toLowerCase()}`;
}

/**
 * The ids of all authors of the line; those in `known` keep theirs. An id follows from the history and the first commit in
 * it that its author wrote: it is the same in every import, and nobody who guesses an address can try it on the id.
 */
export async function findAuthors(line: HistoryLine, known: AuthorIds, decoder: Decoder): Promise<AuthorIds> {
  const ids = new Map(known);
  const { process, ended, stop } = startGit(line.place, [
    'log',
    ...['--first-parent', '--reverse', '--no-color', '-z', '--encoding=UTF-8', '--format=%H%x00%an%x00%ae'],
    line.tip,
    '--',
  ]);
  process.stdin.end();
  const output = new ByteReader(process.stdout);
  const text = async () => decoder.read((await output.readUntil(0)) ?? Buffer.alloc(0)).text;
  try {
    for (let hash = await output.readUntil(0); hash !== null; hash = await output.readUntil(0)) {
      const key = authorKey({ name: await text(), email: await text() });
      if (!ids.has(key)) ids.set(key, derivedId('author', line.root, hash.toString('latin1')));
    }
    await ended;
    return ids;
  } finally {
    stop();
  }
}
