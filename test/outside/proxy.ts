import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { isListening, until } from '../upgrade/releases.js';

/** A program that stands in front of a server. */
export interface Proxy {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Starts it, and waits until it listens on its port. Its directory goes with it. */
export async function startProxy(
  program: string,
  options: readonly string[],
  { directory, port }: { readonly directory: string; readonly port: number },
): Promise<Proxy> {
  const child = spawn(program, options, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}:\n${said}`);
    return isListening({ host: '127.0.0.1', port });
  }, `${program} listens`);
  return {
    port,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(directory, { recursive: true });
    },
  };
}
