/**
 * What it costs to ask who may see what: reads of one page, lists of 50 and the tree of a section, out of 100,000 pages in 100 sections,
 * for an editor of three of them who has five grants, beside an administrator. `node dist-bench/bench/access.js` prints it.
 */
import { closedLoop } from './closed-loop.js';
import type { Address } from './connection.js';
import { pageId } from './documents.js';
import { perSecond, printWhenStarted, type Figure } from './figure.js';
import { adminToken, batchesOf, readsOf } from './requests.js';
import { interleave, median, medianRatio } from './rounds.js';
import { startProduct } from './server.js';
import { onStage } from './stage.js';

const sections = 100;
const pagesOfSection = 1_000;
const inABatch = 200;
const warmUpMs = 500;
const measureMs = 1_000;
const rounds = 6;

const own = [10, 50, 90];

/** What is read, the goal of the editor's rate, and how many connections ask for it. */
const asked: readonly (readonly [what: string, path: string, goal: string, connections: number])[] = [
  ['one page', `/pages/${pageId(50 * pagesOfSection + 7)}`, '≥ 0.95', 8],
  ['50 pages', '/pages?limit=50', '≥ 0.5', 8],
  ['50 pages by title', '/pages?limit=50&sort=title', '≥ 0.5', 8],
  ['50 pages, last changed first', '/pages?limit=50&sort=-updated', '≥ 0.5', 8],
  ['the tree of a section', `/tree?root=${pageId(50 * pagesOfSection)}`, '≥ 0.5', 4],
];

export function access(): Promise<readonly Figure[]> {
  return onStage(async (stage) => {
    const server = await stage.keep(startProduct(await stage.directory()));
    await fill(server);
    const token = await editorOf(server);
    const figures: Figure[] = [];
    for (const [what, path, goal, connections] of asked) {
      const measurements = [adminToken, token].map((who) => async (durationMs: number) => {
        const workload = readsOf([path], who);
        return (await closedLoop(server, { connections, durationMs, workload })).ratePerSecond;
      });
      for (const measure of measurements) await measure(warmUpMs);
      const [admins = [], editors = []] = await interleave(
        rounds,
        measurements.map((measure) => () => measure(measureMs)),
      );
      figures.push({
        figure: `an editor of 3 of ${sections} sections reads ${what}`,
        product: perSecond(median(editors)),
        limit: `${perSecond(median(admins))} (an administrator)`,
        ratio: medianRatio(editors, admins),
        goal,
      });
    }
    return figures;
  });
}

async function fill(server: Address): Promise<void> {
  const numbers = Array.from({ length: sections * pagesOfSection }, (_, page) => page);
  const isSection = (page: number): boolean => page % pagesOfSection === 0;
  const creation = (page: number): object => ({
    method: 'POST',
    path: '/pages',
    body: {
      type: 'document',
      id: pageId(page),
      slug: `p${page}`,
      ...(!isSection(page) && { parent: pageId(page - (page % pagesOfSection)) }),
      content: { title: `Page ${(page * 7919) % numbers.length}`, body: 'A few words.' },
    },
  });
  const [first, others] = [numbers.filter(isSection), numbers.filter((page) => !isSection(page))];
  for (const pages of [first, others]) {
    const workload = batchesOf(pages.map(creation), inABatch);
    await closedLoop(server, { connections: 2, workload });
  }
}

/** A token with five grants: an editor of three sections, and a reader of two others. */
async function editorOf({ host, port }: Address): Promise<string> {
  const post = async (
    path: string,
    body: object,
  ): Promise<{ readonly id: string; readonly secret?: string }> => {
    const answer = await fetch(`http://${host}:${port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as { id: string; secret?: string };
  };
  const pathOf = (section: number): string => `/p${section * pagesOfSection}`;
  const [first = 0, ...rest] = own;
  const { id, secret = '' } = await post('/tokens', { role: 'editor', path: pathOf(first) });
  const principal = { kind: 'token', id };
  for (const section of rest) await post('/grants', { principal, role: 'editor', path: pathOf(section) });
  for (const section of [20, 70]) await post('/grants', { principal, role: 'render', path: pathOf(section) });
  return secret;
}

await printWhenStarted(import.meta.url, access);
