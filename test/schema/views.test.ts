import { declare, hide, migration, placeholder } from '../../src/schema/migration.js';
import { code } from '../../src/schema/operations/code.js';
import { ladderOf } from './ladder-of.js';
import { PageHistory } from './page-history.js';

const first = declare({
  title: 'Pages of blocks',
  types: {
    page: {
      type: 'object',
      properties: {
        title: { type: 'string' },
        tone: { enum: ['plain', 'loud'] },
        tags: { type: 'array', items: { type: 'object', properties: { label: { type: 'string' } } } },
        layout: { type: 'string' },
        cta: { type: 'string' },
        left: { $ref: 'blocks' },
        right: { $ref: 'blocks' },
        author: { type: 'string' },
      },
    },
  },
  blocks: {
    text: { type: 'object', properties: { markdown: { type: 'string' } } },
    box: { type: 'object', properties: { blocks: { $ref: 'blocks' } } },
  },
});

const text = (id: string, more: object = {}) => ({ _type: 'text', _id: id, ...more });
const ids = (blocks: unknown) => (blocks as { _id: string }[]).map(({ _id }) => _id);

describe('a field that the writer does not know', () => {
  const ladder = ladderOf(
    first,
    migration({
      title: 'Text blocks have a level, pages a theme',
      types: {
        text: (type) => type.add('level', { type: 'integer' }, { default: 1 }),
        page: (type) =>
          type.add('theme', { type: 'string' }).each('tags', (tag) => tag.add('weight', { type: 'integer' })),
      },
    }),
  );

  it('survives an edit, a move to another slot, a reordering and the deletion of a neighbour', () => {
    const page = new PageHistory(ladder, 2, {
      theme: 'dark',
      left: [text('a', { level: 5 }), text('b', { level: 6 }), text('c', { level: 7 })],
      right: [],
    });
    page.save(1, (seen) => {
      const [a, b, c] = seen.left;
      return { ...seen, title: 'new', left: [{ ...c, markdown: 'c!' }], right: [b], a: a?.['_id'] };
    });
    expect(page.at(2)).toEqual({
      title: 'new',
      theme: 'dark',
      a: 'a',
      left: [text('c', { level: 7, markdown: 'c!' })],
      right: [text('b', { level: 6 })],
    });
  });

  it('is copied along with a block that the client says it has copied, and is the default without that hint', () => {
    const page = new PageHistory(ladder, 2, { left: [text('a', { level: 5 })] });
    page.save(1, (seen) => ({ left: [seen.left[0], { ...seen.left[0], _id: 'b' }] }), { b: 'a' });
    expect(page.at(2)['left']).toEqual([text('a', { level: 5 }), text('b', { level: 5 })]);
    page.save(1, (seen) => ({ left: [...seen.left, { ...seen.left[0], _id: 'c' }] }));
    expect(page.at(2)['left']).toContainEqual(text('c', { level: 1 }));
  });

  it('stays with its item in a list without ids, when the items change places', () => {
    const page = new PageHistory(ladder, 2, {
      tags: [
        { label: 'a', weight: 1 },
        { label: 'b', weight: 2 },
        { label: 'c', weight: 3 },
      ],
    });
    page.save(1, ({ tags: [a, b, c] }) => ({ tags: [{ label: 'new' }, c, b, a] }));
    expect(page.at(2)).toEqual({
      tags: [
        { label: 'new' },
        { label: 'c', weight: 3 },
        { label: 'b', weight: 2 },
        { label: 'a', weight: 1 },
      ],
    });
  });

  it('stays with its item also where several have the key that should tell them apart', () => {
    const keyed = ladderOf(
      declare({
        title: 'Goods',
        types: { page: { type: 'object', properties: { goods: { type: 'array', 'x-key': 'sku' } } } },
        blocks: {},
      }),
      migration({
        title: 'Stock',
        types: { page: (type) => type.each('goods', (goods) => goods.add('stock', { type: 'integer' })) },
      }),
    );
    const page = new PageHistory(keyed, 2, {
      goods: [
        { sku: 1, stock: 5 },
        { sku: 1, stock: 6 },
      ],
    });
    page.save(1, ({ goods }) => ({ goods: [...(goods as object[]), { sku: 2 }] }));
    expect(page.at(2)).toEqual({ goods: [{ sku: 1, stock: 5 }, { sku: 1, stock: 6 }, { sku: 2 }] });
  });

  it('stays with its item in a list without ids, when another is removed', () => {
    const page = new PageHistory(ladder, 2, {
      tags: [
        { label: 'a', weight: 1 },
        { label: 'b', weight: 2 },
        { label: 'c', weight: 3 },
      ],
    });
    page.save(1, (seen) => ({ tags: seen.tags.slice(1) }));
    expect(page.at(2)['tags']).toEqual([
      { label: 'b', weight: 2 },
      { label: 'c', weight: 3 },
    ]);
  });

  it('keeps missing, null and default apart; a default is filled in once and never comes back', () => {
    const page = new PageHistory(ladder, 1, { left: [text('a')] });
    expect(page.at(2)['left']).toEqual([text('a', { level: 1 })]);
    page.save(2, () => ({ left: [text('a')] }));
    page.save(1, (seen) => ({ ...seen, title: 'x' }));
    expect(page.at(2)).toEqual({ title: 'x', left: [text('a')] });
    page.save(2, () => ({ title: 'x', left: [text('a', { level: null })] }));
    page.save(1, (seen) => ({ ...seen, title: 'y' }));
    expect(page.at(2)).toEqual({ title: 'y', left: [text('a', { level: null })] });
  });
});

it('changes no view by a save that changes nothing, at any schema version', () => {
  const ladder = ladderOf(
    first,
    migration({
      title: 'b',
      types: { page: (type) => type.add('theme', {}, { default: 'light' }).rename({ title: 'name' }) },
    }),
    migration({
      title: 'c',
      blocks: { add: { video: hide() } },
      types: { page: (type) => type.remove('layout', { default: 'one' }) },
    }),
  );
  const page = new PageHistory(ladder, 3, {
    name: 'n',
    theme: 'dark',
    left: [{ _type: 'video', _id: 'v' }, text('a')],
  });
  page.save(1, (seen) => ({ ...seen, title: 'm', layout: 'two' }));
  page.save(2, (seen) => ({ ...seen, theme: null }));
  const before = page.everywhere();
  for (const schemaVersion of [1, 2, 3, 2, 1, 3]) {
    page.save(schemaVersion, (seen) => seen);
    expect(page.everywhere()).toEqual(before);
  }
});

it('gives back what was sent at the schema version that it was sent in, and every view of a restored version', () => {
  const ladder = ladderOf(
    first,
    migration({ title: 'b', types: { page: (type) => type.add('theme', {}, { default: 'light' }) } }),
  );
  const page = new PageHistory(ladder, 2, { theme: 'dark', title: 'a' });
  page.save(1, (seen) => ({ ...seen, title: 'b' }));
  const second = page.everywhere(2);
  page.save(2, () => ({ title: 'c' }));
  page.restore(2);
  expect(page.everywhere()).toEqual(second);
  expect(page.at(1, 2)).toEqual({ title: 'b' });
  page.save(1, (seen) => ({ ...seen, title: 'd' }));
  expect(page.at(2)).toEqual({ theme: 'dark', title: 'd' });
});

describe('a block that the writer does not know', () => {
  const ladder = ladderOf(
    first,
    migration({
      title: 'Videos and maps',
      blocks: { add: { video: hide(), map: placeholder('Map') } },
    }),
  );
  const video = (id: string) => ({ _type: 'video', _id: id, url: id });
  const map = (id: string) => ({ _type: 'map', _id: id, place: 'Berlin' });

  it('comes back behind its nearest surviving predecessor when it was hidden', () => {
    const page = new PageHistory(ladder, 2, {
      left: [video('u'), text('a'), video('v'), video('w'), text('b'), text('c'), video('x')],
    });
    expect(ids(page.at(1)['left'])).toEqual(['a', 'b', 'c']);
    page.save(1, (seen) => ({ left: [seen.left[2], seen.left[0]] }));
    expect(ids(page.at(2)['left'])).toEqual(['u', 'c', 'x', 'a', 'v', 'w']);
  });

  it('does not come back in a slot for one block, where an older client has put another, until it is touched', () => {
    const bannersGone = ladderOf(
      first,
      migration({ title: 'Videos', blocks: { add: { video: hide() } } }),
      migration({ title: 'No more boxes', blocks: { remove: { box: hide() } } }),
    );
    const box = { _type: 'box', _id: 'box' };
    const page = new PageHistory(bannersGone, 3, { title: 'a', main: video('v') });
    page.save(1, (seen) => ({ ...seen, main: box }));
    expect(page.overwritten).toEqual([{ schemaVersion: 2, pointer: '/main' }]);
    page.save(3, (seen) => ({ ...seen, title: 'b' }));
    expect(page.overwritten).toEqual([]);
    expect(page.everywhere()).toEqual([
      { title: 'b', main: box },
      { title: 'b', main: box },
      { title: 'b', main: video('v') },
    ]);
    page.save(3, (seen) => ({ ...seen, main: { ...video('v'), url: 'new' } }));
    expect(page.at(2)).toEqual({ title: 'b', main: { ...video('v'), url: 'new' } });
  });

  it('travels with the block that it is in, and goes with it', () => {
    const box = { _type: 'box', _id: 'box', blocks: [text('a'), video('v')] };
    const page = new PageHistory(ladder, 2, { left: [box, text('b')], right: [] });
    page.save(1, (seen) => ({ left: [seen.left[1]], right: [seen.left[0]] }));
    expect(page.at(2)).toEqual({ left: [text('b')], right: [box] });
    page.save(1, (seen) => ({ ...seen, right: [] }));
    expect(page.at(2)).toEqual({ left: [text('b')], right: [] });
  });

  it('leaves its place to a placeholder that may be moved, copied and deleted', () => {
    const page = new PageHistory(ladder, 2, { left: [map('m'), text('a')], right: [map('n')] });
    expect(page.at(1)['left']).toEqual([
      { _type: 'placeholder', _id: 'm', of: 'm', label: 'Map' },
      text('a'),
    ]);
    page.save(1, (seen) => ({ left: [text('a'), { ...seen.left[0], _id: 'copy' }], right: [seen.left[0]] }));
    expect(page.at(2)).toEqual({ left: [text('a'), map('copy')], right: [map('m')] });
    page.save(1, (seen) => ({ ...seen, left: [seen.left[1], seen.left[0]] }));
    expect(page.at(2)).toEqual({ left: [map('copy'), text('a')], right: [map('m')] });
  });

  it('is still found by a placeholder that was copied from a copy, when the original is gone', () => {
    const page = new PageHistory(ladder, 2, { left: [map('m')], right: [] });
    const underNewId = (id: string) => (seen: { left: readonly object[] }) => ({
      left: [{ ...seen.left[0], _id: id }],
      right: [],
    });
    page.save(1, underNewId('m2')).save(1, underNewId('m3'));
    expect(page.at(2)['left']).toEqual([map('m3')]);
  });

  it('is a placeholder also where it was a known block before, under the same id', () => {
    const withoutLayout = ladderOf(
      first,
      migration({
        title: 'Maps, and no layout',
        types: { page: (type) => type.remove('layout') },
        blocks: { add: { map: placeholder('Map') } },
      }),
    );
    const page = new PageHistory(withoutLayout, 1, { layout: 'wide', left: [text('m')], right: [] });
    page.save(2, () => ({ left: [map('m')], right: [] }));
    expect(page.at(1)).toEqual({
      layout: 'wide',
      left: [{ _type: 'placeholder', _id: 'm', of: 'm', label: 'Map' }],
      right: [],
    });
  });

  it('is given ids of its own where it stands inside a copied block', () => {
    const box = { _type: 'box', _id: 'box', blocks: [text('a'), video('v')] };
    const page = new PageHistory(ladder, 2, { left: [box] });
    page.save(
      1,
      (seen) => ({ left: [seen.left[0], { ...seen.left[0], _id: 'box2', blocks: [text('a2')] }] }),
      { box2: 'box', a2: 'a' },
    );
    expect(page.at(2)['left']).toEqual([
      box,
      { _type: 'box', _id: 'box2', blocks: [text('a2'), { ...video('v'), _id: 'v-box2' }] },
    ]);
  });
});

it('keeps a finer value until it is touched, and tells its author when it was overwritten', () => {
  const ladder = ladderOf(
    first,
    migration({
      title: 'Tones on a scale',
      types: {
        page: (type) =>
          type.convert('tone', { up: { plain: 0, loud: 9 }, down: { 0: 'plain', 5: 'plain', 9: 'loud' } }),
      },
    }),
  );
  const page = new PageHistory(ladder, 2, { tone: 5 });
  page.save(1, (seen) => ({ ...seen, title: 'x' }));
  expect(page.at(2)).toEqual({ tone: 5, title: 'x' });
  expect(page.overwritten).toEqual([]);
  page.save(1, (seen) => ({ ...seen, tone: 'loud' }));
  expect(page.at(2)).toEqual({ tone: 9, title: 'x' });
  expect(page.overwritten).toEqual([{ schemaVersion: 2, pointer: '/tone' }]);
});

it.each([
  ['shift', ['b']],
  ['clear', undefined],
] as const)('lets the author of a rung say what clearing the head of a list does: %s', (onClear, left) => {
  const ladder = ladderOf(
    first,
    migration({ title: 'Buttons', types: { page: (type) => type.wrap('cta', { as: 'ctas', onClear }) } }),
  );
  const page = new PageHistory(ladder, 2, { ctas: ['a', 'b'] });
  page.save(1, (seen) => ({ ...seen, cta: 'A' }));
  expect(page.at(2)).toEqual({ ctas: ['A', 'b'] });
  page.save(1, () => ({}));
  expect(page.at(1)).toEqual({});
  expect(page.at(2)).toEqual(left ? { ctas: left } : {});
});

it('leaves the head of a list to the client that sees the head alone', () => {
  const ladder = ladderOf(
    first,
    migration({
      title: 'Several calls to action',
      types: { page: (type) => type.wrap('cta', { as: 'ctas', onClear: 'shift' }) },
    }),
  );
  const page = new PageHistory(ladder, 2, { ctas: ['buy', 'read'] });
  page.save(1, () => ({}));
  expect(page.at(2)).toEqual({ ctas: ['read'] });
  page.save(1, () => ({ cta: 'try' }));
  expect(page.at(2)).toEqual({ ctas: ['try', 'read'] });
});

it('swaps names without losing one of them', () => {
  const ladder = ladderOf(
    first,
    migration({ title: 'Swapped', types: { page: (type) => type.rename({ left: 'right', right: 'left' }) } }),
  );
  const page = new PageHistory(ladder, 1, { left: [text('a')], right: [text('b')] });
  expect(page.at(2)).toEqual({ right: [text('a')], left: [text('b')] });
  page.save(2, (seen) => ({ ...seen, left: [] }));
  expect(page.at(1)).toEqual({ left: [text('a')], right: [] });
});

it('takes a field removed, and one added later under the same name, for two different fields', () => {
  const ladder = ladderOf(
    first,
    migration({ title: 'No layout', types: { page: (type) => type.remove('layout', { default: 'one' }) } }),
    migration({
      title: 'Another layout',
      types: { page: (type) => type.add('layout', { type: 'integer' }) },
    }),
  );
  const page = new PageHistory(ladder, 1, { layout: 'two', title: 'a' });
  expect(page.at(2)).toEqual({ title: 'a' });
  expect(page.at(3)).toEqual({ title: 'a' });
  page.save(3, (seen) => ({ ...seen, layout: 3 }));
  expect(page.at(1)).toEqual({ layout: 'two', title: 'a' });
  expect(page.at(2)).toEqual({ title: 'a' });
  page.save(1, (seen) => ({ ...seen, layout: 'three' }));
  expect(page.at(3)).toEqual({ layout: 3, title: 'a' });
  expect(new PageHistory(ladder, 3, { layout: 3 }).at(1)).toEqual({ layout: 'one' });
});

it('takes fields that mean something together from one author', () => {
  const ladder = ladderOf(
    first,
    migration({
      title: 'Names in parts',
      types: { page: (type) => type.split('author', { into: ['first', 'last'], at: ' ' }) },
    }),
    migration({ title: 'Given names', types: { page: (type) => type.rename({ first: 'given' }) } }),
  );
  const page = new PageHistory(ladder, 3, { given: 'Ada Augusta', last: 'Lovelace' });
  expect(page.at(1)).toEqual({ author: 'Ada Augusta Lovelace' });
  page.save(1, () => ({ author: 'Ada Augusta King' }));
  expect(page.at(3)).toEqual({ given: 'Ada', last: 'Augusta King' });
  expect(page.overwritten.map(({ pointer }) => pointer)).toEqual(['/first', '/last', '/given', '/last']);
});

it('lets a client two rungs newer edit in between', () => {
  const ladder = ladderOf(
    first,
    migration({ title: 'b', types: { text: (type) => type.rename({ markdown: 'body' }) } }),
    migration({
      title: 'c',
      types: { text: (type) => type.add('level', { type: 'integer' }, { default: 1 }) },
    }),
  );
  const page = new PageHistory(ladder, 1, { left: [text('a', { markdown: 'one' })] });
  page.save(3, (seen) => ({ left: [{ ...seen.left[0], level: 4 }, text('b', { body: 'two', level: 2 })] }));
  page.save(1, (seen) => ({ left: [seen.left[1], { ...seen.left[0], markdown: 'ONE' }] }));
  expect(page.at(3)).toEqual({
    left: [text('b', { body: 'two', level: 2 }), text('a', { body: 'ONE', level: 4 })],
  });
  expect(page.at(2)).toEqual({ left: [text('b', { body: 'two' }), text('a', { body: 'ONE' })] });
});

describe('a block that a rung fails on', () => {
  const ladder = ladderOf(
    first,
    migration({
      title: 'Shouting',
      types: {
        page: (type) => type.add('theme', { type: 'string' }),
        text: code({
          reads: ['markdown'],
          writes: ['body'],
          up: ({ markdown }) => {
            if (markdown === 'boom') throw new Error('boom');
            return { body: markdown ?? null };
          },
          down: ({ body }) => ({ markdown: body ?? null }),
        }),
      },
    }),
  );
  const broken = {
    _type: 'broken',
    _id: 'a',
    of: 'a',
    was: 'text',
    schemaVersion: 2,
    message: expect.any(String) as string,
  };

  it('is shown as broken, and nothing else is', () => {
    const page = new PageHistory(ladder, 1, {
      left: [text('a', { markdown: 'boom' }), text('b', { markdown: 'b' })],
    });
    expect(page.at(2)['left']).toEqual([broken, text('b', { body: 'b' })]);
  });

  it('is not shown as it was before', () => {
    const page = new PageHistory(ladder, 2, {
      title: 'x',
      theme: 'dark',
      left: [text('a', { body: 'fine' })],
    });
    page.save(1, (seen) => ({ ...seen, left: [text('a', { markdown: 'boom' })] }));
    expect(page.at(2)['left']).toEqual([broken]);
    page.save(2, (seen) => ({ ...seen, title: 'y' }));
    expect(page.at(1)).toEqual({ title: 'y', left: [text('a', { markdown: 'boom' })] });
    page.save(1, (seen) => ({ ...seen, left: [text('a', { markdown: 'fine again' })] }));
    expect(page.at(2)['left']).toEqual([text('a', { body: 'fine again' })]);
  });
});

it('hides blocks from the functions of their page', () => {
  const ladder = ladderOf(
    first,
    migration({
      title: 'No more boxes',
      blocks: { remove: { box: hide() } },
      types: {
        page: code({
          reads: ['left'],
          writes: ['middle'],
          up: ({ left }) => ({ middle: left ?? null }),
          down: ({ middle }) => ({ left: middle ?? null }),
        }),
      },
    }),
  );
  const box = { _type: 'box', _id: 'box', blocks: [text('inside')] };
  const page = new PageHistory(ladder, 1, { left: [text('a'), box] });
  expect(page.at(2)).toEqual({ middle: [text('a')] });
});
