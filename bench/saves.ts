/** How many durable saves a second 32 clients get, beside bare group commits of the same documents. */
import type { Address } from './connection.js';
import { perSecond, printWhenStarted, type Figure } from './figure.js';
import { closedLoop } from './closed-loop.js';
import { savesOf } from './requests.js';
import { interleave, median, medianRatio } from './rounds.js';
import { startBare, startFilledProduct, startFrameworks } from './server.js';
import { onStage } from './stage.js';

const clients = 32;
const warmUpMs = 1500;
const measureMs = 1000;
const rounds = 9;

export function saves(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const bare = await stage.keep(startBare(await stage.directory(), clients));
    const product = await stage.keep(startFilledProduct(await stage.directory(), clients));
    const frameworks = await stage.keep(startFrameworks(await stage.directory(), clients));
    const measurements = [saveRate(product), saveRate(bare), saveRate(frameworks)];
    for (const measure of measurements) await measure(warmUpMs);
    const results = await interleave(
      rounds,
      measurements.map((measure) => () => measure(measureMs)),
    );
    const [productRates = [], bareRates = [], frameworkRates = []] = results;
    return [
      {
        figure: `durable saves, ${clients} clients`,
        product: perSecond(median(productRates)),
        limit: `${perSecond(median(bareRates))} (bare group commit)`,
        ratio: medianRatio(productRates, bareRates),
        goal: '≥ 0.4',
      },
      {
        figure: 'the same beside its frameworks with a bare commit',
        product: perSecond(median(productRates)),
        limit: `${perSecond(median(frameworkRates))}: ${medianRatio(frameworkRates, bareRates).toFixed(2)} of bare`,
        ratio: medianRatio(productRates, frameworkRates),
        goal: 'for comparison',
      },
    ];
  });
}

function saveRate(address: Address): (durationMs: number) => Promise<number> {
  const workload = savesOf(Array.from({ length: clients }, (_, page) => page));
  return async (durationMs) =>
    (await closedLoop(address, { connections: clients, durationMs, workload })).ratePerSecond;
}

await printWhenStarted(import.meta.url, saves);
