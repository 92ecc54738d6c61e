/**
 * How long a start takes with a log of 100,000 events, from the spawn to `listening on`, beside the bare server
 * with as many rows.
 */
import { milliseconds, printWhenStarted, type Figure } from './figure.js';
import { closedLoop } from './closed-loop.js';
import { savesOf } from './requests.js';
import { interleave, median, medianRatio } from './rounds.js';
import { startBare, startFilledProduct, startProduct, type Server } from './server.js';
import { onStage } from './stage.js';

const pages = 1000;
const events = 100_000;
const clients = 64;
const rounds = 5;

export function startUp(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const [bareDirectory, productDirectory] = [await stage.directory(), await stage.directory()];
    await fillAndStop(await stage.keep(startBare(bareDirectory, pages)));
    await fillAndStop(await stage.keep(startFilledProduct(productDirectory, pages)));
    const results = await interleave(rounds, [
      () => startUpMs(stage.keep(startProduct(productDirectory))),
      () => startUpMs(stage.keep(startBare(bareDirectory, pages))),
    ]);
    const [productMs = [], bareMs = []] = results;
    return [
      {
        figure: `start with ${events} events`,
        product: milliseconds(median(productMs)),
        limit: `${milliseconds(median(bareMs))} (bare)`,
        ratio: medianRatio(productMs, bareMs),
        goal: '< 1 s',
      },
    ];
  });
}

async function fillAndStop(server: Server): Promise<void> {
  const numbers = Array.from({ length: pages }, (_, page) => page);
  await closedLoop(server, { connections: clients, workload: savesOf(numbers, events - pages) });
  await server.stop();
}

async function startUpMs(starting: Promise<Server>): Promise<number> {
  const server = await starting;
  await server.stop();
  return server.startUpMs;
}

await printWhenStarted(import.meta.url, startUp);
