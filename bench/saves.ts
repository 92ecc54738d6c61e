/** How many durable saves a second 32 clients get, beside bare group commits of the same documents. */
import type { Address } from './connection.js';
import { perSecond, printWhenStarted, type Figure } from './figure.js';
import { closedLoop } from './load.js';
import { savesOf } from './requests.js';
import { interleave, median } from './rounds.js';
import { startBare, startFilledProduct } from './server.js';
import { onStage } from './stage.js';

const clients = 32;
const warmUpMs = 1500;
const measureMs = 2500;
const rounds = 3;

export function saves(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const bare = await stage.keep(startBare(await stage.directory(), clients));
    const product = await stage.keep(startFilledProduct(await stage.directory(), clients));
    const measurements = [saveRate(product), saveRate(bare)];
    for (const measure of measurements) await measure(warmUpMs);
    const results = await interleave(
      rounds,
      measurements.map((measure) => () => measure(measureMs)),
    );
    const [productRate = 0, bareRate = 0] = results.map(median);
    return [
      {
        figure: `durable saves, ${clients} clients`,
        product: perSecond(productRate),
        limit: `${perSecond(bareRate)} (bare group commit)`,
        ratio: productRate / bareRate,
        goal: '≥ 0.4',
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
