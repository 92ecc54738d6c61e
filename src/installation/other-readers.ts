import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDirectory } from './data-directory.js';

/** Rights of anybody but the owner. */
const others = 0o077;

/**
 * Sees to it that drafts, the hashes of tokens and the secrets of hand-overs are their owner's alone. Files that others
 * may read no longer let them, if they are ours; the directory stays as the operator made it. Answers what to tell them of
 * that, a sentence each.
 */
export function shutOutOtherReaders({ path }: DataDirectory): readonly string[] {
  const open = readdirSync(path)
    .filter((name) => name === 'content' || /^db(?:_.+)?\.sqlite(?:-\w+)?$/.test(name))
    .filter((name) => isOpen(join(path, name)));
  const shut = open.filter((name) => isOurs(join(path, name)));
  for (const name of shut) chmodSync(join(path, name), name === 'content' ? 0o700 : 0o600);
  const told = [];
  if (shut.length > 0)
    told.push(`others could read ${shut.join(', ')} in ${path}: from now on only the owner can`);
  for (const name of open.filter((name) => !shut.includes(name))) {
    const file = join(path, name);
    told.push(`others can read ${file}: run \`chmod go= ${file}\` as the user that it belongs to`);
  }
  if (isOpen(path)) told.push(`others can enter ${path}: run \`chmod go= ${path}\``);
  return told;
}

function isOpen(file: string): boolean {
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & others) !== 0;
}

function isOurs(file: string): boolean {
  const user = process.getuid?.();
  return user === undefined || user === 0 || statSync(file).uid === user;
}
