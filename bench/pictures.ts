/**
 * Pictures: how many variants a second one server makes, and how much longer small reads wait while four clients upload nothing but
 * bombs and ask for variants of them: the 99th percentile at a fixed rate, beside that without them. Texts in their place tell what of it is the uploading.
 * `node dist-bench/bench/pictures.js` prints it, and what memory the server and its decoding process had at most.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { chunk, gifOf, pngHead, pngOf, pngSignature, rowsOf } from '../test/files/pictures/samples.js';
import { pageId } from './documents.js';
import { milliseconds, perSecond, printWhenStarted, type Figure } from './figure.js';
import { times } from './hostile-attack.js';
import { openLoop } from './open-loop.js';
import { adminToken, readsOf } from './requests.js';
import { interleave, median, medianRatio } from './rounds.js';
import { startFilledProduct, type Server } from './server.js';
import { onStage } from './stage.js';

const pages = 1000;
const photos = 6;
const widths = [80, 320, 640, 1280];
const clients = 4;
const ratePerSecond = 200;
const measureMs = 6_000;
const rounds = 3;
const betweenMs = 100;
const mib = 1024 * 1024;

function pictures(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const server = await stage.keep(startFilledProduct(await stage.directory(), pages));
    return [await variants(server), ...(await besideUploads(server))];
  });
}

/** Each of some photographs at each of some widths, all asked for at once. */
async function variants(server: Server): Promise<Figure> {
  const ids: string[] = [];
  for (let photo = 0; photo < photos; photo++) ids.push(await upload(server, await photograph(photo)));
  const startedMs = performance.now();
  const made = ids.flatMap((id) =>
    widths.map((width) => ask(server, `/assets/${id}/file?width=${width}&format=webp`)),
  );
  const statuses = await Promise.all(made);
  const rate = (made.length / (performance.now() - startedMs)) * 1000;
  if (statuses.some((status) => status !== 200)) throw new Error(`answered ${statuses.join(', ')}`);
  const bare = await bareRate();
  return {
    figure: `variants of photographs of 12 megapixels, ${widths.join(', ')} pixels wide`,
    product: perSecond(rate),
    limit: perSecond(bare),
    ratio: rate / bare,
    goal: 'sharp alone',
  };
}

/** The same work by sharp in this process, one at a time. */
async function bareRate(): Promise<number> {
  sharp.concurrency(1);
  sharp.cache(false);
  const bytes = await photograph(0);
  const startedMs = performance.now();
  for (const width of widths) await sharp(bytes).autoOrient().resize(width).webp().toBuffer();
  return (widths.length / (performance.now() - startedMs)) * 1000;
}

async function besideUploads(server: Server): Promise<readonly Figure[]> {
  const workload = readsOf(Array.from({ length: pages }, (_, page) => `/pages/${pageId(page)}`));
  const load = { ratePerSecond, durationMs: measureMs, workload };
  await openLoop(server, { ...load, durationMs: 1000 });
  const memory = watchMemory(server.pid);
  const before = memory.now();
  const answers = new Map<number, number>();
  const beside = async (files: readonly ((mark: string) => Buffer)[]): Promise<number> => {
    const ending = new AbortController();
    const uploading = times(clients, () => uploadAndAsk(server, files, answers, ending.signal));
    const { p99Ms } = await openLoop(server, load);
    ending.abort();
    await Promise.all(uploading);
    return p99Ms;
  };
  const [alone = [], texts = [], bombed = []] = await interleave(rounds, [
    () => beside([]),
    () => beside([(mark) => Buffer.from(mark)]),
    () => beside(bombs),
  ]);
  const { server: most, decoder } = memory.end();
  const counted = [...answers].map(([status, count]) => `${count} × ${status}`).join(', ');
  console.log(
    `server ${before} MiB before, at most ${most}; decoder at most ${decoder}; answered ${counted}`,
  );
  return [['texts', texts] as const, ['bombs', bombed] as const].map(([what, found]) => ({
    figure: `small reads while ${clients} clients upload ${what} and ask for variants, p99`,
    product: milliseconds(median(found)),
    limit: milliseconds(median(alone)),
    ratio: medianRatio(found, alone),
    goal: '≤ 2',
  }));
}

/** Files that differ from each other, one after the other. */
async function uploadAndAsk(
  server: Server,
  files: readonly ((mark: string) => Buffer)[],
  answers: Map<number, number>,
  signal: AbortSignal,
): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    const file = files[turn % files.length];
    if (!file) return;
    const id = await upload(server, file(randomUUID()));
    for (const width of [160, 960]) {
      const status = await ask(server, `/assets/${id}/file?width=${width}&format=webp`);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
    await wait(betweenMs);
  }
}

const flat = deflateSync(Buffer.alloc(7_000 * (7_000 * 6 + 1)), { level: 9 });
const wide = deflateSync(Buffer.alloc(50_000 * 6_251), { level: 9 });
const column = deflateSync(Buffer.alloc(9_999_999 * 2), { level: 9 });

function pngOfDeflated(head: Parameters<typeof pngHead>[0], data: Buffer, mark: Buffer): Buffer {
  return Buffer.concat([pngSignature, pngHead(head), mark, chunk('IDAT', data), chunk('IEND')]);
}

const marked = (mark: string): Buffer => chunk('tEXt', Buffer.from(`mark\0${mark}`, 'latin1'));

const bombs: readonly ((mark: string) => Buffer)[] = [
  (mark) => pngOf({ width: 50_000, height: 50_000 }, rowsOf(1, 9), [marked(mark)]),
  (mark) => pngOfDeflated({ width: 50_000, height: 50_000, bits: 1, colour: 0 }, wide, marked(mark)),
  (mark) => pngOfDeflated({ width: 7_000, height: 7_000, bits: 16, interlaced: true }, flat, marked(mark)),
  (mark) => pngOfDeflated({ width: 1, height: 9_999_999, bits: 1, colour: 0 }, column, marked(mark)),
  (mark) => Buffer.concat([gifOf(2_000, 2_000, 10_000), Buffer.from(mark)]),
  (mark) => Buffer.concat([pngSignature, Buffer.from(mark)]),
];

function photograph(seed: number): Promise<Buffer> {
  return sharp({
    create: {
      width: 1000,
      height: 750,
      channels: 3,
      noise: { type: 'gaussian', mean: 120 + seed, sigma: 50 },
      background: '#000',
    },
  })
    .blur(2)
    .resize(4000)
    .jpeg()
    .toBuffer();
}

const head = { authorization: `Bearer ${adminToken}` };

async function upload({ host, port }: Server, body: Buffer): Promise<string> {
  const answer = await fetch(`http://${host}:${port}/assets?name=a`, {
    method: 'POST',
    headers: { ...head, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(body),
  });
  if (answer.status !== 201) throw new Error(`an upload was answered ${answer.status}`);
  return ((await answer.json()) as { id: string }).id;
}

async function ask({ host, port }: Server, path: string): Promise<number> {
  const answer = await fetch(`http://${host}:${port}${path}`, { headers: head });
  await answer.arrayBuffer();
  return answer.status;
}

/** Resident memory in MiB, of the server and of the process that decodes for it. */
function watchMemory(pid: number): {
  now(): number;
  end(): { readonly server: number; readonly decoder: number };
} {
  let [server, decoder] = [0, 0];
  const timer = setInterval(() => {
    server = Math.max(server, residentMib(pid));
    for (const child of childrenOf(pid)) decoder = Math.max(decoder, residentMib(child));
  }, 50);
  return {
    now: () => residentMib(pid),
    end: () => {
      clearInterval(timer);
      return { server, decoder };
    },
  };
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

function residentMib(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return Math.round((Number(kib) * 1024) / mib);
  } catch {
    return 0;
  }
}

await printWhenStarted(import.meta.url, pictures);
