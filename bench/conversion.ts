/**
 * What it costs to show a page at another schema version: 200 blocks, thirty rungs, each of which changes some of them.
 * Beside it what any reader has to pay who looks into the page at all (parse and print its text), and the same way
 * gone rung by rung through a document at each.
 */
import { convert } from '../src/schema/conversion.js';
import type { JsonObject } from '../src/schema/json/json.js';
import { Ladder } from '../src/schema/ladder.js';
import { declare, migration, type Migration } from '../src/schema/migration.js';
import { perSecond, printWhenStarted, type Figure } from './figure.js';
import { interleave, median, medianRatio } from './rounds.js';

const rungs = 30;
const blocks = 200;
const rounds = 7;
const roundMs = 300;

const blockTypes = ['text', 'image', 'hero', 'quote'];

function syntheticLadder(): Ladder {
  const block = {
    type: 'object',
    properties: { title: { type: 'string' }, body: { type: 'string' }, tone: { enum: ['plain', 'loud'] } },
  };
  const first = declare({
    title: 'Pages',
    types: {
      page: { type: 'object', properties: { title: { type: 'string' }, blocks: { $ref: 'blocks' } } },
    },
    blocks: Object.fromEntries(blockTypes.map((type) => [type, block])),
  });
  const further = Array.from({ length: rungs }, (_, index) => changing(index));
  return new Ladder(
    [first, ...further].map((rung, index) => ({ name: `rung ${index + 1}`, hash: '', rung })),
  );
}

/** Every rung changes one block type, in one of three ways. */
function changing(index: number): Migration {
  const type = blockTypes[index % blockTypes.length] ?? '';
  const round = Math.floor(index / blockTypes.length);
  const [from, to] = [round === 0 ? 'body' : `body${round}`, `body${round + 1}`];
  return migration({
    title: `Changes ${type}`,
    types: {
      [type]: (t) => {
        const renamed = t.rename({ [from]: to });
        return index % 3 === 0 ? renamed.add(`note${index}`, { type: 'string' }, { default: '' }) : renamed;
      },
    },
  });
}

/** About 300 bytes a block. */
function pageText(): string {
  const paragraph = 'The reading room on the second floor is closed in August. '.repeat(4);
  return JSON.stringify({
    title: 'A long page',
    blocks: Array.from({ length: blocks }, (_, index) => ({
      _type: blockTypes[index % blockTypes.length],
      _id: `block-${index}`,
      title: `Paragraph ${index}`,
      body: paragraph,
      tone: 'plain',
    })),
  });
}

export async function conversion(): Promise<readonly Figure[]> {
  const ladder = syntheticLadder();
  const text = pageText();
  const parsed = (): JsonObject => JSON.parse(text) as JsonObject;
  const [compiled = [], bare = [], stepwise = []] = await interleave(rounds, [
    () => rate(() => JSON.stringify(convert(ladder, 'page', parsed(), 1, ladder.finalized).content)),
    () => rate(() => JSON.stringify(parsed())),
    () => rate(() => stepByStep(ladder, text)),
  ]);
  const figure = `page of ${blocks} blocks (${Math.round(text.length / 1024)} KB) over ${rungs} rungs`;
  const product = perSecond(median(compiled));
  return [
    {
      figure,
      product,
      limit: `${perSecond(median(bare))} (parse and print alone)`,
      ratio: medianRatio(compiled, bare),
      goal: '≥ 0.33',
    },
    {
      figure,
      product,
      limit: `${perSecond(median(stepwise))} (rung by rung)`,
      ratio: medianRatio(compiled, stepwise),
      goal: '> 1',
    },
  ];
}

function stepByStep(ladder: Ladder, text: string): string {
  let document = text;
  for (let version = 1; version < ladder.finalized; version++) {
    const content = JSON.parse(document) as JsonObject;
    document = JSON.stringify(convert(ladder, 'page', content, version, version + 1).content);
  }
  return document;
}

/** How often something can be done in a second, by the processor time that it takes. */
function rate(act: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  const spentMs = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  let count = 0;
  do {
    act();
    count++;
  } while (spentMs() < roundMs);
  return Promise.resolve((count * 1000) / spentMs());
}

await printWhenStarted(import.meta.url, conversion);
