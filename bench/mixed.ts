/**
 * How much longer readers wait while editors save: the 99th percentile of reads at a tenth of the rate that saturates
 * the server, with saves at half the rate that saturates it, over the same without saves. Beside it the bare server,
 * treated the same: each is asked for as much of what it can do.
 */
import type { Address } from './connection.js';
import { pageId } from './documents.js';
import { milliseconds, perSecond, printWhenStarted, type Figure } from './figure.js';
import { closedLoop } from './closed-loop.js';
import { openLoop } from './open-loop.js';
import { readsOf, savesOf } from './requests.js';
import type { Workload } from './workload.js';
import { interleave, median } from './rounds.js';
import { startBare, startFilledProduct } from './server.js';
import { onStage } from './stage.js';

const pages = 1000;
const clients = 32;
const shareOfReads = 0.1;
const shareOfSaves = 0.5;
const warmUpMs = 1000;
const saturationMs = 600;
const measureMs = 2000;
const rounds = 5;
/** About what its own garbage collection takes. */
const harmlessPauseMs = 5;

interface Waits {
  readonly aloneMs: number;
  readonly besideSavesMs: number;
  readonly readsPerSecond: number;
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
        figure: 'p99 of reads, beside saves / alone',
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
  return async () => {
    // Found anew in each round: half of what a faster moment could do may be all that this one can.
    const mostOf = async (workload: Workload): Promise<number> =>
      (await closedLoop(address, { connections, durationMs: saturationMs, workload })).ratePerSecond;
    const readsPerSecond = (await mostOf(reading)) * shareOfReads;
    const savesPerSecond = (await mostOf(saving)) * shareOfSaves;
    const reads = { ratePerSecond: readsPerSecond, durationMs: measureMs, workload: reading };
    const saves = { ratePerSecond: savesPerSecond, durationMs: measureMs, workload: saving };
    const alone = await openLoop(address, reads);
    const [besideSaves] = await Promise.all([openLoop(address, reads), openLoop(address, saves)]);
    const longestPauseMs = Math.max(alone.longestPauseMs, besideSaves.longestPauseMs);
    return {
      aloneMs: alone.p99Ms,
      besideSavesMs: besideSaves.p99Ms,
      readsPerSecond,
      savesPerSecond,
      longestPauseMs,
    };
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
  const rates = `${perSecond(medianOf(waits, 'readsPerSecond'))} and ${perSecond(medianOf(waits, 'savesPerSecond'))}`;
  return `${beside} / ${milliseconds(medianOf(waits, 'aloneMs'))} at ${rates}`;
}

function medianOf(waits: readonly Waits[], member: keyof Waits): number {
  return median(waits.map((wait) => wait[member]));
}

await printWhenStarted(import.meta.url, mixed);
