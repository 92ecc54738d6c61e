import { declare, migration, vocabulary, type Migration } from '../../../src/schema/migration.js';
import type { Ladder } from '../../../src/schema/ladder.js';
import { isObject, type JsonObject, type JsonValue } from '../../../src/schema/json/json.js';
import { ladderOf } from '../ladder-of.js';

const { hide, placeholder, code } = vocabulary;
const text = { type: 'string' };
const link = { type: 'object', properties: { href: text, text } };
const fields = {
  title: text,
  layout: text,
  mood: { enum: ['plain', 'loud'] },
  word: text,
  author: text,
  left: text,
  right: text,
  cta: text,
  media: { type: 'object', properties: { src: text, alt: text } },
  rows: { type: 'array', items: link },
  prices: { type: 'object', additionalProperties: link },
  tags: { type: 'array', items: text },
  summary: { type: 'string', maxLength: 10 },
  count: { type: 'integer', maximum: 10 },
  blocks: { $ref: 'blocks' },
};

const first = declare({
  title: 'Pages',
  types: { page: { type: 'object', required: ['title'], properties: fields } },
  blocks: {
    text: { type: 'object', properties: { body: text } },
    media: { type: 'object', properties: { kind: { enum: ['photo', 'film'] }, src: text } },
    image: { type: 'object', properties: { src: text } },
    video: { type: 'object', properties: { src: text, length: { type: 'integer' } } },
    note: { type: 'object', additionalProperties: false, properties: { words: text } },
    quote: { type: 'object', additionalProperties: false, required: ['by'], properties: { by: text } },
    card: { type: 'object', properties: { items: { $ref: 'blocks' } } },
    slider: { type: 'object', properties: { items: { $ref: 'blocks' } } },
  },
});

const { layout: _, ...withoutLayout } = fields;
const isText = (value: unknown): value is string => typeof value === 'string';

/** Left and right, if that is what there is. */
function partsOf(sides: JsonValue): JsonObject {
  const { left, right } = isObject(sides) ? sides : {};
  return { ...(left !== undefined && { left }), ...(right !== undefined && { right }) };
}

/** Every operation that docs/migrations.md names, in each of its forms: several rungs, as one would water down another. */
const rungs: Readonly<Record<string, Omit<Migration, 'kind' | 'title' | 'blocks'> & Partial<Migration>>> = {
  'fields that come and go': {
    types: {
      page: (t) =>
        t
          .add('sub', text)
          .add('size', { type: 'integer' }, { default: 1 })
          .add('tone', text, { default: 'mild', required: true })
          .remove('layout', { default: 'one-column' })
          .remove('cta')
          .remove('title', { default: 'untitled' })
          .rename({ left: 'right', right: 'left', author: 'by' }),
    },
  },
  'fields inside of fields': {
    types: {
      page: (t) =>
        t
          .in('media', (m) => m.add('focal', { type: 'integer' }, { default: 5 }).rename({ alt: 'words' }))
          .each('rows', (row) => row.add('colour', text, { default: 'grey' }).remove('text'))
          .eachValue('prices', (price) => price.add('unit', text, { default: 'each' }).remove('href'))
          .hoist('src', { from: 'media', as: 'picture' })
          .plunge('layout', { into: 'media', as: 'grid' }),
    },
  },
  'other values': {
    types: {
      page: (t) =>
        t
          .wrap('cta', { as: 'ctas', onClear: 'shift' })
          .wrap('layout', { onClear: 'clear' })
          .head('tags', { as: 'tag', onClear: 'clear' })
          .each('rows', (row) =>
            row.wrap('text').convert('href', { up: { alpha: 'b' }, down: { b: 'alpha' } }),
          )
          .convert('mood', { up: { plain: 0, loud: 9 }, down: { 0: 'plain', 5: 'plain', 9: 'loud' } })
          .relax('summary', { type: 'string', maxLength: 40 })
          .relax('count', { type: 'integer', maximum: 40 })
          .split('author', { into: ['given', 'family'], at: ' ' })
          .merge(['left', 'right'], { as: 'both', with: '|' }),
    },
  },
  'other values by functions': {
    types: {
      page: (t) =>
        t
          .convert('word', {
            up: (value) => (isText(value) ? value.replaceAll('<b>', '').slice(0, 140) : value),
            down: (value) => value,
            schema: text,
            lossy: { up: 'bold, and what is beyond 140', down: 'bold, and what is beyond 140' },
          })
          .split('author', {
            into: { initial: text, rest: text },
            up: (value) => (isText(value) ? { initial: value.slice(0, 1), rest: value.slice(1) } : {}),
            down: ({ initial, rest }) => [initial, rest].filter(isText).join(''),
            lossy: 'where the name is cut',
          })
          .merge(['left', 'right'], {
            as: 'sides',
            up: (parts) => ({ ...parts }),
            down: (sides) => partsOf(sides),
            schema: {
              type: 'object',
              minProperties: 1,
              additionalProperties: false,
              properties: { left: text, right: text },
            },
          })
          .relax('summary', text, { down: (value) => (isText(value) ? value.slice(0, 5) : value) })
          .code({
            reads: ['layout'],
            writes: { grid: { type: 'object', required: ['name'], properties: { name: text } } },
            up: ({ layout }) => (layout === undefined ? {} : { grid: { name: layout } }),
            down: ({ grid }) =>
              (grid as { name?: string } | undefined)?.name === undefined
                ? {}
                : { layout: (grid as { name: string }).name },
            lossy: 'all of a grid but its name',
          }),
      text: (t) =>
        t.code({
          reads: ['body'],
          writes: { words: text },
          up: ({ body }) => (body === undefined ? {} : { words: body }),
          down: ({ words }) => (words === undefined ? {} : { body: words }),
        }),
    },
  },
  'whole objects by functions': {
    types: {
      page: code({
        up: ({ layout: __, ...page }) => page,
        down: ({ made: __, ...page }) => page,
        schema: { type: 'object', required: ['title'], properties: { ...withoutLayout, made: text } },
        lossy: { up: 'the layout', down: 'who made it' },
      }),
      image: code({ up: (image) => image, down: (image) => image }),
    },
  },
  'block types': {
    types: {},
    blocks: {
      add: {
        sound: hide({ type: 'object', properties: { src: text } }),
        box: hide({ type: 'object', properties: { inner: { $ref: 'blocks' } } }),
        map: placeholder('Map', { type: 'object', properties: { inner: { $ref: 'blocks' } } }),
      },
      remove: { card: hide(), note: placeholder('Note') },
      rename: { slider: 'carousel' },
      split: { media: { on: 'kind', into: { photo: 'photo', film: 'film' }, otherwise: 'photo' } },
      merge: { visual: { on: 'kind', from: { image: 'photo', video: 'film' }, otherwise: 'image' } },
    },
  },
  'block types that are closed, or change themselves': {
    types: { video: (t) => t.add('size', { type: 'integer' }, { default: 1 }) },
    blocks: {
      rename: { text: 'slider', slider: 'text' },
      split: { media: { on: 'kind', into: { photo: 'photo' }, otherwise: 'media' } },
      merge: {
        visual: { on: 'is', from: { image: 'photo', video: 'film' }, otherwise: 'video' },
        remark: {
          on: 'is',
          from: { note: 'note', quote: 'quote' },
          otherwise: 'note',
          schema: {
            type: 'object',
            required: ['is'],
            properties: { is: { enum: ['note', 'quote'] }, words: text, by: text },
            if: { properties: { is: { const: 'note' } } },
            then: { additionalProperties: false, properties: { is: {}, words: {} } },
            else: { additionalProperties: false, required: ['by'], properties: { is: {}, by: {} } },
          },
        },
      },
    },
  },
  'no way down': {
    types: { page: (t) => t.rename({ layout: 'grid' }) },
    irreversible: 'grids are no layouts',
  },
};

/** A ladder of two schema versions for each of them, by what it is about. */
export const documentedLadders: readonly (readonly [about: string, ladder: () => Ladder])[] = Object.entries(
  rungs,
).map(([title, rung]) => [title, () => ladderOf(first, migration({ title, ...rung }))]);
