import fc from 'fast-check';
import { blockType, blocksIn } from '../../../src/schema/blocks.js';
import { checkDocument } from '../../../src/schema/json/check-document.js';
import { documentsOf } from '../../../src/schema/laws/documents.js';
import { enacted, plansOf } from '../../../src/schema/laws/histories.js';
import { declare } from '../../../src/schema/migration.js';
import { ladderOf } from '../ladder-of.js';
import { exampleLadder } from './ladders.js';

const sample = { numRuns: 300, seed: 1 };

test('documents fit their type nearly always, and no two blocks share an _id', () => {
  const ladder = exampleLadder();
  for (const { version } of ladder.versions) {
    const documents = fc.sample(documentsOf(ladder, 'page', version), sample);
    const valid = documents.filter((document) => ladder.faults(version, 'page', document).length === 0);
    expect(valid.length).toBeGreaterThan(0.95 * documents.length);
    for (const document of documents) checkDocument(document);
  }
});

test('every block type occurs, at the top and inside others, in lists long enough to reorder', () => {
  const ladder = exampleLadder();
  const documents = fc.sample(documentsOf(ladder, 'page', 4), sample);
  const types = new Set(documents.flatMap((document) => blocksIn(document).map(blockType)));
  expect([...types].sort()).toEqual([...ladder.at(4).types.blocks.keys()].sort());
  expect(documents.some(({ blocks }) => Array.isArray(blocks) && blocks.length > 3)).toBe(true);
  expect(
    documents.some((document) =>
      blocksIn(document).some(({ left }) => Array.isArray(left) && left.length > 0),
    ),
  ).toBe(true);
});

test('unknown fields occur, also such as other schema versions know, and __proto__', () => {
  const documents = fc.sample(documentsOf(exampleLadder(), 'page', 1), sample);
  const names = new Set(documents.flatMap((document) => Object.keys(document)));
  expect(names).toContain('__proto__');
  expect([...names].some((name) => ['given', 'family', 'ctas', 'focal', 'size'].includes(name))).toBe(true);
});

test.each<readonly [string, object]>([
  ['bounds of numbers', { type: 'integer', exclusiveMinimum: 3, maximum: 12, multipleOf: 3 }],
  ['lengths and patterns of strings', { type: 'string', pattern: '^[a-z]{2,4}-\\d+$', maxLength: 8 }],
  ['several types', { type: ['string', 'null', 'boolean'] }],
  ['enums and constants', { anyOf: [{ enum: [1, 'a', null] }, { const: [true] }] }],
  [
    'alternatives',
    { type: 'object', required: ['kind'], oneOf: [oneKind('a', 'string'), oneKind('b', 'number')] },
  ],
  ['all of several', { allOf: [{ type: 'integer', minimum: 5 }, { maximum: 9 }] }],
  [
    'conditions',
    { type: 'object', required: ['x'], if: oneKind('a', 'string'), then: { required: ['kind'] }, else: {} },
  ],
  ['dictionaries', { type: 'object', additionalProperties: { type: 'integer' } }],
  [
    'patterns of names',
    { type: 'object', patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false },
  ],
  ['unique items', { type: 'array', items: { enum: [1, 2, 3] }, uniqueItems: true, minItems: 2 }],
  ['long lists', { type: 'array', items: { type: 'boolean' }, minItems: 3, maxItems: 12 }],
  [
    'references',
    { $defs: { tree: { type: 'object', properties: { of: { type: 'string' } } } }, type: 'object' },
  ],
])('%s are followed', (_what, schema) => {
  const ladder = ladderOf(
    declare({
      title: 'x',
      types: { page: { type: 'object', required: ['it'], properties: { it: schema } } },
    }),
  );
  const documents = fc.sample(documentsOf(ladder, 'page', 1), { numRuns: 100, seed: 1 });
  const valid = documents.filter((document) => ladder.faults(1, 'page', document).length === 0);
  expect(valid.length).toBeGreaterThan(70);
});

function oneKind(kind: string, type: string) {
  return { type: 'object', properties: { kind: { const: kind }, x: { type } }, required: ['kind', 'x'] };
}

test('histories are as clients make them: valid at the version of each, saved at several, restored now and then', () => {
  const ladder = exampleLadder();
  const versions = [1, 2, 3, 4];
  const histories = fc
    .sample(plansOf(ladder, 'page', versions), { numRuns: 100, seed: 1 })
    .flatMap((plans) => enacted(ladder, 'page', plans, versions) ?? []);
  const saves = histories.filter((step) => step.kind === 'save');
  for (const { schemaVersion, document } of saves) {
    expect(ladder.faults(schemaVersion, 'page', document)).toEqual([]);
  }
  expect(new Set(saves.map(({ schemaVersion }) => schemaVersion)).size).toBe(4);
  expect(saves.some(({ copies }) => Object.keys(copies).length > 0)).toBe(true);
  expect(histories.some(({ kind }) => kind === 'restore')).toBe(true);
});
