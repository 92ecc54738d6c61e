/**
 * What an upgrade costs: how long writes wait, whatever the length of the log; how fast the log is replayed beside the
 * least that it could take; and how much longer readers wait meanwhile. `node upgrade.js 10000 1000000` takes other
 * lengths.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { milliseconds, perSecond, printWhenStarted, type Figure } from './figure.js';
import { writeLog } from './log-of.js';
import { openLoop } from './open-loop.js';
import { serverCommand } from './pinning.js';
import { readsOf } from './requests.js';
import { median } from './rounds.js';
import { startProduct } from './server.js';
import { slowSync } from './slow-sync.js';
import { onStage, type Stage } from './stage.js';

const rounds = 3;
const readsPerSecond = 500;
const slowSyncMs = 5;
const repository = fileURLToPath(new URL('../..', import.meta.url));
const bare = fileURLToPath(new URL('bare-rebuild.js', import.meta.url));

interface Upgraded {
  readonly windowMs: number;
  readonly before99Ms: number;
  readonly during99Ms: number;
}

interface Rehearsed {
  readonly replayMs: number;
}

export function upgrade(lengths: readonly number[] = [10_000, 100_000]): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const newer = buildIn(await stage.directory());
    const figures: Figure[] = [];
    for (const events of lengths) {
      const [rates, bareRates, windows, waits]: [number[], number[], number[], number[]] = [[], [], [], []];
      for (let round = 0; round < rounds; round += 1) {
        const directory = await stage.directory();
        writeLog(directory, events);
        bareRates.push((events * 1000) / elapsedMs([bare, directory]));
        rmSync(join(directory, 'bare.sqlite'));
        rates.push((events * 1000) / rehearse(newer, directory).replayMs);
        const { windowMs, before99Ms, during99Ms } = await takeOver(newer, directory);
        windows.push(windowMs);
        waits.push(during99Ms / before99Ms);
        rmSync(directory, { recursive: true });
      }
      const slowWindows = await windowsOnSlowDisk(stage, newer, events);
      const [best, bareBest] = [Math.max(...rates), Math.max(...bareRates)];
      figures.push(
        {
          figure: `upgrade at ${events} events: writes wait`,
          product: `${milliseconds(Math.min(...windows))} at best, ${milliseconds(median(windows))} median`,
          limit: '25 ms',
          ratio: Math.min(...windows) / 25,
          goal: '≤ 1, the same at any length',
        },
        {
          figure: `the same, every sync ${slowSyncMs} ms longer`,
          product: `${milliseconds(Math.min(...slowWindows))} at best, ${milliseconds(median(slowWindows))} median`,
          limit: '100 ms',
          ratio: Math.min(...slowWindows) / 100,
          goal: '≤ 1',
        },
        {
          figure: `replay of ${events} events into the new file`,
          product: perSecond(best),
          limit: `${perSecond(bareBest)} (bare read + parse + upsert + chain)`,
          ratio: best / bareBest,
          goal: '≥ 0.4',
        },
        {
          figure: `p99 of ${readsPerSecond} reads/s during it, over before`,
          product: `${Math.min(...waits).toFixed(2)} at best, ${median(waits).toFixed(2)} median`,
          limit: '1',
          ratio: Math.min(...waits),
          goal: '≤ 2',
        },
      );
    }
    return figures;
  });
}

async function windowsOnSlowDisk(stage: Stage, newer: string, events: number): Promise<readonly number[]> {
  const env = slowSync(await stage.directory(), slowSyncMs);
  const windows: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const directory = await stage.directory();
    writeLog(directory, events);
    windows.push((await takeOver(newer, directory, env)).windowMs);
    rmSync(directory, { recursive: true });
  }
  return windows;
}

/** The same program under a higher version, as its next release would be. Answers its `main.js`. */
function buildIn(directory: string): string {
  mkdirSync(directory, { recursive: true });
  cpSync(join(repository, 'dist'), join(directory, 'dist'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as object;
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ ...manifest, version: '99.0.0' }));
  return join(directory, 'dist/cli/main.js');
}

function elapsedMs(args: readonly string[]): number {
  const startedAt = performance.now();
  const [command, commandArgs] = serverCommand(args);
  const { status } = spawnSync(command, commandArgs, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}`);
  return performance.now() - startedAt;
}

function rehearse(newer: string, directory: string): Rehearsed {
  const [command, args] = serverCommand([newer, 'upgrade', '--check', '--json', '--data', directory]);
  return JSON.parse(spawnSync(command, args, { encoding: 'utf8' }).stdout) as Rehearsed;
}

async function takeOver(
  newer: string,
  directory: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Upgraded> {
  const server = await startProduct(directory, env);
  const reads = {
    ratePerSecond: readsPerSecond,
    workload: readsOf(['/tree?depth=1&limit=100', '/pages?limit=1']),
  };
  await openLoop(server, { ...reads, durationMs: 1000 });
  const before = await openLoop(server, { ...reads, durationMs: 2000 });
  const operator = spawn(process.execPath, [newer, 'upgrade', '--json', '--data', directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Its command line shares a core with what measures, and must not make that wait.
  setPriority(operator.pid ?? 0, constants.priority.PRIORITY_LOW);
  let told = '';
  operator.stdout.on('data', (part: Buffer) => (told += part.toString()));
  const [during] = await Promise.all([
    openLoop(server, { ...reads, durationMs: 2000 }),
    once(operator, 'exit'),
  ]);
  const { pid, windowMs } = JSON.parse(told) as { pid: number; windowMs: number };
  await server.stop();
  process.kill(pid, 'SIGTERM');
  await gone(pid);
  return { windowMs, before99Ms: before.p99Ms, during99Ms: during.p99Ms };
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const lengths = process.argv.slice(2).map(Number);
await printWhenStarted(import.meta.url, () => upgrade(lengths.length > 0 ? lengths : undefined));
