/** A disk whose every sync takes longer, for a process and its children: most disks are slower than this machine's. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const source = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int later(const char *name, int file) {
  usleep(DELAY_US);
  return ((int (*)(int))dlsym(RTLD_NEXT, name))(file);
}
int fsync(int file) { return later("fsync", file); }
int fdatasync(int file) { return later("fdatasync", file); }
`;

/**
 * The environment that makes it so; built in `directory` by the C compiler that the driver needs anyway.
 * @throws Error where there is none, or no way to put oneself before the C library
 */
export function slowSync(directory: string, delayMs: number): Readonly<Record<string, string>> {
  const [file, library] = [join(directory, 'slow-sync.c'), join(directory, 'slow-sync.so')];
  writeFileSync(file, source);
  const args = ['-shared', '-fPIC', `-DDELAY_US=${delayMs * 1000}`, '-o', library, file, '-ldl'];
  const { status, stderr, error } = spawnSync('cc', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cc can't build ${file}: ${error?.message ?? stderr}`);
  return { LD_PRELOAD: library };
}
