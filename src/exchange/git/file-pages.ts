import { hash } from 'node:crypto';
import { extname } from 'node:path/posix';
import { slugPattern } from '../../events/limits.js';
import type { Decoder } from './decoder.js';
import { foldersAbove, joined, lastName, parentPath } from './page-tree.js';

/** How files become pages. */
export interface Naming {
  /** `/a` instead of `/a.md`. */
  readonly stripExtension: boolean;
  readonly decoder: Decoder;
  /** Of a path as `pathOf` has it: an asset is called what its file is called. Absent: none are assets. */
  readonly isAsset?: (path: string) => boolean;
}

/** Where a file's page hangs, as people read it, and what it may be called there: the first of the names that no other has. */
export interface WantedNames {
  readonly directory: string;
  readonly names: readonly string[];
}

/**
 * A file keeps its extension where another has the name without it, and gets a mark that no other file has where its own
 * name is another's, too.
 */
export function wantedNames(path: string, { stripExtension, decoder, isAsset }: Naming): WantedNames {
  const shown = decoder.shown(path).text;
  const name = lastName(shown);
  const marked = `${name}~${hash('sha256', JSON.stringify(path)).slice(0, 8)}`;
  const stripped = name.slice(0, name.length - extname(name).length);
  const isStripped = stripExtension && !isAsset?.(path) && stripped !== name && slugPattern.test(stripped);
  const names = isStripped ? [stripped, name, marked] : [name, marked];
  return { directory: parentPath(shown), names };
}

/** Which page a file is, of those that there are; and which directories there are. Paths are as `pathOf` has them. */
export class FilePages {
  private readonly pages = new Map<string, string>();
  private readonly directories = new Map<string, number>();

  constructor(private readonly decoder: Decoder) {}

  pageOf(path: string): string | undefined {
    return this.pages.get(path);
  }

  set(path: string, page: string): void {
    this.delete(path);
    this.pages.set(path, page);
    this.count(path, 1);
  }

  delete(path: string): void {
    if (this.pages.delete(path)) this.count(path, -1);
  }

  /** Whether a file is in this directory, or further down; the directory as people read it. */
  isDirectory(path: string): boolean {
    return this.directories.has(path);
  }

  private count(path: string, difference: number): void {
    for (const directory of foldersAbove(this.decoder.shown(path).text)) {
      const count = (this.directories.get(directory) ?? 0) + difference;
      if (count === 0) this.directories.delete(directory);
      else this.directories.set(directory, count);
    }
  }
}

/**
 * Finds again which page each file is. `documentAt` answers the id of the document at a path. Of files that want the same
 * name, the one with the longest has it only if nobody else can: so the answer is the one that was given when they came.
 */
export function filePages(
  paths: readonly string[],
  naming: Naming,
  documentAt: (path: string) => string | undefined,
): FilePages {
  const files = new FilePages(naming.decoder);
  const taken = new Set<string>();
  const wanted = paths.map((path) => ({ path, ...wantedNames(path, naming) }));
  const length = ({ names }: WantedNames): number => names.at(-1)?.length ?? 0;
  for (const { path, directory, names } of wanted.sort((a, b) => length(b) - length(a))) {
    for (const name of [...names].reverse()) {
      const page = documentAt(joined(directory, name));
      if (page === undefined || taken.has(page)) continue;
      taken.add(page);
      files.set(path, page);
      break;
    }
  }
  return files;
}
