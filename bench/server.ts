/** The servers under measurement, each a process of its own on the server's core. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Address } from './connection.js';
import { closedLoop } from './closed-loop.js';
import { cpuTimeMs } from './cpu-time.js';
import { serverCommand } from './pinning.js';
import { adminToken, creationsOf } from './requests.js';

export interface Server extends Address {
  /** From the spawn to the line `listening on`. */
  readonly startUpMs: number;
  /** Until that line, of all its threads; nothing where the system doesn't tell. */
  readonly startUpCpuMs: number | undefined;
  readonly pid: number;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

const bareServer = fileURLToPath(new URL('bare-server.js', import.meta.url));
const bareFiles = fileURLToPath(new URL('bare-files.js', import.meta.url));
const frameworkServer = fileURLToPath(new URL('framework-server.js', import.meta.url));
const product = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The bare server on that directory, with the pages 0 … `pages`-1 at version 1. */
export function startBare(directory: string, pages: number): Promise<Server> {
  return start([bareServer, directory, String(pages)]);
}

/** A bare server of the files in that directory. */
export function startBareFiles(directory: string): Promise<Server> {
  return start([bareFiles, directory]);
}

/** The same through the frameworks that the product is built on. */
export function startFrameworks(directory: string, pages: number): Promise<Server> {
  return start([frameworkServer, directory, String(pages)]);
}

/** The product on that directory, as it was left. */
export function startProduct(directory: string, env: Readonly<Record<string, string>> = {}): Promise<Server> {
  return start([product, 'serve', '--data', directory, '--port', '0'], env);
}

/** The product on an empty directory, with the pages 0 … `pages`-1 at version 1. */
export async function startFilledProduct(directory: string, pages: number): Promise<Server> {
  const server = await startProduct(directory);
  const numbers = Array.from({ length: pages }, (_, page) => page);
  await closedLoop(server, { connections: 32, workload: creationsOf(numbers) });
  return server;
}

/** Those that run: none outlives a benchmark that has failed. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * @throws Error when it ends before it listens; what it wrote to its error output is on ours when it has ended, but for the lines
 * that it writes for every request.
 */
async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Server> {
  const spawnedAt = performance.now();
  const [command, commandArgs] = serverCommand(args);
  const logged = mkdtempSync(join(tmpdir(), 'palimpsest-bench-log-'));
  const log = openSync(join(logged, 'stderr'), 'w');
  const child = spawn(command, commandArgs, {
    env: { ...process.env, PALIMPSEST_ADMIN_TOKEN: adminToken, ...env },
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  running.add(child);
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child);
    const lines = readFileSync(join(logged, 'stderr'), 'utf8').split('\n');
    for (const line of lines) if (line !== '' && !line.startsWith('{"level":30,')) console.error(line);
    rmSync(logged, { recursive: true });
    return code as number | null;
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const { stdout } = child;
  if (!stdout) throw new Error('a server has no output');
  const listening = new Promise<[URL, number | undefined]>((resolve) => {
    createInterface(stdout).on('line', (line) => {
      const url = /listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve([new URL(url), cpuTimeMs(child.pid ?? 0)]);
    });
  });
  const [url, startUpCpuMs] = await Promise.race([
    listening,
    ended.then((code) => {
      throw new Error(`${args.join(' ')}: expected "listening on", found exit code ${String(code)}`);
    }),
  ]);
  const startUpMs = performance.now() - spawnedAt;
  return { host: url.hostname, port: Number(url.port), startUpMs, startUpCpuMs, pid: child.pid ?? 0, stop };
}
