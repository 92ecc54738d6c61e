/**
 * How much longer readers wait while editors save: the 99th percentile of reads at a fixed rate, with saves at half
 * the rate that saturates the server, over the same without saves. Beside it the bare server, treated the same.
 */
import type { Address } from './connection.js';
import { pageId } from './documents.js';
import { milliseconds, perSecond, printWhenStarted, type Figure } from './figure.js';
import { closedLoop } from './closed-loop.js';
import { openLoop } from './open-loop.js';
import { readsOf, savesOf } from './requests.js';
import { interleave, median } from './rounds.js';
import { startBare, startFilledProduct } from './server.js';
import { onStage } from './stage.js';

const pages = 1000;
const clients = 32;
const readsPerSecond = 2000;
const warmUpMs = 1000;
const saturationMs = 600;
const measureMs = 1000;
const rounds = 5;
/** About what its own garbage collection takes. */
const harmlessPauseMs = 5;

interface Waits {
  readonly aloneMs: number;
  readonly besideSavesMs: number;
  readonly savesPerSecond: number;
  readonly longestPauseMs: number;
}

export function mixed(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const bare = await stage.keep(startBare(await stage.directory(), pages));
    const product = await stage.keep(startFilledProduct(await stage.directory(), pages));
    const [productWaits = [], bareWaits = []] = await interleave(rounds, [
      await warmUp(product),
      await warmUp(bare),
    ]);
    warnOfPauses([...productWaits, ...bareWaits]);
    return [
      {
        figure: `p99 of ${readsPerSecond} reads/s, beside saves / alone`,
        product: shown(productWaits),
        limit: `${shown(bareWaits)}: ${ratio(bareWaits).toFixed(2)} (bare)`,
        ratio: ratio(productWaits),
        goal: '≤ 3',
      },
    ];
  });
}

async function warmUp(address: Address): Promise<() => Promise<Waits>> {
  const numbers = Array.from({ length: pages }, (_, page) => page);
  const reading = readsOf(numbers.map((page) => `/pages/${pageId(page)}`));
  const saving = savesOf(numbers);
  const connections = clients;
  await closedLoop(address, { connections, durationMs: warmUpMs, workload: reading });
  await closedLoop(address, { connections, durationMs: warmUpMs, workload: saving });
  const reads = { ratePerSecond: readsPerSecond, durationMs: measureMs, workload: reading };
  return async () => {
    // Found anew in each round: half of what a faster moment could do may be all that this one can.
    const saturation = await closedLoop(address, { connections, durationMs: saturationMs, workload: saving });
    const savesPerSecond = saturation.ratePerSecond / 2;
    const saves = { ratePerSecond: savesPerSecond, durationMs: measureMs, workload: saving };
    const alone = await openLoop(address, reads);
    const [besideSaves] = await Promise.all([openLoop(address, reads), openLoop(address, saves)]);
    const longestPauseMs = Math.max(alone.longestPauseMs, besideSaves.longestPauseMs);
    return { aloneMs: alone.p99Ms, besideSavesMs: besideSaves.p99Ms, savesPerSecond, longestPauseMs };
  };
}

function warnOfPauses(waits: readonly Waits[]): void {
  const longestMs = Math.max(...waits.map((wait) => wait.longestPauseMs));
  if (longestMs <= harmlessPauseMs) return;
  console.log(
    `The load generator itself stood still for up to ${milliseconds(longestMs)}, which the waits below contain: ` +
      'something else used its core. Run this again on a quiet machine.',
  );
}

function ratio(waits: readonly Waits[]): number {
  return medianOf(waits, 'besideSavesMs') / medianOf(waits, 'aloneMs');
}

function shown(waits: readonly Waits[]): string {
  const beside = milliseconds(medianOf(waits, 'besideSavesMs'));
  return `${beside} / ${milliseconds(medianOf(waits, 'aloneMs'))} at ${perSecond(medianOf(waits, 'savesPerSecond'))}`;
}

function medianOf(waits: readonly Waits[], member: keyof Waits): number {
  return median(waits.map((wait) => wait[member]));
}

await printWhenStarted(import.meta.url, mixed);
