/**
 * How much longer readers wait while editors save: the 99th percentile of reads at a fixed rate, with saves at half
 * the rate that saturates the server, over the same without saves. Beside it the bare server, treated the same.
 */
import type { Address } from './connection.js';
import { pageId } from './documents.js';
import { milliseconds, printWhenStarted, type Figure } from './figure.js';
import { closedLoop, openLoop } from './load.js';
import { readsOf, savesOf } from './requests.js';
import { interleave, median } from './rounds.js';
import { startBare, startFilledProduct } from './server.js';
import { onStage } from './stage.js';

const pages = 1000;
const clients = 32;
const readsPerSecond = 2000;
const warmUpMs = 1500;
const saturationMs = 2000;
const measureMs = 2000;
const rounds = 3;

interface Waits {
  readonly aloneMs: number;
  readonly besideSavesMs: number;
}

export function mixed(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const bare = await stage.keep(startBare(await stage.directory(), pages));
    const product = await stage.keep(startFilledProduct(await stage.directory(), pages));
    const results = await interleave(rounds, [await prepareWaits(product), await prepareWaits(bare)]);
    const [productWaits, bareWaits] = results.map(medianWaits);
    if (productWaits === undefined || bareWaits === undefined) return [];
    return [
      {
        figure: `p99 of ${readsPerSecond} reads/s: beside saves at half saturation / alone`,
        product: shown(productWaits),
        limit: `${shown(bareWaits)} = ${ratio(bareWaits).toFixed(2)} (bare)`,
        ratio: ratio(productWaits),
        goal: '≤ 3',
      },
    ];
  });
}

/** Warms the server up and finds what saturates it. */
async function prepareWaits(address: Address): Promise<() => Promise<Waits>> {
  const numbers = Array.from({ length: pages }, (_, page) => page);
  const reading = readsOf(numbers.map((page) => `/pages/${pageId(page)}`));
  const saving = savesOf(numbers);
  await closedLoop(address, { connections: clients, durationMs: warmUpMs, workload: reading });
  await closedLoop(address, { connections: clients, durationMs: warmUpMs, workload: saving });
  const saturation = await closedLoop(address, {
    connections: clients,
    durationMs: saturationMs,
    workload: saving,
  });
  const reads = { ratePerSecond: readsPerSecond, durationMs: measureMs, workload: reading };
  const saves = { ratePerSecond: saturation.ratePerSecond / 2, durationMs: measureMs, workload: saving };
  return async () => {
    const alone = await openLoop(address, reads);
    const [besideSaves] = await Promise.all([openLoop(address, reads), openLoop(address, saves)]);
    return { aloneMs: alone.p99Ms, besideSavesMs: besideSaves.p99Ms };
  };
}

function medianWaits(waits: readonly Waits[]): Waits {
  return {
    aloneMs: median(waits.map((wait) => wait.aloneMs)),
    besideSavesMs: median(waits.map((wait) => wait.besideSavesMs)),
  };
}

function ratio(waits: Waits): number {
  return waits.besideSavesMs / waits.aloneMs;
}

function shown(waits: Waits): string {
  return `${milliseconds(waits.besideSavesMs)} / ${milliseconds(waits.aloneMs)}`;
}

await printWhenStarted(import.meta.url, mixed);
