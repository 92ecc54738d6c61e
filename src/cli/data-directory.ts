import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tryOwnerLock } from '../events/owner-lock.js';
import type { WalFiles } from '../events/wal-fit.js';
import { CliError, exitCodes } from './exit-code.js';

/** The one directory to back up, and what lies where in it. */
export interface DataDirectory {
  readonly path: string;
  readonly database: string;
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

export function hasDatabase(directory: DataDirectory): boolean {
  return existsSync(directory.database);
}

/** @throws CliError 65: a mistyped directory is told apart from one that is to be created */
export function requireDatabase(directory: DataDirectory): void {
  if (hasDatabase(directory)) return;
  throw new CliError(
    exitCodes.badData,
    `there is no database in ${directory.path}: choose another --data, or run \`palimpsest serve\` to create one`,
  );
}

/**
 * Removes what killed processes left in `run/`: their sockets, and projections half built. What belongs to a living
 * process stays: it may be building, or have handed over and be answering its last requests.
 */
export function removeLeftovers({ run }: DataDirectory): void {
  for (const name of readdirSync(run)) {
    const [, owner] = /^[a-z]+-(\d+)\.(?:sock|sqlite(?:-\w+)?)$/.exec(name) ?? [];
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(run, name), { force: true });
  }
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
const longestSocketPath = process.platform === 'linux' ? 107 : 103;
const longestPid = 9_999_999;

/** Creates what is missing of the directory. @throws CliError 78 when no socket fits into it */
export function ensureDirectories(directory: DataDirectory): void {
  const { path, run } = directory;
  const excess = Buffer.byteLength(directory.controlSocket(longestPid)) - longestSocketPath;
  if (excess > 0) {
    throw new CliError(
      exitCodes.wrongVersion,
      `${path} is ${excess} bytes too long for a socket in it: choose a --data of a shorter path`,
    );
  }
  mkdirSync(join(path, 'content'), { recursive: true });
  mkdirSync(run, { recursive: true, mode: 0o700 });
  chmodSync(run, 0o700);
}

/** Whether a process is in charge of it. The lock tells: a pid in the database may be that of one long gone. */
export function isServed(directory: DataDirectory): boolean {
  ensureDirectories(directory);
  const lock = tryOwnerLock(directory.ownerLock);
  lock?.release();
  return lock === undefined;
}
