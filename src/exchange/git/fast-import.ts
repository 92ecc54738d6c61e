import { hash } from 'node:crypto';
import type { Actor } from '../../events/event.js';

/** A file to be written or (`blob` null) to go. `blob` is the id that `blobId` gives, or the mark of a blob that came before. */
export interface FileChange {
  readonly path: string;
  readonly blob: string | null;
}

export interface ExportedCommit {
  readonly by: Actor;
  /** Absent: it is made up. */
  readonly address?: string;
  readonly at: Date;
  readonly message: string;
  /** What goes has to come first: a name may be a file's and then a directory's. */
  readonly changes: readonly FileChange[];
}

/** The id that git gives a blob: SHA-1, in hex. */
export function blobId(content: Buffer): string {
  return hash('sha1', Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]), 'hex');
}

/** What precedes all else: a stream that breaks off before `done` is refused as a whole. */
export const streamStart = 'feature done\n';
export const streamEnd = 'done\n';

/** Brings a blob in (git-fast-import(1), `blob`). */
export function blobCommand(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from('blob\n'), dataCommand(content), Buffer.from('\n')]);
}

/** What comes before and after the bytes of a blob that has a mark, as in `:1`. */
export const blobHead = (bytes: number, mark: string): string => `blob\nmark ${mark}\ndata ${bytes}\n`;
export const blobTail = '\n';

/** A commit on top of the one before, on branch `main` (git-fast-import(1), `commit`). */
export function commitCommand({ by, address, at, message, changes }: ExportedCommit): Buffer {
  const seconds = Math.max(0, Math.floor(at.getTime() / 1000));
  const email = oneLine(address ?? (by.kind === 'import' && by.id.includes('@') ? by.id : madeUp(by)));
  // Without a name there are two spaces: `git fsck` wants one before the address.
  const person = `${oneLine(by.name)} <${email}> ${seconds} +0000`;
  return Buffer.concat([
    Buffer.from(`commit refs/heads/main\nauthor ${person}\ncommitter ${person}\n`),
    dataCommand(Buffer.from(`${message.replaceAll('\0', '')}\n`)),
    Buffer.from(`\n${changes.map(fileCommand).join('')}\n`),
  ]);
}

function dataCommand(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes]);
}

function fileCommand({ path, blob }: FileChange): string {
  return blob === null ? `D ${quoted(path)}\n` : `M 100644 ${blob} ${quoted(path)}\n`;
}

function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

function madeUp({ id }: Actor): string {
  return `${id}@palimpsest.invalid`;
}

/** Without what would end a name or an address. */
function oneLine(text: string): string {
  return text.replace(/\s*[<>\0\r\n]+\s*/g, ' ').trim();
}
