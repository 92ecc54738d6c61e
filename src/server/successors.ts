import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:net';
import type { ProgramFile } from '../installation/program.js';
import type { FromNew } from '../upgrade/peer.js';
import { descriptorOf } from '../upgrade/descriptor.js';
import type { StartedBy } from '../upgrade/start-successor.js';
import { isSupervised } from './supervised.js';

/** What a server tells `palimpsest run`, which holds the socket and starts all versions. */
export type ToSupervisor =
  | { readonly kind: 'start'; readonly program: ProgramFile; readonly args: readonly string[] }
  /** From now on this one is to be looked after. */
  | { readonly kind: 'live' };

export type FromSupervisor =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'ended'; readonly pid: number; readonly exitCode: number | null };

export function tellSupervisor(message: ToSupervisor): void {
  if (isSupervised()) process.send?.(message);
}

type What = Parameters<StartedBy['told']>[1];

/** New versions say to the running one what became of them; the operator waits for it. */
function newsOfSuccessors(): Pick<StartedBy, 'told' | 'onTold'> {
  const listeners = new Set<(pid: number, what: What) => void>();
  return {
    told: (pid, what: Extract<FromNew, { kind: 'live' | 'failed' }>) => {
      for (const listener of [...listeners]) listener(pid, what);
    },
    onTold: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** New versions as children of this process, which leaves before they do: same cgroup, same pipes for the log. */
export function childrenOf(listener: Server, env: NodeJS.ProcessEnv): StartedBy {
  return {
    ...newsOfSuccessors(),
    start: async ({ execPath, main, options }, args) => {
      const child = spawn(execPath, [main, ...options, ...args, '--listen-fd', '3'], {
        stdio: ['ignore', 'inherit', 'inherit', descriptorOf(listener)],
        env,
      });
      await once(child, 'spawn');
      child.unref();
      const ended = once(child, 'exit').then(([code]) => code as number | null);
      return { pid: child.pid ?? 0, ended };
    },
  };
}

/** New versions as siblings of this process. */
export function supervisorOf(): StartedBy {
  return {
    ...newsOfSuccessors(),
    start: (program, args) =>
      new Promise((resolve) => {
        const ended = new Promise<number | null>((resolveEnded) => {
          let started: number | undefined;
          // One listener for both: the end of what could not be started comes with the news of its start.
          const hear = (message: FromSupervisor): void => {
            if (message.kind === 'started') started ??= message.pid;
            else if (message.pid === started) {
              process.off('message', hear);
              resolveEnded(message.exitCode);
            }
            if (started !== undefined) resolve({ pid: started, ended });
          };
          process.on('message', hear);
        });
        tellSupervisor({ kind: 'start', program, args });
      }),
  };
}
