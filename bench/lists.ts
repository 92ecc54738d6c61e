/**
 * How many lists of 50 pages out of 100,000 are read: sorted by each key, each way, with three fields of their contents, beside
 * the plain list; all of them at places all over the list. `node dist-bench/bench/lists.js` prints it.
 */
import type { Address } from './connection.js';
import { closedLoop } from './closed-loop.js';
import { documentText, pageId } from './documents.js';
import { perSecond, printWhenStarted, type Figure } from './figure.js';
import { adminToken, batchesOf, readsOf } from './requests.js';
import { interleave, median, medianRatio } from './rounds.js';
import { startProduct } from './server.js';
import { onStage } from './stage.js';

const pages = 100_000;
const inABatch = 200;
const connections = 8;
const warmUpMs = 500;
const measureMs = 500;
const rounds = 6;
/** Lists that one measurement reads, each after the one before. */
const places = 100;

const keys = ['order', 'title', 'created', 'updated', 'published'];
const fields = 'fields=/title,/teaser,/image';
const plain = '';
const queries = [
  plain,
  fields,
  ...keys.flatMap((key) => [`${fields}&sort=${key}`, `${fields}&sort=-${key}`]),
];

export function lists(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const server = await stage.keep(startProduct(await stage.directory()));
    await fill(server);
    const workloads = [];
    for (const query of queries) workloads.push(readsOf(await placesIn(server, query)));
    const measurements = workloads.map((workload) => async (durationMs: number) => {
      return (await closedLoop(server, { connections, durationMs, workload })).ratePerSecond;
    });
    for (const measure of measurements) await measure(warmUpMs);
    const rates = await interleave(
      rounds,
      measurements.map((measure) => () => measure(measureMs)),
    );
    const [plainRates = [], ...others] = rates;
    return others.map((some, index) => ({
      figure: `50 of ${pages} pages: ${queries[index + 1] ?? ''}`,
      product: perSecond(median(some)),
      limit: `${perSecond(median(plainRates))} (plain)`,
      ratio: medianRatio(some, plainRates),
      goal: '≥ 0.33',
    }));
  });
}

/** Two thirds are published, in another order than they were made in; a third is changed after that. */
async function fill(server: Address): Promise<void> {
  const numbers = Array.from({ length: pages }, (_, page) => page);
  const mixed = numbers.map((number) => (number * 7919) % pages);
  const batches = [
    numbers.map((page) => ({
      method: 'POST',
      path: '/pages',
      body: {
        type: 'document',
        id: pageId(page),
        slug: `page-${page}`,
        content: contentOf(page, 1),
      },
    })),
    mixed
      .filter((page) => page % 3 < 2)
      .map((page) => ({ method: 'POST', path: `/pages/${pageId(page)}/publish` })),
    [...mixed]
      .reverse()
      .filter((page) => page % 3 === 0)
      .map((page) => ({
        method: 'PUT',
        path: `/pages/${pageId(page)}/content`,
        headers: { 'if-match': '"v1"' },
        body: contentOf(page, 2),
      })),
  ];
  for (const commands of batches)
    await closedLoop(server, { connections: 2, workload: batchesOf(commands, inABatch) });
}

/** What a list shows of a page is little beside what there is of it. */
function contentOf(page: number, version: number): object {
  const document = JSON.parse(documentText(page, version)) as { title: string; body: string };
  return { ...document, teaser: document.body.slice(0, 120), image: `images/${page}.jpg` };
}

/** The paths of lists that follow each other. */
async function placesIn({ host, port }: Address, query: string): Promise<readonly string[]> {
  const first = `/pages?limit=50${query === '' ? '' : `&${query}`}`;
  const paths = [first];
  while (paths.length < places) {
    const answer = await fetch(`http://${host}:${port}${paths.at(-1) ?? first}`, {
      headers: { authorization: `Bearer ${adminToken}` },
    });
    const { next } = (await answer.json()) as { next: string | null };
    if (next === null) throw new Error(`${first} has ${paths.length} parts, expected ${places}`);
    paths.push(`${first}&cursor=${encodeURIComponent(next)}`);
  }
  return paths;
}

await printWhenStarted(import.meta.url, lists);
