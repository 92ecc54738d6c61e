import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { lockPatienceMs, tryOwnerLock, type OwnerLock } from '../log/owner-lock.js';
import { isLocked, type DataDirectory } from '../installation/data-directory.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { steps, type Step } from './steps.js';

/** How far an upgrade has come, as other processes may see it. */
export interface UpgradeProgress {
  readonly pid: number;
  readonly from: string | null;
  readonly to: string;
  readonly step: Step;
  readonly position: number;
  readonly total: number;
}

/** @throws OperatorError 75 when another process is at it */
export function takeUpgradeLock(directory: DataDirectory): OwnerLock {
  const lock = tryOwnerLock(directory.upgradeLock, lockPatienceMs);
  if (lock) return lock;
  const progress = readProgress(directory);
  const who = progress ? `process ${progress.pid} (to ${progress.to})` : 'another process';
  throw new OperatorError(
    exitCodes.busy,
    `${directory.path} is being upgraded by ${who}: wait for it, or stop it`,
  );
}

/** Whether somebody is upgrading. Not for whoever holds the lock: to look at it would drop it. */
export function isUpgrading(directory: DataDirectory): boolean {
  return isLocked(directory.upgradeLock);
}

/** Written whole, so that nobody reads half of it. */
export function writeProgress({ upgradeProgress: file }: DataDirectory, progress: UpgradeProgress): void {
  writeFileSync(`${file}.tmp`, JSON.stringify(progress), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

export function discardProgress({ upgradeProgress: file }: DataDirectory): void {
  for (const name of [file, `${file}.tmp`]) rmSync(name, { force: true });
}

/** Only meaningful while the lock is held: otherwise a process died before it could remove it. */
export function readProgress({ upgradeProgress: file }: DataDirectory): UpgradeProgress | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as UpgradeProgress;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function describeProgress({ pid, from, to, step, position, total }: UpgradeProgress): string {
  const { number, does } = steps[step];
  return `${from ?? 'nothing'} to ${to} by process ${pid}, step ${number}: ${does}, ${position} of ${total} events`;
}
