import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { JsonValue } from '../../../src/schema/json/json.js';
import { checkStage } from '../../../src/schema/laws/check-stage.js';
import { stagesOf } from '../../../src/schema/laws/stages.js';
import { textsIn } from '../../../src/schema/laws/texts.js';
import { stringsOf } from '../../../src/schema/laws/scalars.js';
import { declare, migration } from '../../../src/schema/migration.js';
import { ladderOf } from '../ladder-of.js';

const notes = declare({
  title: 'Notes',
  types: { note: { type: 'object', properties: { text: { type: 'string' }, more: { type: 'string' } } } },
});

/** Functions that change some texts without saying so. */
const careless: readonly (readonly [what: string, change: (text: string) => string])[] = [
  ['cuts at 20 characters', (text) => text.slice(0, 20)],
  ['cuts at 80 characters', (text) => text.slice(0, 80)],
  ['cuts at 255 characters', (text) => text.slice(0, 255)],
  ['normalizes (NFC)', (text) => text.normalize('NFC')],
  ['normalizes (NFKC)', (text) => text.normalize('NFKC')],
  ['takes CRLF for LF', (text) => text.replaceAll('\r\n', '\n')],
  ['trims', (text) => text.trim()],
  ['reads entities', (text) => text.replaceAll('&amp;', '&')],
  ['strips markup', (text) => text.replaceAll(/<[^>]*>/g, '')],
  [
    'writes dates its own way',
    (text) => (/^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text).toISOString() : text),
  ],
  ['takes dates for days', (text) => (/^\d{4}-\d\d-\d\d/.test(text) ? text.slice(0, 10) : text)],
  ['writes URLs its own way', (text) => (URL.canParse(text) ? new URL(text).href : text)],
  ['writes numbers its own way', (text) => (/^\d+(?:\.\d+)?$/.test(text) ? String(Number(text)) : text)],
  ['joins spaces', (text) => text.replaceAll(/ {2,}/g, ' ')],
];

test.each(careless)('a function is found out that %s, with any seed', (_what, change) => {
  const careful = (value: JsonValue): JsonValue => (typeof value === 'string' ? change(value) : value);
  const rung = migration({
    title: 'x',
    types: {
      note: (t) => t.convert('text', { up: careful, down: (value) => value, schema: { type: 'string' } }),
    },
  });
  const ladder = ladderOf(notes, rung);
  const stages = stagesOf(ladder).filter(({ law, from }) => law === 'faithful' && from === 1);
  for (let seed = 1; seed <= 20; seed++) {
    const found = stages.flatMap((stage) => checkStage(ladder, stage, { runs: 40, seed }));
    expect([seed, found]).toMatchObject([seed, [{ law: 'faithful', rung: 2, pointer: '/text' }]]);
  }
});

test('what stands in a rung is looked for: its texts, what its expressions match, lengths that it cuts at', () => {
  const source = String.raw`
    const kind = 'no "such" word', other = "tab\t\u00e9";
    export default { up: (v) => v.replace(/^\[shout (?:up|down)\]/gi, '').slice(0, 1_337) / 2 };`;
  const { literals, lengths } = textsIn([source]);
  expect(literals).toEqual(expect.arrayContaining(['no "such" word', 'tab\té']));
  expect(literals.some((text) => text.startsWith('[shout up]'))).toBe(true);
  expect(lengths).toContain(1_337);
  const texts = fc.sample(stringsOf({ type: 'string' }, { literals, lengths, stored: ['stored'] }), {
    numRuns: 1_000,
    seed: 1,
  }) as string[];
  expect(texts.some((text) => text.includes('[shout') && !literals.includes(text))).toBe(true);
  expect(texts.some((text) => text.length === 1_338)).toBe(true);
  expect(texts).toContain('stored');
});

test('the sources of the program itself are read without a slip', () => {
  const file = new URL('../../../src/schema/laws/scalars.ts', import.meta.url);
  expect(textsIn([readFileSync(file, 'utf8')]).literals).toContain('minLength');
});

test('texts keep to the lengths of their field', () => {
  const texts = fc.sample(
    stringsOf(
      { minLength: 3, maxLength: 25 },
      { literals: ['x'.repeat(30)], lengths: [25, 500], stored: [] },
    ),
    { numRuns: 500, seed: 1 },
  ) as string[];
  expect(texts.every((text) => Array.from(text).length >= 3 && Array.from(text).length <= 25)).toBe(true);
});
