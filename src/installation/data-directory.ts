import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isUnwritable } from '../log/database.js';
import { isOwnerLockHeld } from '../log/owner-lock.js';
import type { WalFiles } from '../log/wal-fit.js';
import { OperatorError, exitCodes } from './operator-error.js';

/** The one directory to back up, and what lies where in it. */
export interface DataDirectory {
  readonly path: string;
  readonly database: string;
  /** The files of assets, by their hashes. */
  readonly content: string;
  /** Pictures of it at other sizes: they can be made again. */
  readonly variants: string;
  /** Locks and sockets: only the owner may enter, nothing in it survives the process. */
  readonly run: string;
  readonly ownerLock: string;
  /** Held by whoever is replacing the running version. */
  readonly upgradeLock: string;
  /** How far that has come, for people. */
  readonly upgradeProgress: string;
  /** Being built; disposable until it takes the database's name. */
  readonly nextDatabase: string;
  /** What a program of that version left when it was replaced: kept, never written again. */
  predecessor(version: string): string;
  controlSocket(pid: number): string;
  /** The database, and the name by which this process looks at it without its write-ahead log. */
  readonly walFiles: WalFiles;
}

export function dataDirectory(path: string): DataDirectory {
  const absolute = resolve(path);
  const run = join(absolute, 'run');
  return {
    path: absolute,
    database: join(absolute, 'db.sqlite'),
    content: join(absolute, 'content'),
    variants: join(absolute, 'variants'),
    run,
    ownerLock: join(run, 'owner.lock'),
    upgradeLock: join(run, 'upgrade.lock'),
    upgradeProgress: join(run, 'upgrade.json'),
    nextDatabase: join(absolute, 'db_new.sqlite'),
    predecessor: (version) => join(absolute, `db_${version}.sqlite`),
    controlSocket: (pid) => join(run, `control-${pid}.sock`),
    walFiles: { database: join(absolute, 'db.sqlite'), alone: join(run, `alone-${process.pid}.sqlite`) },
  };
}

/** An empty file is what a first start leaves that was killed in its first moment. In a file there is none. */
export function hasDatabase({ path, database }: DataDirectory): boolean {
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isDirectory && (statSync(database, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Files of another user would keep whoever serves it from its own database. @throws OperatorError 77 */
export function requireSameUser({ database }: DataDirectory): void {
  const user = process.getuid?.();
  const owner = statSync(database).uid;
  if (user === undefined || owner === user) return;
  throw new OperatorError(
    exitCodes.notPermitted,
    `${database} belongs to user ${owner}: run this as that user, not as ${user}`,
  );
}

/** @throws OperatorError 65: a mistyped directory is told apart from one that is to be created */
export function requireDatabase(directory: DataDirectory): void {
  if (hasDatabase(directory)) return;
  throw new OperatorError(
    exitCodes.badData,
    `there is no database in ${directory.path}: choose another --data, or run \`palimpsest serve\` to create one`,
  );
}

/**
 * Removes what killed processes left behind: their sockets, files half built, and those that only tried something. What
 * belongs to a living process stays: it may be building, or have handed over and be answering its last requests.
 */
export function removeLeftovers({ path, run }: DataDirectory): void {
  const left = [
    ...namesIn(run, /^[a-z]+-(\d+)(?:-\w+|\.(?:sock|sqlite(?:-\w+)?))?$/),
    ...namesIn(path, /^\.upgrade-(\d+)(?:\.link)?$/),
  ];
  for (const { file, owner } of left) {
    if (!isAlive(owner) || isOlderThanThis(file, owner)) rmSync(file, { recursive: true, force: true });
  }
}

function namesIn(directory: string, pattern: RegExp): readonly { file: string; owner: number }[] {
  return readdirSync(directory).flatMap((name) => {
    const [, owner] = pattern.exec(name) ?? [];
    return owner === undefined ? [] : [{ file: join(directory, name), owner: Number(owner) }];
  });
}

/** In a container every process has the number that its predecessor had. */
function isOlderThanThis(file: string, owner: number): boolean {
  if (owner !== process.pid) return false;
  return (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < performance.timeOrigin;
}

/** Whether there is a process of that number, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Of a socket, in bytes (unix(7)). */
const socketPathLimitBytes = process.platform === 'linux' ? 107 : 103;
const longestPid = 9_999_999;

/** Creates what is missing of the directory, and shuts one that nothing is in yet. @throws OperatorError 78 when no socket fits into it */
export function ensureDirectories(directory: DataDirectory): void {
  const { path, run } = directory;
  const excess = Buffer.byteLength(directory.controlSocket(longestPid)) - socketPathLimitBytes;
  if (excess > 0) {
    throw new OperatorError(
      exitCodes.wrongVersion,
      `${path} is ${excess} bytes too long for a socket in it: choose a --data of a shorter path`,
    );
  }
  if (isFresh(path)) chmodSync(path, 0o700);
  mkdirSync(directory.content, { recursive: true });
  mkdirSync(run, { recursive: true, mode: 0o700 });
  chmodSync(run, 0o700);
}

/**
 * Whether it is ours and there is nothing in it but what a clone brings: git makes it for everybody to enter. One with special
 * rights, as `/tmp` has, was made for others, too.
 */
function isFresh(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || found.uid !== process.getuid?.() || (found.mode & 0o7000) !== 0) return false;
  return readdirSync(path).every((name) => name === 'README.md');
}

/** Whether a process is in charge of it. The lock tells: a pid in the database may be that of one long gone. */
export function isServed({ ownerLock }: DataDirectory): boolean {
  return isLocked(ownerLock);
}

/** Whether somebody holds a lock. Where no lock can be taken, nobody has one. Not for whoever holds it: it would be dropped. */
export function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    return isOwnerLockHeld(file);
  } catch (error) {
    if (isUnwritable(error)) return false;
    throw error;
  }
}
