/**
 * How long a start takes with a log of 100,000 events, from the spawn to `listening on`, and how much CPU time, which
 * a busy machine changes less; beside the bare server with as many rows.
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
      () => startUpOf(stage.keep(startProduct(productDirectory))),
      () => startUpOf(stage.keep(startBare(bareDirectory, pages))),
    ]);
    const [product = [], bare = []] = results;
    return [
      figure(`start with ${events} events`, product.map(ms), bare.map(ms)),
      figure('CPU time of that start', product.map(cpuMs), bare.map(cpuMs)),
    ];
  });
}

async function fillAndStop(server: Server): Promise<void> {
  const numbers = Array.from({ length: pages }, (_, page) => page);
  await closedLoop(server, { connections: clients, workload: savesOf(numbers, events - pages) });
  await server.stop();
}

async function startUpOf(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  await server.stop();
  return server;
}

const ms = ({ startUpMs }: Server): number => startUpMs;
const cpuMs = ({ startUpCpuMs }: Server): number => startUpCpuMs ?? Number.NaN;

function figure(name: string, productMs: readonly number[], bareMs: readonly number[]): Figure {
  return {
    figure: name,
    product: milliseconds(median(productMs)),
    limit: `${milliseconds(median(bareMs))} (bare)`,
    ratio: medianRatio(productMs, bareMs),
    goal: '< 1 s',
  };
}

await printWhenStarted(import.meta.url, startUp);
