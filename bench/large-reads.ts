/**
 * How much longer small reads wait while four clients ask for nothing but diffs of two documents of 8 MB: the 99th
 * percentile at a fixed rate, beside diffs over alone; with large reads on the main thread, and in threads of their own.
 * `node dist-bench/bench/large-reads.js` prints it.
 */
import { closedLoop } from './closed-loop.js';
import { pageId } from './documents.js';
import { milliseconds, printWhenStarted, type Figure } from './figure.js';
import { openLoop } from './open-loop.js';
import { adminToken, readsOf } from './requests.js';
import { startFilledProduct, startProduct, type Server } from './server.js';
import { onStage } from './stage.js';

const pages = 1000;
const blocks = 100_000;
const clients = 4;
const ratePerSecond = 200;
const measureMs = 10_000;

export function largeReads(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const directory = await stage.directory();
    const filled = await startFilledProduct(directory, pages);
    const id = await addLargePage(filled);
    await filled.stop();
    const figures: Figure[] = [];
    for (const reads of ['inline', 'by size']) {
      const server = await stage.keep(startProduct(directory, { PALIMPSEST_TEST_READS: reads }));
      figures.push(await measure(server, `/pages/${id}/diff?from=1&to=2`, reads));
      await server.stop();
    }
    return figures;
  });
}

async function measure(server: Server, diff: string, reads: string): Promise<Figure> {
  const small = readsOf(Array.from({ length: pages }, (_, page) => `/pages/${pageId(page)}`));
  const load = { ratePerSecond, durationMs: measureMs, workload: small };
  await openLoop(server, { ...load, durationMs: 1000 });
  const alone = await openLoop(server, load);
  const [beside, diffs] = await Promise.all([
    openLoop(server, load),
    closedLoop(server, { connections: clients, durationMs: measureMs, workload: readsOf([diff]) }),
  ]);
  const shown = `${milliseconds(beside.p99Ms)} / ${milliseconds(alone.p99Ms)} at ${diffs.ratePerSecond.toFixed(2)} diffs/s`;
  const ratio = beside.p99Ms / alone.p99Ms;
  return {
    figure: `p99 of small reads, beside diffs / alone (${reads})`,
    product: shown,
    limit: `${milliseconds(alone.p99Ms)} (alone)`,
    ratio,
    goal: '≤ 3',
  };
}

/** Two versions of which every block differs. Answers the page's id. */
async function addLargePage({ host, port }: Server): Promise<string> {
  const content = (markdown: string): object => ({
    title: 'Large',
    blocks: Array.from({ length: blocks }, (_, i) => ({
      _id: `b${i}`,
      _type: 'text',
      markdown: `${markdown} ${i} of a block of a few words`,
    })),
  });
  const send = async (method: string, path: string, body: unknown, headers = {}): Promise<{ id: string }> => {
    const response = await fetch(`http://${host}:${port}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminToken}`,
        'content-type': 'application/json',
        'schema-version': '4',
        ...headers,
      },
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as { id: string };
  };
  const { id } = await send('POST', '/pages', { type: 'document', content: content('one') });
  await send('PUT', `/pages/${id}/content`, content('two'), { 'if-match': '"v1"' });
  return id;
}

await printWhenStarted(import.meta.url, largeReads);
