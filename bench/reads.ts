/**
 * How fast a page is read: the current one beside a bare point read of the same documents, and any old version
 * beside the current one of the same page, however long its history.
 */
import type { Address } from './connection.js';
import { pageId } from './documents.js';
import { perSecond, printWhenStarted, type Figure } from './figure.js';
import { closedLoop } from './closed-loop.js';
import type { Workload } from './workload.js';
import { readsOf, savesOf } from './requests.js';
import { interleave, median, medianRatio } from './rounds.js';
import { startBare, startFilledProduct } from './server.js';
import { onStage } from './stage.js';

const pages = 1000;
/** One page more than those has the long history. */
const longLived = pages;
const versions = 10_000;
const connections = 32;
const warmUpMs = 1000;
const measureMs = 500;
const rounds = 8;

export function reads(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const bare = await stage.keep(startBare(await stage.directory(), pages));
    const product = await stage.keep(startFilledProduct(await stage.directory(), pages + 1));
    await closedLoop(product, { connections: 1, workload: savesOf([longLived], versions - 1) });

    const every = Array.from({ length: pages }, (_, page) => `/pages/${pageId(page)}`);
    const current = `/pages/${pageId(longLived)}`;
    const old = Array.from({ length: versions }, (_, index) => `${current}?version=${index + 1}`);
    const measurements = [
      readRate(product, readsOf(every)),
      readRate(bare, readsOf(every)),
      readRate(product, readsOf(old)),
      readRate(product, readsOf([current])),
    ];
    for (const measure of measurements) await measure(warmUpMs);
    const results = await interleave(
      rounds,
      measurements.map((measure) => () => measure(measureMs)),
    );
    const [productRates = [], bareRates = [], oldRates = [], currentRates = []] = results;
    return [
      {
        figure: 'current page by id',
        product: perSecond(median(productRates)),
        limit: `${perSecond(median(bareRates))} (bare point read)`,
        ratio: medianRatio(productRates, bareRates),
        goal: '≥ 0.6',
      },
      {
        figure: `any of ${versions} versions of a page`,
        product: perSecond(median(oldRates)),
        limit: `${perSecond(median(currentRates))} (its current one)`,
        ratio: medianRatio(oldRates, currentRates),
        goal: '≥ 0.9',
      },
    ];
  });
}

function readRate(address: Address, workload: Workload): (durationMs: number) => Promise<number> {
  return async (durationMs) =>
    (await closedLoop(address, { connections, durationMs, workload })).ratePerSecond;
}

await printWhenStarted(import.meta.url, reads);
