/**
 * The server on one core, the load generator on another, so that neither takes time from what it measures.
 * Where `taskset` or a second core is missing everything runs unpinned, and the table says so.
 */
import { spawnSync } from 'node:child_process';

const taskset = 'taskset';

interface Cores {
  readonly server: number;
  readonly generator: number;
}

const cores = process.platform === 'linux' ? allowedCores() : undefined;

export const pinning =
  cores === undefined
    ? 'unpinned: server and load generator share the cores'
    : `server on core ${cores.server}, load generator on core ${cores.generator}`;

/** Moves this process, with all its threads, to the generator's core. */
export function pinGenerator(): void {
  if (cores === undefined) return;
  spawnSync(taskset, ['-a', '-c', '-p', String(cores.generator), String(process.pid)]);
}

/** The command line that runs Node with these arguments on the server's core. */
export function serverCommand(args: readonly string[]): readonly [string, readonly string[]] {
  return pinnedCommand(process.execPath, args);
}

/** The command line that runs any program there. */
export function pinnedCommand(
  program: string,
  args: readonly string[],
): readonly [string, readonly string[]] {
  if (cores === undefined) return [program, args];
  return [taskset, ['-c', String(cores.server), program, ...args]];
}

function allowedCores(): Cores | undefined {
  const answer = spawnSync(taskset, ['-c', '-p', String(process.pid)], { encoding: 'utf8' });
  if (answer.status !== 0) return undefined;
  // "pid 17's current affinity list: 0-2,5"
  const ranges = (answer.stdout.split(':')[1] ?? '').trim().split(',');
  const allowed = ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  const [server, generator] = allowed;
  return server === undefined || generator === undefined ? undefined : { server, generator };
}
