import { stepsLimit } from '../../src/commands/pages/bounded-work.js';
import type { JsonObject, JsonValue } from '../../src/schema/json/json.js';
import type { Ladder } from '../../src/schema/ladder.js';
import { saved } from '../../src/schema/merge/saved.js';
import { declare, hide, migration, type Migration } from '../../src/schema/migration.js';
import { code } from '../../src/schema/operations/code.js';
import { created, viewAt, type StoredVersion } from '../../src/schema/views.js';
import { ladderOf } from './ladder-of.js';

const first = declare({
  title: 'Pages',
  types: {
    page: { type: 'object', properties: { title: { type: 'string' }, blocks: { $ref: 'blocks' } } },
  },
  blocks: { text: { type: 'object' } },
});
const adds = (type: string, field: string): Migration =>
  migration({ title: field, types: { [type]: (t) => t.add(field, { type: 'string' }, { default: '' }) } });
const videos = migration({ title: 'Videos', blocks: { add: { video: hide() } } });
const video = { _type: 'video', _id: 'hidden' };

const texts = (count: number, values: number): JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({
    _type: 'text',
    _id: `b${index}`,
    ...Object.fromEntries(Array.from({ length: values - 3 }, (__, field) => [`field${field}`, field])),
  }));

/** What a client of the oldest version is counted as that gives the page another title. */
function stepsOfSave(ladder: Ladder, blocks: readonly JsonValue[]): number {
  const { finalized } = ladder;
  // As a client of the newest version has it: with a value in every field that it knows.
  const made = viewAt(ladder, created('page', 2, { title: 'a', blocks: [video, ...blocks] }), finalized);
  const base = created('page', finalized, made);
  const document = { ...viewAt(ladder, base, 1), title: 'b' };
  let steps = 0;
  const spend = (more: number): void => {
    steps += more;
  };
  const sent = { schemaVersion: 1, document: structuredClone(document), copies: new Map() };
  saved(ladder, base, sent, () => undefined, spend);
  return steps;
}

describe('The steps of a merge', () => {
  const notes = (type: (index: number) => string): readonly Migration[] =>
    Array.from({ length: 48 }, (_, index) => adds(type(index), `note${index}`));
  const ofBlocks = ladderOf(
    first,
    videos,
    ...Array.from({ length: 48 }, (_, index) => adds('text', `note${index}`)),
  );
  const ofPages = ladderOf(first, videos, ...notes(() => 'page'));

  it('are those of what the rungs change', () => {
    const blocks = texts(300, 8);
    expect(stepsOfSave(ofPages, blocks)).toBeLessThan(stepsOfSave(ofBlocks, blocks) / 10);
  });

  it('let 5,000 blocks of 18 values be merged over 50 schema versions of which some change them', () => {
    const mixed = ladderOf(first, videos, ...notes((index) => (index % 10 === 0 ? 'text' : 'page')));
    expect(stepsOfSave(mixed, texts(5000, 18))).toBeLessThan(stepsLimit);
  });

  it('are those of hidden blocks, too', () => {
    const hidden = Array.from({ length: 300 }, (_, index) => ({ _type: 'video', _id: `v${index}` }));
    expect(stepsOfSave(ofBlocks, hidden)).toBeGreaterThan(10 * stepsOfSave(ofBlocks, []));
  });

  it('are more where blocks stand in blocks', () => {
    const nested = texts(60, 3).reduceRight((inner, block) => ({ ...block, blocks: [inner] }));
    expect(stepsOfSave(ofBlocks, [nested])).toBeGreaterThan(2 * stepsOfSave(ofBlocks, texts(60, 3)));
  });
});

it('blocks that were moved again and again are looked for once in each version of a page', () => {
  let runs = 0;
  const counting = migration({
    title: 'Counts how often the page is converted',
    types: {
      page: code({
        up: (page) => page,
        down: (page) => {
          runs++;
          return page;
        },
      }),
    },
  });
  const ladder = ladderOf(first, videos, counting);
  const inBox = (box: number): JsonObject => ({
    title: 'a',
    blocks: [video, { _type: 'text', _id: `box${box}`, blocks: texts(100, 3) }],
  });
  const versions: StoredVersion[] = [created('page', 3, inBox(0))];
  const save = (schemaVersion: number, document: JsonObject): void => {
    const base = versions.at(-1) as StoredVersion; // there is always the first
    const sent = { schemaVersion, document, copies: new Map() };
    versions.push(saved(ladder, base, sent, (number) => versions[number - 1]).version);
  };
  for (const box of [1, 2, 3]) save(3, inBox(box));
  const seen = viewAt(ladder, versions.at(-1) as StoredVersion, 1);
  runs = 0;
  save(1, { ...structuredClone(seen), title: 'b' });
  expect(runs).toBeLessThan(30);
});
