/** A disk that fails on demand: `disk-faults.c`, built by the C compiler of the machine. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes: EIO, ENOSPC, short; syncs: EIO. */
export const faultKinds = ['w', 'n', 's', 'f'] as const;
type FaultKind = (typeof faultKinds)[number];

export interface DiskFaults {
  /** What a server needs in its environment to be concerned. */
  readonly env: Readonly<Record<string, string>>;
  begin(kind: FaultKind): void;
  end(): void;
}

/** Built in `directory`; a sentence where that can't be done. */
export function buildDiskFaults(source: string, directory: string): DiskFaults | string {
  if (process.platform !== 'linux') return 'disk faults are left out: they are made for Linux';
  const [library, control] = [join(directory, 'disk-faults.so'), join(directory, 'disk-fault')];
  const args = ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'];
  const { status, stderr, error } = spawnSync('cc', args, { encoding: 'utf8' });
  if (status !== 0) return `disk faults are left out: cc built nothing (${error?.message ?? stderr})`;
  const say = (what: string): void => {
    writeFileSync(control, what, { flag: 'r+' }); // in place: the file is mapped
  };
  writeFileSync(control, '0');
  return {
    env: { LD_PRELOAD: library, TORTURE_DISK_FAULT: control },
    begin: say,
    end: () => {
      say('0');
    },
  };
}
