/**
 * The rate of a rebuild of all projections, comparison included, beside the least that it could be; and whether its
 * memory grows with the log. `node rebuild.js 10000 1000000` takes other lengths.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { perSecond, printWhenStarted, type Figure } from './figure.js';
import { writeLog } from './log-of.js';
import { serverCommand } from './pinning.js';
import { interleave, median, medianRatio } from './rounds.js';
import { onStage } from './stage.js';

const rounds = 3;
const bare = fileURLToPath(new URL('bare-rebuild.js', import.meta.url));
const product = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Run {
  readonly ratePerSecond: number;
  /** The largest resident set, as Linux tells it; NaN elsewhere. */
  readonly peakMiB: number;
}

export function rebuild(lengths: readonly number[] = [10_000, 100_000]): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const figures: Figure[] = [];
    for (const events of lengths) {
      const directory = await stage.directory();
      writeLog(directory, events);
      const [products = [], bares = []] = await interleave(rounds, [
        () => run([product, 'rebuild', '--data', directory], events),
        async () => {
          await rm(join(directory, 'bare.sqlite'), { force: true });
          return run([bare, directory], events);
        },
      ]);
      const [rates, bareRates] = [products, bares].map((runs) =>
        runs.map(({ ratePerSecond }) => ratePerSecond),
      );
      figures.push({
        figure: `rebuild of ${events} events, ${Math.round(median(products.map(({ peakMiB }) => peakMiB)))} MiB at most`,
        product: perSecond(median(rates ?? [])),
        limit: `${perSecond(median(bareRates ?? []))} (bare read + parse + upsert + chain)`,
        ratio: medianRatio(rates ?? [], bareRates ?? []),
        goal: '≥ 0.4, memory flat',
      });
      await rm(directory, { recursive: true });
    }
    return figures;
  });
}

async function run(args: readonly string[], events: number): Promise<Run> {
  const [command, commandArgs] = serverCommand(args);
  const startedAt = performance.now();
  const child = spawn(command, commandArgs, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  let peakMiB = Number.NaN;
  const ended = new AbortController();
  void exit.then(() => {
    ended.abort();
  });
  while (!ended.signal.aborted) {
    const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').catch(() => '');
    const kib = /VmHWM:\s*(\d+) kB/.exec(status)?.[1];
    if (kib !== undefined) peakMiB = Number(kib) / 1024;
    await Promise.race([exit, wait(50)]);
  }
  const [code] = await exit;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}`);
  return { ratePerSecond: (events * 1000) / (performance.now() - startedAt), peakMiB };
}

const lengths = process.argv.slice(2).map(Number);
await printWhenStarted(import.meta.url, () => rebuild(lengths.length > 0 ? lengths : undefined));
