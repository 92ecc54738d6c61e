/**
 * Files: how many bytes a second one server sends of files that the system has in memory, beside a bare node:http server that streams the
 * same ones, and nginx where it is installed. `node dist-bench/bench/files.js` prints it.
 */
import { randomFillSync } from 'node:crypto';
import { openAsBlob, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from './connection.js';
import { cpuTimeMs } from './cpu-time.js';
import { downloads, type Downloaded } from './downloads.js';
import { milliseconds, perSecond, printWhenStarted, type Figure } from './figure.js';
import { startNginxFiles } from './nginx-files.js';
import { adminToken } from './requests.js';
import { interleave, median, medianRatio } from './rounds.js';
import { startBareFiles, startProduct, type Server } from './server.js';
import { onStage } from './stage.js';

const mib = 1024 * 1024;
const kinds = [
  { name: '10 KiB', bytes: 10 * 1024, connections: 16 },
  { name: '1 MiB', bytes: mib, connections: 8 },
  { name: '100 MiB', bytes: 100 * mib, connections: 2 },
] as const;
const measureMs = 2_000;
const warmUpMs = 500;
const rounds = 5;
const goal = '≥ 0.7';

type Kind = (typeof kinds)[number];

export function files(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const directory = await stage.directory();
    for (const { name, bytes } of kinds)
      writeFileSync(join(directory, fileName(name)), randomFillSync(Buffer.allocUnsafe(bytes)));
    const product = await stage.keep(startProduct(await stage.directory()));
    const bare = await stage.keep(startBareFiles(directory));
    const nginx = await stage.keep(startNginxFiles(directory, await stage.directory()));
    const figures: Figure[] = [];
    for (const kind of kinds) figures.push(...(await measure(kind, { product, bare, nginx }, directory)));
    return figures;
  });
}

interface Servers {
  readonly product: Server;
  readonly bare: Server;
  readonly nginx: Address | undefined;
}

async function measure(
  kind: Kind,
  { product, bare, nginx }: Servers,
  directory: string,
): Promise<readonly Figure[]> {
  const id = await upload(product, join(directory, fileName(kind.name)), kind.bytes);
  const plain = `/${fileName(kind.name)}`;
  const [ours = [], limit = [], others = []] = await interleave(rounds, [
    () => load(product, kind, `/assets/${id}/file`),
    () => load(bare, kind, plain),
    ...(nginx ? [() => load(nginx, kind, plain)] : []),
  ]);
  const figureOf = (limitName: string, found: readonly Loaded[]): Figure => ({
    figure: `files of ${kind.name}, ${kind.connections} connections, beside ${limitName}`,
    product: shown(kind, median(ours.map(rateOf))),
    limit: shown(kind, median(found.map(rateOf))),
    ratio: medianRatio(ours.map(rateOf), found.map(rateOf)),
    goal: limitName === 'nginx' ? 'sendfile' : goal,
  });
  return [
    figureOf('node:http', limit),
    {
      figure: `time of the processor for a file of ${kind.name}, node:http / product`,
      product: milliseconds(median(ours.map((one) => costMs(one, kind)))),
      limit: milliseconds(median(limit.map((one) => costMs(one, kind)))),
      ratio: medianRatio(
        limit.map((one) => costMs(one, kind)),
        ours.map((one) => costMs(one, kind)),
      ),
      goal,
    },
    ...(nginx ? [figureOf('nginx', others)] : []),
  ];
}

/** `cpuMs` is NaN where the system doesn't tell. */
interface Loaded extends Downloaded {
  readonly cpuMs: number;
}

/** The figure that other work on the machine changes least is what the server's process used. */
async function load(
  { pid, ...address }: Address & { readonly pid?: number },
  { bytes, connections }: Kind,
  path: string,
): Promise<Loaded> {
  const cpu = (): number => (pid === undefined ? undefined : cpuTimeMs(pid)) ?? Number.NaN;
  const what = { path, bytes, connections, headers: { Authorization: `Bearer ${adminToken}` } };
  await downloads(address, { ...what, durationMs: warmUpMs });
  const before = cpu();
  const downloaded = await downloads(address, { ...what, durationMs: measureMs });
  return { ...downloaded, cpuMs: cpu() - before };
}

const rateOf = ({ bytes, seconds }: Downloaded): number => bytes / seconds;

const costMs = ({ bytes, cpuMs }: Loaded, kind: Kind): number => (cpuMs / bytes) * kind.bytes;

const shown = ({ bytes }: Kind, bytesPerSecond: number): string =>
  bytes < mib ? perSecond(bytesPerSecond / bytes) : `${Math.round(bytesPerSecond / mib)} MiB/s`;

const fileName = (name: string): string => name.replace(' ', '');

async function upload({ host, port }: Server, path: string, bytes: number): Promise<string> {
  const answer = await fetch(`http://${host}:${port}/assets?name=file`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/octet-stream' },
    body: await openAsBlob(path),
  });
  const { id, bytes: kept } = (await answer.json()) as { id: string; bytes: number };
  if (answer.status !== 201 || kept !== bytes) throw new Error(`an upload was answered ${answer.status}`);
  return id;
}

await printWhenStarted(import.meta.url, files);
