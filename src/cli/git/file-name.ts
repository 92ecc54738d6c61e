import type { PageState } from '../../events/page.js';

/** The names that pages next to each other have. */
type Names = { has(slug: string): boolean };

/** A page without children: a document is called what it is called, all else gets `.json`. */
export function fileName(page: PageState, slug: string, siblings: Names): string {
  if (page.type === 'document') return gitName(slug);
  const isTaken = siblings.has(`${slug}.json`);
  return gitName(isTaken ? `${slug}~${page.id}.json` : `${slug}.json`);
}

/** A page that is a directory because it has children stands in it, under a name that none of them has. */
export function indexName(page: PageState, children: Names): string {
  const extension = page.type === 'document' ? '.md' : '.json';
  const isTaken = children.has(`_index${extension}`) || children.has('_index');
  return isTaken ? `_index~${page.id}${extension}` : `_index${extension}`;
}

/** The slug, or what stands for one that git keeps for itself or can't hold: `..` is `~%2E%2E`. */
export function gitName(slug: string): string {
  if (!unfit.test(slug)) return slug;
  // By way of bytes, because a lone surrogate has no percent-encoding.
  const encoded = encodeURIComponent(Buffer.from(slug).toString());
  return `~${encoded.replaceAll('.', '%2E')}`;
}

/**
 * Empty, `.`, `..`, slashes and NUL; what is `.git` on some file system, where a backslash may be a slash and
 * format characters nothing (git's verify_path, is_hfs_dotgit, is_ntfs_dotgit).
 */
const unfit = /^\.{0,2}$|[/\0]|(^|\\)(\p{Cf}*\.\p{Cf}*g\p{Cf}*i\p{Cf}*t\p{Cf}*|git~\d)[ .]*($|[:\\])/iu;
