import { makeServer } from '../support/server.js';
import { makeLadder } from './ladders.js';

/** Four schema versions of a site whose older clients see less than newer ones, and the other way round. */
const ladder = makeLadder([
  `export default ({ declare }) => declare({
    title: 'Pages',
    types: {
      page: {
        type: 'object',
        properties: {
          title: { type: 'string' },
          lead: { type: 'object' },
          author: { type: 'string' },
          rows: { type: 'array', items: { type: 'object', properties: { text: { type: 'string' } } } },
          goods: { type: 'array', 'x-key': 'sku', items: { type: 'object' , properties: { sku: { type: 'string' } } } },
          blocks: { $ref: 'blocks' },
        },
      },
    },
    blocks: {
      text: { type: 'object', properties: { body: { type: 'string' }, old: { type: 'string' } } },
      media: { type: 'object', properties: { kind: { enum: ['photo', 'film'] } } },
      note: { type: 'object', additionalProperties: false, properties: { words: { type: 'string' } } },
      frail: { type: 'object', properties: { says: { type: 'string' } } },
    },
  });`,
  `export default ({ migration, hide, placeholder }) => migration({
    title: 'Colours, drawers, maps',
    types: {
      page: (t) => t
        .each('rows', (row) => row.add('colour', { type: 'string' }, { default: 'grey' }))
        .each('goods', (item) => item.remove('sku'))
        .wrap('lead', { as: 'leads' })
        .split('author', { into: ['first', 'last'], at: ' ' }),
      text: (t) => t.remove('old').add('size', { type: 'integer' }),
      note: (t) => t.convert('words', { up: (v) => v, down: (v) => v, schema: { type: 'string', maxLength: 5 } }),
      frail: (t) => t.add('detail', {}).convert('says', {
        up: (says) => {
          if (says === 'late') return Promise.reject(new Error('too late'));
          if (says === 'long') throw new Error('x'.repeat(3_000_000));
          if (says === 'mute') throw { toString() { throw null; } };
          return says;
        },
        down: (says) => says,
      }),
    },
    blocks: {
      add: { drawer: hide({ type: 'object', properties: { inner: { $ref: 'blocks' } } }), map: placeholder('Map') },
      split: { media: { on: 'kind', into: { photo: 'image', film: 'video' }, otherwise: 'image' } },
    },
  });`,
  `export default ({ migration, hide }) => migration({
    title: 'No maps; whole pages by code',
    types: { page: (t) => t.code({ up: (page) => page, down: (page) => page }) },
    blocks: { remove: { map: hide() } },
  });`,
]);
const server = makeServer({ PALIMPSEST_MIGRATIONS: ladder.path });
beforeAll(() => server.start());
afterAll(async () => {
  await server.remove();
  ladder.remove();
});

interface Content {
  readonly [field: string]: unknown;
  readonly blocks: readonly object[];
}

class Page {
  private constructor(
    readonly id: string,
    private version: number,
  ) {}

  static async create(schemaVersion: number, content: object): Promise<Page> {
    const { status, json } = await server.request('POST', '/pages', {
      body: { type: 'page', content },
      headers: { 'Schema-Version': String(schemaVersion) },
    });
    expect(status).toBe(201);
    return new Page(json.id, 1);
  }

  async at(schemaVersion: number): Promise<Content> {
    const headers = { 'Schema-Version': String(schemaVersion) };
    const { json } = await server.request('GET', `/pages/${this.id}/content`, { headers });
    return json as unknown as Content;
  }

  async send(schemaVersion: number, body: object, more: Readonly<Record<string, string>> = {}) {
    const answer = await server.request('PUT', `/pages/${this.id}/content`, {
      body,
      headers: { 'Schema-Version': String(schemaVersion), 'If-Match': `"v${this.version}"`, ...more },
    });
    if (answer.status === 200) this.version++;
    return answer;
  }

  async save(
    schemaVersion: number,
    body: object,
    more: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { status, json } = await this.send(schemaVersion, body, more);
    expect([status, json]).toEqual([200, json]);
  }
}

const text = (id: string, more: object = {}) => ({ _type: 'text', _id: id, ...more });

test('an edit of an item that looks like others lands in that item', async () => {
  const rows = [
    { text: '', colour: 'red' },
    { text: '', colour: 'grey' },
    { text: '', colour: 'blue' },
  ];
  const page = await Page.create(2, { rows });
  await page.save(1, { rows: [{ text: '' }, { text: '' }, { text: 'third' }] });
  expect(await page.at(2)).toEqual({ rows: [rows[0], rows[1], { text: 'third', colour: 'blue' }] });
});

test('items whose key the writer does not see are not doubled, and can be deleted', async () => {
  const page = await Page.create(1, {
    goods: [
      { sku: 'a', n: 1 },
      { sku: 'b', n: 2 },
      { sku: 'c', n: 3 },
    ],
  });
  await page.save(2, { goods: [{ n: 1 }, { n: 3 }] });
  await page.save(2, { goods: [{ n: 1 }, { n: 4 }] });
  expect(await page.at(1)).toEqual({
    goods: [
      { sku: 'a', n: 1 },
      { sku: 'c', n: 4 },
    ],
  });
});

test('a function on the whole page destroys no hidden block and no newer field', async () => {
  const drawer = { _type: 'drawer', _id: 'd' };
  const page = await Page.create(3, {
    title: 'a',
    rows: [{ text: 'r', colour: 'red' }],
    blocks: [text('a', { size: 3 }), drawer],
  });
  await page.save(1, { ...(await page.at(1)), title: 'b' });
  expect(await page.at(3)).toEqual({
    title: 'b',
    rows: [{ text: 'r', colour: 'red' }],
    blocks: [text('a', { size: 3 }), drawer],
  });
});

test('an _id that a block has which the client can not see is refused, with a way out', async () => {
  const page = await Page.create(2, {
    blocks: [{ _type: 'drawer', _id: 'b2', inner: [text('b3')] }, text('b1')],
  });
  for (const id of ['b2', 'b3']) {
    const { status, json } = await page.send(1, { blocks: [text('b1'), text(id)] });
    expect([status, json]).toMatchObject([422, { code: 'duplicate-block-id', id, pointer: '/blocks/1/_id' }]);
    expect(json.detail).toContain('another _id');
  }
});

test('a block that was in a container which older clients did not see has what they last had', async () => {
  const page = await Page.create(1, { blocks: [text('a', { old: 'kept' })] });
  await page.save(2, { blocks: [{ _type: 'drawer', _id: 'd', inner: [text('a')] }] });
  expect(await page.at(1)).toEqual({ blocks: [] });
  await page.save(2, { blocks: [text('a', { body: 'edited' }), { _type: 'drawer', _id: 'd', inner: [] }] });
  expect(await page.at(1)).toEqual({ blocks: [text('a', { old: 'kept', body: 'edited' })] });
});

test('a list that was seen empty and is left out keeps what is hidden in it', async () => {
  const drawer = { _type: 'drawer', _id: 'd' };
  const page = await Page.create(2, { blocks: [drawer] });
  await page.save(1, { title: 'new' });
  expect(await page.at(2)).toEqual({ title: 'new', blocks: [drawer] });
});

test('a placeholder is nothing where its type is gone, and can be brought back after it was deleted', async () => {
  const map = { _type: 'map', _id: 'm', place: 'Rome' };
  const page = await Page.create(2, { blocks: [map, text('a')] });
  const { blocks } = await page.at(1);
  await page.save(1, { title: 'b', blocks });
  expect(await page.at(3)).toEqual({ title: 'b', blocks: [text('a')] });
  await page.save(1, { title: 'b', blocks: [text('a')] });
  expect(await page.at(2)).toEqual({ title: 'b', blocks: [text('a')] });
  await page.save(1, { title: 'b', blocks });
  expect(await page.at(2)).toEqual({ title: 'b', blocks: [map, text('a')] });
  expect(await page.at(3)).toEqual({ title: 'b', blocks: [text('a')] });
});

test('a placeholder can be brought back that others have deleted since, where their saves are not merged', async () => {
  const map = { _type: 'map', _id: 'm', place: 'Rome' };
  const page = await Page.create(2, { blocks: [map, text('a')] });
  const seen = await page.at(1);
  await page.save(2, { blocks: [text('a')] });
  await page.save(2, { title: 'b', blocks: [text('a')] });
  await page.save(1, { title: 'c', blocks: seen.blocks });
  expect(await page.at(2)).toEqual({ title: 'c', blocks: [map, text('a')] });
});

test.each(['late', 'long', 'mute'])(
  'a rung that fails (%s) breaks one block, and what newer clients had in it comes back',
  async (says) => {
    const page = await Page.create(2, {
      blocks: [{ _type: 'frail', _id: 'f', says: 'ok', detail: 7 }, text('a')],
    });
    await page.save(1, { blocks: [{ _type: 'frail', _id: 'f', says }, text('a')] });
    const [broken, other] = (await page.at(2)).blocks;
    expect([broken, other]).toEqual([expect.objectContaining({ _type: 'broken', of: 'f' }), text('a')]);
    expect(JSON.stringify(broken).length).toBeLessThan(700);
    await page.save(1, { blocks: [{ _type: 'frail', _id: 'f', says: 'fine' }, text('a')] });
    expect((await page.at(2)).blocks[0]).toEqual({ _type: 'frail', _id: 'f', says: 'fine', detail: 7 });
  },
);

test('a placeholder of another page is refused, and how to copy is said', async () => {
  const { status, json } = await server.request('POST', '/pages', {
    body: { type: 'page', content: { blocks: [{ _type: 'placeholder', _id: 'm', of: 'm', label: 'Map' }] } },
    headers: { 'Schema-Version': '1' },
  });
  expect([status, json.code]).toEqual([422, 'content-invalid']);
  expect(json.detail).toContain('read and create it at the newest schema version');
});

test('what does not fit another schema version is told in the document that was sent', async () => {
  const page = await Page.create(1, { blocks: [text('a')] });
  const note = { _type: 'note', _id: 'n', words: 'far too long' };
  const { status, json } = await page.send(1, { blocks: [text('a'), note] });
  expect([status, json]).toMatchObject([
    422,
    { code: 'content-invalid', schemaVersion: 2, errors: [{ inYours: ['/blocks/1/words'] }] },
  ]);
});

test('values under names that other versions know stop nobody, and closed block types can be used', async () => {
  const page = await Page.create(2, {
    author: 5,
    blocks: [
      { _type: 'image', _id: 'i', kind: 7 },
      { _type: 'note', _id: 'n', words: 'ok' },
    ],
  });
  expect(await page.at(1)).toEqual({
    blocks: [
      { _type: 'media', _id: 'i', kind: 'photo' },
      { _type: 'note', _id: 'n', words: 'ok' },
    ],
  });
});

test('a document that would be too deep at another version is refused, with the pointer in it', async () => {
  let picture: object = {};
  for (let level = 0; level < 62; level++) picture = { inner: picture };
  const page = await Page.create(1, { title: 'a' });
  // A list around it above makes one level more.
  const { status, json } = await page.send(1, { lead: picture });
  expect([status, json]).toMatchObject([422, { code: 'content-invalid', schemaVersion: 2 }]);
});
