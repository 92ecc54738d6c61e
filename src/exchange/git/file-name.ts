import { hash } from 'node:crypto';
import type { PageState } from '../../events/page.js';
import { assetType } from '../../schema/asset-content.js';
import { ofFiles } from './file-content.js';

/** The names that pages next to each other have. */
type Names = { has(slug: string): boolean };

/**
 * A page's file, as far as it doesn't stand in a directory of its own: a document is called what it is called, with the
 * extension that its file had where it was imported without, and an asset, too; all else gets `.json`.
 */
export function fileName(page: PageState, slug: string, siblings: Names, imported: string): string {
  const extension = ofFiles.has(page.type) ? imported : '.json';
  return gitName(extension === '' ? slug : freeName(slug, extension, page.id, siblings));
}

/** A page that is a directory because it has children stands in it, under a name that none of them has. */
export function indexName(page: PageState, slug: string, children: Names): string {
  const extension = indexExtension(page.type, slug);
  // A child of that name gets an extension, too.
  return freeName(children.has('_index') ? `_index~${page.id}` : '_index', extension, page.id, children);
}

function indexExtension(type: string, slug: string): string {
  if (type === assetType) return /\.[A-Za-z0-9]{1,10}$/.exec(slug)?.[0] ?? '.bin';
  return type === 'document' ? '.md' : '.json';
}

/** A name that is made up gives way to those that pages have, and to those that are made up of these. */
function freeName(stem: string, extension: string, id: string, siblings: Names): string {
  if (!siblings.has(stem + extension)) return stem + extension;
  let marked = `${stem}~${id}`;
  while (siblings.has(marked) || siblings.has(marked + extension))
    marked = `${stem}~${marked.slice(stem.length)}`;
  return marked + extension;
}

/** The slugs next to it whose made-up names may have to give way to this one, or need not any longer. */
export function stemsOf(slug: string): readonly string[] {
  return [...slug.matchAll(/[.~]/g)].map(({ index }) => slug.slice(0, index));
}

/**
 * The name, or what stands for one that git keeps for itself or can't hold: `..` is `~%2E%2E`. One that is too long for a
 * file is cut, with a mark that no other has. No two names become the same: a name that looks as if it stood for another
 * is written otherwise, too.
 */
export function gitName(name: string): string {
  const fit = isUnfit(name) ? escaped(name) : name;
  return Buffer.byteLength(fit) > nameLimitBytes || looksCut(fit) ? cut(fit) : fit;
}

function isUnfit(name: string): boolean {
  return /^\.{0,2}$|[/\0]/.test(name) || name.split('\\').some(isGits) || looksEscaped(name);
}

function escaped(name: string): string {
  // By way of bytes, because a lone surrogate has no percent-encoding.
  return `~${encodeURIComponent(Buffer.from(name).toString()).replaceAll('.', '%2E')}`;
}

function looksEscaped(name: string): boolean {
  if (!name.startsWith('~')) return false;
  try {
    const original = decodeURIComponent(name.slice(1));
    return escaped(original) === name && isUnfit(original);
  } catch {
    return false;
  }
}

/** Where files are whose paths are too long for the system; see `farPath`. */
const farDirectory = '~far';
/** Where the repository is while it is made. */
export const unfinishedDirectory = '.git-unfinished';

/**
 * Whether it is a name of git's own on some file system: where format characters are nothing (git's is_hfs_dotgit), where
 * dots and spaces in the end are nothing, a colon begins a stream, and names have short forms (is_ntfs_dotgit). So are
 * the files that tell git what to do with others.
 */
function isGits(name: string): boolean {
  const plain = (name.replace(/\p{Cf}/gu, '').split(':')[0] ?? '').replace(/[ .]+$/, '').toLowerCase();
  return gits.test(plain) || isShortForm(plain) || plain === farDirectory || plain === unfinishedDirectory;
}

const gits = /^(?:\.git(?:modules|attributes)?|git~\d+|gitmod~\d+|gitatt~\d+)$/;

/** Of `.gitmodules` and `.gitattributes`, once there are many of the simple short forms. */
function isShortForm(plain: string): boolean {
  const [, head] = /^([a-z0-9]*)~\d+$/.exec(plain) ?? [];
  return (
    head !== undefined && plain.length === 8 && ['gi7eba', 'gi7d29'].some((form) => form.startsWith(head))
  );
}

/** As most file systems have it. */
const nameLimitBytes = 255;
const cutToBytes = 200;

function cut(name: string): string {
  const [extension = ''] = /\.[A-Za-z0-9]{1,10}$/.exec(name) ?? [];
  const bytes = Buffer.from(name);
  let end = cutToBytes;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  const head = bytes.toString('utf8', 0, end);
  return `${head}~${hash('sha256', name).slice(0, 32)}${extension}`;
}

function looksCut(name: string): boolean {
  return Buffer.byteLength(name) >= 220 && /~[0-9a-f]{32}(?:\.[A-Za-z0-9]{1,10})?$/.test(name);
}

/** A path, or another where the file system could not hold it. `id` is the page's. */
export function farPath(path: string, id: string): string {
  if (Buffer.byteLength(path) <= pathLimitBytes) return path;
  return `${farDirectory}/${id}${/\.[A-Za-z0-9]{1,10}$/.exec(path)?.[0] ?? ''}`;
}

/** Leaves room for where the repository is: PATH_MAX is 4096. */
const pathLimitBytes = 3000;
