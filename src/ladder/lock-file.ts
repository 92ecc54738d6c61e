import { createHash } from 'node:crypto';

/** A rung as a file: its name, with the extension, and its text. */
export interface RungFile {
  readonly name: string;
  readonly text: string;
}

/** A rung that was released. `hash` (SHA-256, hex) covers its text and the hash of the rung before it. */
export interface LockedRung {
  readonly name: string;
  readonly hash: string;
}

/** In the directory of the rungs that it locks. */
export const lockFileName = 'ladder.lock';

/**
 * Reads a lock file: one line a rung, `0001-name.ts HASH`. Two branches that add the same number change the same
 * place, so git lets nobody merge them unseen.
 * @throws Error for a line that is none, or is not in its place
 */
export function parseLock(text: string): readonly LockedRung[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => {
    const [, name, number, hash] = /^((\d{4})-[\w.-]+) ([0-9a-f]{64})$/.exec(line) ?? [];
    if (name === undefined || hash === undefined || Number(number) !== index + 1) {
      throw new Error(
        `line ${index + 1} should be rung ${index + 1} and its hash, and is "${line}": restore the file as it was released`,
      );
    }
    return { name, hash };
  });
}

export function printLock(rungs: readonly LockedRung[]): string {
  return rungs.map(({ name, hash }) => `${name} ${hash}\n`).join('');
}

/** @throws Error that names the released rung that is gone, or has another in its place */
export function requireReleased(names: readonly string[], lock: readonly LockedRung[]): void {
  for (const { name } of lock) {
    if (names.some((other) => other === name || isCompiledFrom(other, name))) continue;
    const instead = names.find((other) => other.slice(0, 4) === name.slice(0, 4));
    const found = instead === undefined ? 'is gone' : `has ${instead} in its place`;
    throw new Error(`rung ${name} was released and ${found}: ${wayOut}`);
  }
}

/**
 * The hash of each rung, in order. A lock that names `.ts` is trusted where the directory holds what was compiled from
 * it, which can't be compared. Rungs beyond the lock are not released yet and may be anything.
 * @throws Error that names the released rung that is not what it was
 */
export function hashRungs(files: readonly RungFile[], lock: readonly LockedRung[]): readonly LockedRung[] {
  const hashed: LockedRung[] = [];
  for (const [index, { name, text }] of files.entries()) {
    const locked = lock[index];
    const isTrusted = locked !== undefined && isCompiledFrom(name, locked.name);
    const hash = isTrusted ? locked.hash : chain(hashed.at(-1)?.hash, text);
    if (locked && locked.hash !== hash) {
      throw new Error(`rung ${locked.name} was released and has changed: ${wayOut}`);
    }
    hashed.push({ name, hash });
  }
  return hashed;
}

const wayOut = 'put it back, and add a new rung';

function isCompiledFrom(name: string, source: string): boolean {
  return source.endsWith('.ts') && name === source.replace(/\.ts$/, '.js');
}

/** Line ends are those of the machine that checked the file out, so they don't count. */
function chain(previous: string | undefined, text: string): string {
  const normalised = text.replaceAll('\r\n', '\n');
  return createHash('sha256')
    .update(`${previous ?? ''}\n${normalised}`)
    .digest('hex');
}
