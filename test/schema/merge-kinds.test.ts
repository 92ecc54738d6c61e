import { declare, hide, migration, placeholder } from '../../src/schema/migration.js';
import type { JsonObject } from '../../src/schema/json/json.js';
import type { TypeChange } from '../../src/schema/operations/type-change.js';
import { ladderOf } from './ladder-of.js';
import { PageHistory } from './page-history.js';

const rows = { type: 'array', items: { type: 'object', properties: { text: { type: 'string' } } } };
const first = declare({
  title: 'Pages',
  types: {
    page: {
      type: 'object',
      properties: {
        title: { type: 'string' },
        rows,
        cta: { type: 'object' },
        blocks: { $ref: 'blocks' },
        aside: { $ref: 'blocks' },
      },
    },
  },
  blocks: {
    text: { type: 'object', properties: { body: { type: 'string' }, old: { type: 'string' }, rows } },
    box: { type: 'object', properties: { inner: { $ref: 'blocks' } } },
  },
});
type Item = Readonly<Record<string, unknown>>;
const items = (seen: unknown, name = 'rows') =>
  (seen as Readonly<Record<string, readonly Item[]>>)[name] ?? [];
const text = (id: string, more: object = {}) => ({ _type: 'text', _id: id, ...more });
const page = (change: (type: TypeChange) => TypeChange) => migration({ title: 'x', types: { page: change } });

describe('an item of a list without ids', () => {
  const coloured = ladderOf(
    first,
    page((t) => t.each('rows', (row) => row.add('colour', { type: 'string' }, { default: 'grey' }))),
  );

  it('that looks like others to an older client is still the one that it edits', () => {
    const history = new PageHistory(coloured, 2, {
      rows: [{ text: '', colour: 'red' }, { text: '' }, { text: '', colour: 'blue' }] as JsonObject[],
    });
    history.save(1, (seen) => ({
      rows: items(seen).map((row, index) => (index === 2 ? { text: 'third' } : row)),
    }));
    expect(history.at(2)).toEqual({
      rows: [{ text: '', colour: 'red' }, { text: '' }, { text: 'third', colour: 'blue' }],
    });
    history.save(1, (seen) => ({ rows: [{ text: 'new' }, ...items(seen)] }));
    history.save(1, (seen) => ({
      rows: items(seen).map((row, index) => (index === 2 ? { text: 'second' } : row)),
    }));
    expect(history.at(2)).toEqual({
      rows: [
        { text: 'new', colour: 'grey' },
        { text: '', colour: 'red' },
        { text: 'second' },
        { text: 'third', colour: 'blue' },
      ],
    });
  });

  it('that only newer clients have stays apart from those that look like it', () => {
    const filtered = ladderOf(
      first,
      page((t) =>
        t
          .each('rows', (row) => row.add('hidden', { type: 'boolean' }))
          .code({
            reads: ['rows'],
            writes: ['rows'],
            up: ({ rows: list }) => ({ rows: list ?? [] }),
            down: ({ rows: list }) => ({
              rows: ((list ?? []) as Item[])
                .filter((row) => row['hidden'] !== true)
                .map((row) => ({ ...row })) as never,
            }),
            lossy: 'hidden rows',
          }),
      ),
    );
    const history = new PageHistory(filtered, 2, {
      rows: [{ text: 'a' }, { text: 'a', hidden: true }, { text: 'a' }, { text: 'b' }],
    });
    expect(history.at(1)).toEqual({ rows: [{ text: 'a' }, { text: 'a' }, { text: 'b' }] });
    history.save(1, () => ({ rows: [{ text: 'a' }, { text: 'A' }, { text: 'b' }] }));
    expect(items(history.at(2)).map((row) => row['text'])).toEqual(['a', 'a', 'A', 'b']);
  });

  it('is found again in a list of thousands, of which one is edited and one is new', () => {
    const many = Array.from({ length: 1_200 }, (_, index) => ({ text: `row ${index}`, colour: `${index}` }));
    const history = new PageHistory(coloured, 2, { rows: many });
    history.save(1, (seen) => ({
      rows: items(seen).flatMap((row, index) => {
        if (index === 3) return [{ text: 'new' }, row];
        return index === 900 ? [{ text: 'edited' }] : [row];
      }),
    }));
    const expected: Item[] = many.map((row, index) => (index === 900 ? { ...row, text: 'edited' } : row));
    expected.splice(3, 0, { text: 'new', colour: 'grey' });
    expect(items(history.at(2))).toEqual(expected);
  });

  it('keeps what it has when it was the head of a list for others in between', () => {
    const wrapped = ladderOf(
      first,
      page((t) => t.wrap('cta', { as: 'ctas' })),
      page((t) => t.each('ctas', (cta) => cta.add('rel', { type: 'string' }))),
    );
    const history = new PageHistory(wrapped, 3, {
      ctas: [
        { label: 'a', rel: 'x' },
        { label: 'a', rel: 'y' },
      ],
    });
    history.save(1, () => ({ cta: { label: 'b' } }));
    expect(history.at(3)).toEqual({
      ctas: [
        { label: 'b', rel: 'x' },
        { label: 'a', rel: 'y' },
      ],
    });
    history.save(2, (seen) => ({ ctas: [items(seen, 'ctas')[0], { label: 'c' }] }));
    expect(history.at(3)).toEqual({
      ctas: [
        { label: 'b', rel: 'x' },
        { label: 'c', rel: 'y' },
      ],
    });
  });
});

it('deletes an item for all that some have as the single value of a field', () => {
  const wrapped = ladderOf(
    first,
    page((t) => t.wrap('cta', { as: 'ctas' })),
    page((t) => t.each('ctas', (cta) => cta.add('rel', { type: 'string' }))),
  );
  const history = new PageHistory(wrapped, 1, { cta: { label: 'a' } });
  history.save(3, () => ({ ctas: [{ label: 'a', rel: 'x' }] }));
  history.save(2, (seen) => ({ ...seen, title: 'new' }));
  history.save(2, () => ({ ctas: [], title: 'new' }));
  expect(history.at(3)).toEqual({ ctas: [], title: 'new' });
});

describe('a key that the writer does not see', () => {
  const goods = {
    type: 'array',
    'x-key': 'sku',
    items: { type: 'object', properties: { sku: {}, name: {}, stock: {} } },
  };
  const keyed = declare({
    title: 'Goods',
    types: { page: { type: 'object', properties: { goods } } },
    blocks: {},
  });

  it('does not double items and lets deletions through', () => {
    const ladder = ladderOf(
      keyed,
      page((t) => t.each('goods', (item) => item.remove('sku'))),
    );
    const history = new PageHistory(ladder, 1, {
      goods: [
        { sku: 1, name: 'a' },
        { sku: 2, name: 'b' },
        { sku: 3, name: 'c' },
      ],
    });
    history.save(2, (seen) => ({ goods: items(seen, 'goods').slice(1) }));
    expect(history.at(1)['goods']).toHaveLength(2);
    history.save(2, (seen) => ({
      goods: items(seen, 'goods').map((item, index) => (index === 1 ? { name: 'C' } : item)),
    }));
    expect(items(history.at(1), 'goods')[1]).toEqual({ sku: 3, name: 'C' });
  });

  it('counts for nothing where it is converted with a loss', () => {
    const ladder = ladderOf(
      keyed,
      page((t) =>
        t.each('goods', (item) =>
          item.convert('sku', { up: () => 'any', down: (v) => v, lossy: { up: 'all are one' } }),
        ),
      ),
    );
    const history = new PageHistory(ladder, 1, {
      goods: [
        { sku: 1, name: 'a' },
        { sku: 2, name: 'b' },
        { sku: 3, name: 'c' },
      ],
    });
    history.save(2, (seen) => ({ goods: [items(seen, 'goods')[0], items(seen, 'goods')[2]] }));
    expect(history.at(1)).toEqual({
      goods: [
        { sku: 1, name: 'a' },
        { sku: 3, name: 'c' },
      ],
    });
  });
});

describe('a group', () => {
  it('leaves hidden blocks and newer fields alone, where its function takes a whole page', () => {
    const ladder = ladderOf(
      first,
      migration({
        title: 'Videos and themes',
        types: { page: (t) => t.add('theme', { type: 'string' }, { default: 'light' }) },
        blocks: { add: { video: hide() } },
      }),
      page((t) => t.code({ up: (one) => one, down: (one) => one })),
    );
    const video = { _type: 'video', _id: 'v' };
    const history = new PageHistory(ladder, 3, {
      title: 'a',
      theme: 'dark',
      blocks: [text('a'), video, text('b')],
    });
    history.save(1, (seen) => ({ ...seen, title: 'b' }));
    expect(history.at(3)).toEqual({ title: 'b', theme: 'dark', blocks: [text('a'), video, text('b')] });
    history.save(1, (seen) => ({ ...seen, blocks: items(seen, 'blocks').toReversed() }));
    expect(history.at(3)).toEqual({ title: 'b', theme: 'dark', blocks: [text('b'), text('a'), video] });
  });

  it('leaves hidden blocks alone where it has a list of blocks among its fields', () => {
    const ladder = ladderOf(
      first,
      migration({ title: 'Videos', blocks: { add: { video: hide() } } }),
      page((t) =>
        t.code({
          reads: ['title', 'blocks'],
          writes: { heading: {}, blocks: { $ref: 'blocks' } },
          up: ({ title, blocks }) => ({ heading: title as never, blocks: blocks as never }),
          down: ({ heading, blocks }) => ({ title: heading as never, blocks: blocks as never }),
        }),
      ),
    );
    const video = { _type: 'video', _id: 'v' };
    const history = new PageHistory(ladder, 3, { heading: 'a', blocks: [text('a'), video, text('b')] });
    history.save(1, (seen) => ({ ...seen, blocks: items(seen, 'blocks').toReversed() }));
    history.save(1, (seen) => ({ ...seen, title: 'b' }));
    expect(history.at(3)).toEqual({ heading: 'b', blocks: [text('b'), text('a'), video] });
  });
});

describe('an _id', () => {
  const ladder = ladderOf(first, migration({ title: 'Videos', blocks: { add: { video: hide() } } }));

  it('that the server makes for a hidden child of a copy is free at every version', () => {
    const box = { _type: 'box', _id: 'x', inner: [{ _type: 'video', _id: 'v' }] };
    const history = new PageHistory(ladder, 2, { blocks: [box, { _type: 'video', _id: 'v-y' }] });
    history.save(
      1,
      (seen) => ({ blocks: [...items(seen, 'blocks'), { ...items(seen, 'blocks')[0], _id: 'y' }] }),
      { y: 'x' },
    );
    expect(history.at(2)['blocks']).toEqual([
      box,
      { _type: 'video', _id: 'v-y' },
      { _type: 'box', _id: 'y', inner: [{ _type: 'video', _id: 'v-y-2' }] },
    ]);
  });

  it('of a copy of a copy leads to what is hidden in the first', () => {
    const levelled = ladderOf(first, migration({ title: 'x', types: { text: (t) => t.add('level', {}) } }));
    const history = new PageHistory(levelled, 2, { blocks: [text('a', { level: 5 })] });
    history.save(1, (seen) => ({ blocks: [...items(seen, 'blocks'), text('c1'), text('c2')] }), {
      c1: 'a',
      c2: 'c1',
    });
    expect(history.at(2)['blocks']).toEqual([
      text('a', { level: 5 }),
      text('c1', { level: 5 }),
      text('c2', { level: 5 }),
    ]);
  });
});

describe('a block that comes back', () => {
  const hiding = ladderOf(
    first,
    migration({
      title: 'Drawers; texts are not old',
      types: { text: (t) => t.remove('old') },
      blocks: { add: { drawer: hide({ type: 'object', properties: { inner: { $ref: 'blocks' } } }) } },
    }),
  );
  const drawer = (...inner: object[]) => ({ _type: 'drawer', _id: 'd', inner });

  it('out of a container that older clients did not see has what only they saw', () => {
    const history = new PageHistory(hiding, 1, { blocks: [text('a', { body: 'x', old: 'kept' })] });
    history.save(2, (seen) => ({ ...seen, blocks: [drawer()], aside: items(seen, 'blocks') }));
    history.save(2, () => ({ blocks: [drawer(text('a', { body: 'y' }))], aside: [] }));
    expect(history.at(1)).toEqual({ blocks: [], aside: [] });
    history.save(2, () => ({ blocks: [drawer()], aside: [], title: 'between' }));
    history.save(2, () => ({ blocks: [text('a', { body: 'z' }), drawer()], aside: [] }));
    expect(history.at(1)['blocks']).toEqual([text('a', { body: 'z', old: 'kept' })]);
  });

  it('has what others saw, too, if nobody had an older or a newer version when it was deleted', () => {
    const levelled = ladderOf(
      first,
      migration({ title: 'x', types: { text: (t) => t.add('level', {}, { default: 1 }) } }),
    );
    const history = new PageHistory(levelled, 2, { blocks: [text('a', { level: 5 })] });
    history.save(2, () => ({ blocks: [] }));
    history.save(1, () => ({ blocks: [text('a')] }));
    expect(history.at(2)['blocks']).toEqual([text('a', { level: 5 })]);
    history.save(2, () => ({ blocks: [] }));
    history.save(1, () => ({ blocks: [], title: 'between' }));
    history.save(1, () => ({ blocks: [text('a')] }));
    expect(history.at(2)['blocks']).toEqual([text('a', { level: 5 })]);
  });

  it('is a placeholder again for those who saw one', () => {
    const quoting = ladderOf(
      first,
      migration({ title: 'x', types: { text: (t) => t.add('level', {}) } }),
      migration({ title: 'y', blocks: { add: { quote: placeholder('Quote') } } }),
    );
    const quote = { _type: 'quote', _id: 'q', words: 'w' };
    const history = new PageHistory(quoting, 3, { blocks: [quote] });
    const seen = history.at(1);
    history.save(3, () => ({ blocks: [] })).save(1, () => structuredClone(seen));
    expect(history.everywhere()).toEqual([seen, seen, { blocks: [quote] }]);
  });

  it('after a rung failed on it has what newer clients had', () => {
    const failing = ladderOf(
      first,
      migration({
        title: 'Shouting',
        types: {
          text: (t) =>
            t.add('level', {}).code({
              reads: ['body'],
              writes: ['words'],
              up: ({ body }) => {
                if (body === 'boom') throw Object.create(null) as Error;
                if (body === 'long') throw new Error('x'.repeat(3_000_000));
                return { words: body ?? null };
              },
              down: ({ words }) => ({ body: words ?? null }),
            }),
        },
      }),
    );
    const history = new PageHistory(failing, 2, { blocks: [text('a', { words: 'w', level: 7 })] });
    history.save(1, () => ({ blocks: [text('a', { body: 'boom' })] }));
    expect(history.at(2)['blocks']).toEqual([
      expect.objectContaining({ _type: 'broken', message: 'it threw something that can’t be printed' }),
    ]);
    history.save(2, (seen) => ({ ...seen, title: 't' }));
    history.save(1, (seen) => ({ ...seen, blocks: [text('a', { body: 'long' })] }));
    expect((items(history.at(2), 'blocks')[0]?.['message'] as string).length).toBeLessThan(600);
    history.save(1, (seen) => ({ ...seen, blocks: [text('a', { body: 'fine' })] }));
    expect(history.at(2)['blocks']).toEqual([text('a', { words: 'fine', level: 7 })]);
  });
});

it('keeps what is hidden in a list that was seen empty and is left out', () => {
  const ladder = ladderOf(first, migration({ title: 'Videos', blocks: { add: { video: hide() } } }));
  const video = { _type: 'video', _id: 'v' };
  const history = new PageHistory(ladder, 2, { title: 'a', blocks: [video], aside: [] });
  history.save(1, () => ({ title: 'b' }));
  expect(history.at(2)).toEqual({ title: 'b', blocks: [video] });
});

it('shows no placeholder to those above the rung that has removed its type', () => {
  const ladder = ladderOf(
    first,
    migration({ title: 'Maps', blocks: { add: { map: placeholder('Map') } } }),
    migration({ title: 'No maps', blocks: { remove: { map: hide() } } }),
  );
  const map = { _type: 'map', _id: 'm', at: 'Rome' };
  const history = new PageHistory(ladder, 2, { blocks: [map, text('a')] });
  history.save(1, (seen) => ({
    ...seen,
    title: 'b',
    blocks: [...items(seen, 'blocks'), { ...items(seen, 'blocks')[0], _id: 'm2' }],
  }));
  expect(history.at(3)).toEqual({ title: 'b', blocks: [text('a')] });
  expect(history.at(2)).toEqual({ title: 'b', blocks: [map, text('a'), { ...map, _id: 'm2' }] });
  history.save(1, (seen) => ({ ...seen, blocks: [text('a')] }));
  history.save(1, (seen) => ({
    ...seen,
    blocks: [{ _type: 'placeholder', _id: 'm', of: 'm', label: 'Map' }, text('a')],
  }));
  expect(history.at(2)).toEqual({ title: 'b', blocks: [map, text('a')] });
  expect(history.at(3)).toEqual({ title: 'b', blocks: [text('a')] });
});

it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
  'merges and splits blocks with a field %s',
  (name) => {
    const field = Object.fromEntries([[name, { type: 'string' }]]);
    const ladder = ladderOf(
      declare({
        title: 'x',
        types: { page: { type: 'object', properties: { blocks: { $ref: 'blocks' } } } },
        blocks: { photo: { type: 'object', properties: field }, film: { type: 'object', properties: field } },
      }),
      migration({
        title: 'y',
        blocks: { merge: { media: { on: 'kind', from: { photo: 'p', film: 'f' }, otherwise: 'photo' } } },
      }),
      migration({
        title: 'z',
        blocks: {
          split: { media: { on: name, into: { constructor: 'one', toString: 'two' }, otherwise: 'two' } },
        },
      }),
    );
    const block = Object.fromEntries([
      ['_type', 'photo'],
      ['_id', 'a'],
      [name, 'x'],
    ]);
    const history = new PageHistory(ladder, 1, { blocks: [block] });
    history.save(2, (seen) => ({ ...seen, title: 't' }));
    expect(history.at(1)).toEqual({ title: 't', blocks: [block] });
    expect(ladder.faults(2, 'page', history.at(2))).toEqual([]);
  },
);
