import type { JsonObject, JsonValue } from '../../../src/schema/json/json.js';
import type { Ladder } from '../../../src/schema/ladder.js';
import type { History } from '../../../src/schema/laws/trial.js';
import { declare, migration, vocabulary, type Migration } from '../../../src/schema/migration.js';
import { ladderOf } from '../ladder-of.js';

/** Pages and blocks with enough in them for every operation. */
export const firstTypes = declare({
  title: 'Pages',
  types: {
    page: {
      type: 'object',
      required: ['title'],
      properties: {
        title: { type: 'string' },
        layout: { enum: ['wide', 'narrow'] },
        person: { type: 'string' },
        blocks: { $ref: 'blocks' },
        aside: { $ref: 'blocks' },
      },
    },
  },
  blocks: {
    text: {
      type: 'object',
      properties: { markdown: { type: 'string', maxLength: 12 }, note: { type: 'string' } },
    },
    hero: {
      type: 'object',
      required: ['tone'],
      properties: {
        picture: { type: 'object', properties: { src: { type: 'string' }, alt: { type: 'string' } } },
        cta: { type: 'object', properties: { label: { type: 'string' }, href: { type: 'string' } } },
        tone: { enum: ['plain', 'loud'] },
        tags: { type: 'array', items: { type: 'string' } },
        facts: { type: 'array', items: { type: 'object', properties: { what: { type: 'string' } } } },
        links: {
          type: 'array',
          'x-key': 'href',
          items: {
            type: 'object',
            required: ['href'],
            properties: { href: { type: 'string' }, text: { type: 'string' } },
          },
        },
      },
    },
    columns: {
      type: 'object',
      properties: { left: { $ref: 'blocks' }, right: { $ref: 'blocks' }, ratio: { type: 'number' } },
    },
    box: {
      type: 'object',
      required: ['kind'],
      properties: { kind: { anyOf: [{ enum: ['tip', 'warning'] }, {}] }, text: { type: 'string' } },
    },
  },
});

const { hide, placeholder } = vocabulary;

/** Rungs on top of the first types, which between them use every operation there is. */
export const furtherRungs: readonly Migration[] = [
  migration({
    title: 'Heroes',
    types: {
      hero: (t) =>
        t
          .rename({ picture: 'media' })
          .in('media', (m) => m.add('focal', { type: 'integer', minimum: 0, maximum: 9 }, { default: 5 }))
          .wrap('cta', { as: 'ctas', onClear: 'shift' })
          .convert('tone', { up: { plain: 0, loud: 9 }, down: { 0: 'plain', 5: 'plain', 9: 'loud' } })
          .each('links', (l) => l.add('rel', { enum: ['nofollow', 'author'] }))
          .each('facts', (f) => f.add('weight', { type: 'integer' })),
      box: (t) => t.rename({ text: 'words' }).add('text', { type: 'integer' }),
      page: (t) =>
        t.remove('layout', { default: 'wide' }).split('person', { into: ['given', 'family'], at: ' ' }),
    },
    blocks: {
      add: {
        video: hide({ type: 'object', properties: { src: { type: 'string' }, inner: { $ref: 'blocks' } } }),
      },
    },
  }),
  migration({
    title: 'Boxes, quotes and longer texts',
    types: {
      text: (t) =>
        t
          .relax('markdown', { type: 'string', maxLength: 40 })
          .add('size', { type: 'integer', minimum: 1, maximum: 3 }, { default: 1, required: true })
          .remove('note'),
      page: (t) => t.add('layout', { type: 'integer', minimum: 1, maximum: 4 }),
    },
    blocks: {
      rename: { columns: 'grid' },
      split: { box: { on: 'kind', into: { tip: 'tip', warning: 'warning' }, otherwise: 'tip' } },
      add: { quote: placeholder('Quote', { type: 'object', properties: { words: { type: 'string' } } }) },
    },
  }),
  migration({
    title: 'Ratios by code, tags of one word',
    types: {
      grid: (t) =>
        t.add('gap', { type: 'integer' }, { default: 0 }).code({
          reads: ['ratio'],
          writes: { shares: { type: 'array', items: { type: 'number' } } },
          up: ({ ratio }) => (typeof ratio === 'number' ? { shares: [ratio, 1] } : {}),
          down: ({ shares }) => {
            const [first] = Array.isArray(shares) ? (shares as unknown[]) : [];
            return typeof first === 'number' ? { ratio: first } : {};
          },
          lossy: 'only the first share is seen by older clients',
        }),
      hero: (t) =>
        t
          .head('tags', { as: 'tag', onClear: 'clear' })
          .hoist('alt', { from: 'media' })
          .add('style', { type: 'object' }, { default: { theme: { dark: false } } }),
    },
  }),
];

/** The whole of it. */
export function exampleLadder(): Ladder {
  return ladderOf(firstTypes, ...furtherRungs);
}

const create = (schemaVersion: number, document: JsonObject) =>
  ({ kind: 'create', schemaVersion, document }) as const;
const save = (schemaVersion: number, document: JsonObject) =>
  ({ kind: 'save', schemaVersion, document, copies: {} }) as const;

/** Histories of pages of that ladder that are too rare to wait for. */
export const fixedHistories: readonly History[] = [
  // Links are known by their key, even those that are moved and edited at once.
  [
    create(2, heroPage(0, [{ href: 'a', rel: 'author' }, { href: 'b', rel: 'nofollow' }, { href: 'c' }])),
    save(1, heroPage('plain', [{ href: 'c' }, { href: 'b', text: 'B' }, { href: 'a', text: 'A' }])),
  ],
  // What a client at version 2 cut in its own way is joined, edited and cut again as a whole.
  [create(2, { title: '', given: 'a b', family: 'c' }), save(1, { title: '', person: 'a b d' })],
  // The first version is back, with what nobody below version 2 could see of it.
  [
    create(2, heroPage(5, [], { focal: 3 })),
    save(1, heroPage('loud', [])),
    { kind: 'restore', restored: 1 },
    save(1, { ...heroPage('plain', []), title: 'new' }),
  ],
];

function heroPage(tone: JsonValue, links: readonly JsonObject[], media?: JsonObject): JsonObject {
  const hero = { _type: 'hero', _id: 'a', tone, links, ...(media && { media }) };
  return { title: '', blocks: [hero] };
}
