import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of rungs as someone outside of this repository writes them: ES modules that are handed the vocabulary. */
export interface LadderDirectory {
  readonly path: string;
  /** Writes the next rung. */
  add(rung: string): void;
  remove(): void;
}

export function makeLadder(rungs: readonly string[]): LadderDirectory {
  const path = mkdtempSync(join(tmpdir(), 'palimpsest-ladder-'));
  let count = 0;
  const add = (rung: string): void => {
    count++;
    writeFileSync(join(path, `${String(count).padStart(4, '0')}-rung.mjs`), rung);
  };
  rungs.forEach(add);
  return {
    path,
    add,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Four schema versions in which the clients of one site see the same page differently. */
export const siteRungs: readonly string[] = [
  `export default ({ declare }) => declare({
    title: 'Pages made of blocks',
    types: {
      page: {
        type: 'object',
        required: ['title'],
        properties: {
          title: { type: 'string' },
          layout: { type: 'string' },
          mood: { enum: ['calm', 'loud'] },
          author: { type: 'string' },
          summary: { type: 'string', maxLength: 10 },
          left: { type: 'string' },
          right: { type: 'string' },
          blocks: { $ref: 'blocks' },
          aside: { $ref: 'blocks' },
          lead: { $ref: 'block' },
          links: { type: 'array', items: { type: 'object', properties: { href: { type: 'string' } } } },
          goods: {
            type: 'array',
            'x-key': 'sku',
            items: { type: 'object', properties: { sku: { type: 'string' }, name: { type: 'string' } } },
          },
          prices: {
            type: 'object',
            additionalProperties: { type: 'object', properties: { amount: { type: 'number' } } },
          },
        },
      },
    },
    blocks: {
      hero: {
        type: 'object',
        properties: { cta: { type: 'string' }, note: { type: 'string' }, tone: { enum: ['plain', 'loud'] } },
      },
      text: { type: 'object', properties: { markdown: { type: 'string' } } },
      columns: { type: 'object', properties: { cells: { $ref: 'blocks' }, main: { $ref: 'block' } } },
      marquee: { type: 'object', properties: { text: { type: 'string' } } },
    },
  });`,
  `export default ({ migration, hide, placeholder }) => migration({
    title: 'Several calls to action',
    types: {
      hero: (t) => t
        .wrap('cta', { as: 'ctas', onClear: 'shift' })
        .wrap('note', { as: 'notes', onClear: 'clear' })
        .convert('tone', { up: { plain: 0, loud: 9 }, down: { 0: 'plain', 5: 'plain', 9: 'loud' } }),
      page: (t) => t
        .remove('layout', { default: 'one-column' })
        .rename({ left: 'right', right: 'left' })
        .add('theme', { type: 'string' }, { default: 'light' }),
    },
    blocks: { add: { video: hide(), map: placeholder('Map') } },
  });`,
  `export default ({ migration, hide }) => migration({
    title: 'Text has a size',
    types: {
      text: (t) => t.add('size', { type: 'string' }),
      page: (t) => t
        .add('layout', { type: 'string' }, { default: 'grid' })
        .split('author', { into: ['first', 'last'], at: ' ' })
        .each('links', (link) => link.add('rel', { type: 'string' }))
        .each('goods', (item) => item.rename({ sku: 'code' }).add('stock', { type: 'integer' }, { default: 0 }))
        .eachValue('prices', (price) => price.add('vat', { type: 'number' }, { default: 20 })),
    },
    blocks: {
      add: { box: hide({ type: 'object', properties: { inner: { $ref: 'blocks' } } }) },
      remove: { marquee: hide() },
    },
  });`,
  `export default ({ migration }) => migration({
    title: 'Pages have a heading',
    types: {
      page: (t) => t
        .relax('summary', { type: 'string', maxLength: 100 })
        .convert('mood', {
          up: (mood) => (mood === 'calm' ? 1 : mood === 'loud' ? 9 : mood),
          down: (mood) => (typeof mood !== 'number' ? mood : mood < 5 ? 'calm' : 'loud'),
          schema: { type: 'number' },
        })
        .merge(['first', 'last'], { as: 'byline', with: ', ' })
        .code({
          reads: ['title'],
          writes: { heading: { type: 'string' }, length: { type: 'integer' } },
          up: ({ title }) => ({ heading: title, length: typeof title === 'string' ? title.length : undefined }),
          down: ({ heading }) => ({ title: heading }),
        }),
    },
  });`,
];

/** Two rungs, the second of which fails on blocks that say so. */
export const failingRungs: readonly string[] = [
  `export default ({ declare }) => declare({
    title: 'Widgets',
    types: { page: { type: 'object', properties: { blocks: { $ref: 'blocks' } } } },
    blocks: { text: { type: 'object' }, widget: { type: 'object', properties: { on: { type: 'object' } } } },
  });`,
  `export default ({ migration }) => migration({
    title: 'Widgets are configured',
    types: {
      widget: (t) => t.code({
        reads: ['on'],
        writes: ['settings'],
        up: ({ on }) => {
          if (on.how === 'throws') throw new Error('kaboom');
          if (on.how === 'mutates') on.how = 'mutated';
          return { settings: on };
        },
        down: ({ settings }) => ({ on: settings }),
      }),
    },
  });`,
];
