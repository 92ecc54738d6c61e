import { Ajv } from 'ajv';
import { applyPatch, type Operation } from 'rfc6902';
import type { JsonObject } from '../../src/schema/json/json.js';
import { start, succeed } from '../cli/run.js';
import { openStream } from '../support/event-stream.js';
import { adminSecret, makeServer, useServer, type Answer, type Server } from '../support/server.js';
import { failingRungs, makeLadder, siteRungs } from './ladders.js';

interface Block extends Record<string, unknown> {
  readonly _type: string;
  readonly _id: string;
}

/** The pages of these tests, as far as an edit looks into them; at no schema version all of it is there. */
interface Page extends Record<string, unknown> {
  blocks: Block[];
  aside: Block[];
  goods: Record<string, unknown>[];
  links: Record<string, unknown>[];
  prices: Record<string, Record<string, unknown>>;
}

const site = makeLadder(siteRungs);
const failing = makeLadder(failingRungs);
const growing = makeLadder(siteRungs.slice(0, 2));
const server = useServer({ PALIMPSEST_MIGRATIONS: site.path });
const versions = [1, 2, 3, 4] as const;

afterAll(() => {
  for (const ladder of [site, failing, growing]) ladder.remove();
});

const speaks = (version: number): Readonly<Record<string, string>> => ({ 'schema-version': String(version) });
const block = (type: string, id: string, more: object = {}): Block => ({ _type: type, _id: id, ...more });
const ids = (blocks: readonly Block[]): readonly string[] => blocks.map(({ _id }) => _id);

async function create(version: number, content: object, on: Server = server): Promise<string> {
  const body = { type: 'page', content };
  const { status, json, text } = await on.request('POST', '/pages', { headers: speaks(version), body });
  if (status !== 201) throw new Error(text);
  return json.id;
}

/** The page as clients at a schema version see it; latest content unless the query says otherwise. */
async function seen(version: number, id: string, query = '', on: Server = server): Promise<Page> {
  const answer = await on.request('GET', `/pages/${id}/content${query}`, { headers: speaks(version) });
  if (answer.status !== 200) throw new Error(answer.text);
  return JSON.parse(answer.text) as Page;
}

async function everywhere(id: string, query = ''): Promise<readonly Page[]> {
  return Promise.all(versions.map((version) => seen(version, id, query)));
}

async function newest(id: string, on: Server = server): Promise<number> {
  return (await on.request('GET', `/pages/${id}`)).json.contentVersion;
}

/** A client at a schema version reads, changes what it sees, and sends it. */
async function attempt(
  version: number,
  id: string,
  change: (page: Page) => unknown,
  headers: Readonly<Record<string, string>> = {},
  on: Server = server,
): Promise<Answer> {
  const page = await seen(version, id, '', on);
  change(page);
  return on.request('PUT', `/pages/${id}/content`, {
    headers: { ...speaks(version), 'if-match': `"v${await newest(id, on)}"`, ...headers },
    body: page,
  });
}

async function edit(...[version, id, change, headers, on]: Parameters<typeof attempt>): Promise<Answer> {
  const answer = await attempt(version, id, change, headers, on);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer;
}

/** A page that clients of all schema versions have worked on, so that each has something the others don't see. */
async function sharedPage(): Promise<string> {
  const id = await create(1, {
    title: 'Opening',
    layout: 'two',
    mood: 'loud',
    author: 'Ann Lee',
    blocks: [
      block('hero', 'hero', { cta: 'Buy', tone: 'plain' }),
      block('marquee', 'marquee', { text: 'old' }),
      block('columns', 'columns', {
        cells: [block('text', 'cell', { markdown: 'c' })],
        main: block('text', 'm'),
      }),
      block('text', 'text', { markdown: 'hi' }),
    ],
    aside: [],
    lead: block('text', 'lead'),
    links: [{ href: '/a' }, { href: '/b' }],
    goods: [
      { sku: 'x', name: 'X' },
      { sku: 'y', name: 'Y' },
    ],
    prices: { de: { amount: 1 }, at: { amount: 2 } },
  });
  await edit(3, id, (page) => {
    const [hero, columns, text] = page.blocks as [Block, Block & { cells: Block[]; main: Block }, Block];
    hero['ctas'] = ['Buy', 'Read'];
    hero['tone'] = 5;
    text['size'] = 'big';
    columns.main['size'] = 'small';
    columns.cells.push(block('video', 'clip'));
    page.blocks.splice(1, 0, block('video', 'video'), block('map', 'map', { at: 'Rome' }));
    page.blocks.push(block('box', 'box', { inner: [block('text', 'inside', { size: 'tiny' })] }));
    page['layout'] = 'rows';
    page['theme'] = 'dark';
    page.links.forEach((link, index) => (link['rel'] = `rel-${index}`));
    page.goods.forEach((item, index) => (item['stock'] = index + 7));
    page.prices = { de: { amount: 1, vat: 19 }, at: { amount: 2, vat: 10 } };
  });
  await edit(4, id, (page) => {
    page['mood'] = 7;
    page['length'] = 99;
    page['summary'] = 'longer than ten';
  });
  return id;
}

describe('A save that changes nothing', () => {
  it.each(versions)('appends nothing at schema version %i', async (version) => {
    const id = await sharedPage();
    await edit(version, id, () => undefined);
    expect(await newest(id)).toBe(3);
  });

  it.each(versions)('leaves no trace at schema version %i when a change was taken back', async (version) => {
    const id = await sharedPage();
    const before = await everywhere(id);
    await edit(version, id, (page) => (page['aside'] = [block('text', 'new')]));
    await edit(version, id, (page) => (page['aside'] = []));
    expect(await everywhere(id)).toEqual(before);
  });
});

describe('What an older client does not see', () => {
  it('survives when blocks change places, each behind what stood before it', async () => {
    const id = await sharedPage();
    const before = await seen(3, id);
    await edit(1, id, (page) => page.blocks.reverse());
    const { blocks } = await seen(3, id);
    expect(ids(blocks)).toEqual(['text', 'box', 'columns', 'map', 'hero', 'video']);
    expect(new Set(blocks)).toEqual(new Set(before.blocks));
  });

  it('moves with its block between lists, slots and containers', async () => {
    const id = await sharedPage();
    await edit(1, id, (page) => {
      const [hero, , , columns] = page.blocks as [Block, Block, Block, Block & { main: Block }];
      page.aside = [columns.main, hero];
      columns.main = page['lead'] as Block;
      page['lead'] = page.blocks.pop();
      page.blocks = page.blocks.filter(({ _id }) => _id !== 'hero');
    });
    const page = await seen(3, id);
    expect(page['lead']).toEqual(block('text', 'text', { markdown: 'hi', size: 'big' }));
    expect(page.aside[0]).toEqual(block('text', 'm', { size: 'small' }));
    expect(page.aside[1]).toMatchObject({ ctas: ['Buy', 'Read'], tone: 5 });
    expect(ids(page.blocks)).toEqual(['video', 'map', 'columns', 'box']);
    expect(ids(page.blocks[2]?.['cells'] as Block[])).toEqual(['cell', 'clip']);
  });

  it('goes with the container that it deletes, and stays when it empties the list around it', async () => {
    const id = await sharedPage();
    await edit(1, id, (page) => (page.blocks = []));
    expect(await everywhere(id)).toMatchObject([
      { blocks: [] },
      { blocks: [block('video', 'video')] },
      { blocks: [block('video', 'video'), block('box', 'box')] },
      { blocks: [block('video', 'video'), block('box', 'box')] },
    ]);
  });

  it('is in a copy when the client says what it has copied, under ids of its own', async () => {
    const id = await sharedPage();
    const duplicate = (page: Page): void => {
      const columns = structuredClone(page.blocks[3]) as Block & { cells: [Block]; main: Block };
      const copy = { ...columns, _id: 'columns2', main: { ...columns.main, _id: 'm2' } };
      page.aside = [{ ...copy, cells: [{ ...columns.cells[0], _id: 'cell2' }] }];
    };
    await edit(1, id, duplicate, { 'copied-blocks': 'columns2=columns, cell2=cell, m2=m' });
    expect((await seen(3, id)).aside).toEqual([
      block('columns', 'columns2', {
        cells: [block('text', 'cell2', { markdown: 'c' }), block('video', 'clip-columns2')],
        main: block('text', 'm2', { size: 'small' }),
      }),
    ]);
    expect((await seen(3, id)).blocks[3]).toMatchObject({ cells: [{ _id: 'cell' }, { _id: 'clip' }] });
  });

  it('is not in a copy of which nothing is said', async () => {
    const id = await sharedPage();
    await edit(1, id, (page) => page.aside.push({ ...(page.blocks[0] as Block), _id: 'hero2' }));
    expect((await seen(3, id)).aside).toEqual([block('hero', 'hero2', { ctas: ['Buy'], tone: 0 })]);
  });

  it('stays with items that have a key, or none, through additions, removals and reordering', async () => {
    const id = await sharedPage();
    await edit(1, id, (page) => {
      page.goods = [{ sku: 'z' }, { sku: 'y', name: 'Y!' }, { sku: 'x', name: 'X!' }];
      page.links = [{ href: '/new' }, ...page.links.reverse()];
      page.prices = { de: { amount: 9 }, ch: { amount: 3 } };
    });
    expect(await seen(3, id)).toMatchObject({
      goods: [
        { code: 'z', stock: 0 },
        { code: 'y', name: 'Y!', stock: 8 },
        { code: 'x', name: 'X!', stock: 7 },
      ],
      links: [{ href: '/new' }, { href: '/b', rel: 'rel-1' }, { href: '/a', rel: 'rel-0' }],
      prices: { de: { amount: 9, vat: 19 }, ch: { amount: 3, vat: 20 } },
    });
  });

  it('stays in a slot that only newer clients see taken, until the older one puts something there', async () => {
    const id = await create(2, { title: 'x', lead: block('video', 'v') });
    await edit(1, id, (page) => (page['title'] = 'y'));
    expect((await seen(2, id))['lead']).toEqual(block('video', 'v'));
    const { json } = await edit(1, id, (page) => (page['lead'] = block('text', 't')));
    expect((await seen(2, id))['lead']).toEqual(block('text', 't'));
    expect(json['warnings']).toContainEqual(
      expect.objectContaining({ code: 'complement-overwritten', schemaVersion: 2, pointer: '/lead' }),
    );
  });
});

describe('Fields', () => {
  it('of one name at different schema versions are different fields when it was removed in between', async () => {
    const id = await sharedPage();
    const layouts = async () => (await everywhere(id)).map(({ layout }) => layout);
    expect(await layouts()).toEqual(['two', undefined, 'rows', 'rows']);
    await edit(1, id, (page) => delete page['layout']);
    await edit(2, id, (page) => (page['layout'] = 'foreign'));
    expect(await layouts()).toEqual([undefined, 'foreign', 'rows', 'rows']);
    await edit(4, id, (page) => delete page['layout']);
    await edit(2, id, (page) => delete page['layout']);
    await edit(1, id, (page) => (page['layout'] = 'one'));
    expect(await layouts()).toEqual(['one', undefined, undefined, undefined]);
  });

  it('keep their values when two of them have swapped their names', async () => {
    const id = await create(1, { title: 'x', left: 'L', right: 'R' });
    await edit(4, id, (page) => (page['left'] = 'R!'));
    await edit(1, id, (page) => delete page['left']);
    expect(await everywhere(id)).toMatchObject([
      { right: 'R!' },
      { left: 'R!' },
      { left: 'R!' },
      { left: 'R!' },
    ]);
    expect((await everywhere(id)).map((page) => 'left' in page && 'right' in page)).not.toContain(true);
  });

  it('get their default once: missing stays missing', async () => {
    const id = await create(1, { title: 'x' });
    expect((await seen(4, id))['theme']).toBe('light');
    await edit(4, id, (page) => delete page['theme']);
    await edit(1, id, (page) => (page['title'] = 'y'));
    await edit(3, id, (page) => (page['author'] = 'z'));
    expect((await everywhere(id)).map((page) => 'theme' in page)).not.toContain(true);
    const without = await create(2, { title: 'x', nothing: null });
    await edit(1, without, (page) => (page['title'] = 'y'));
    expect((await everywhere(without)).map(({ theme, nothing }) => [theme, nothing])).toEqual(
      versions.map(() => [undefined, null]),
    );
  });

  it('keep a finer value until an older client touches the coarse one, who is told', async () => {
    const id = await sharedPage();
    await edit(1, id, (page) => (page['left'] = 'something else'));
    expect(await seen(4, id)).toMatchObject({ mood: 7, length: 99, summary: 'longer than ten' });
    expect(await seen(1, id)).toMatchObject({ mood: 'loud', summary: 'longer tha' });
    const { json } = await edit(1, id, (page) => Object.assign(page, { mood: 'calm', summary: 'short' }));
    expect(await seen(4, id)).toMatchObject({ mood: 1, summary: 'short', length: 99 });
    expect(json['warnings']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'complement-overwritten', schemaVersion: 4, pointer: '/mood' }),
        expect.objectContaining({ code: 'complement-overwritten', schemaVersion: 4, pointer: '/summary' }),
      ]),
    );
    await edit(1, id, (page) => (page['title'] = 'Closing time'));
    expect(await seen(4, id)).toMatchObject({ heading: 'Closing time', length: 12, mood: 1 });
  });

  it('that were one field are edited together', async () => {
    const id = await sharedPage();
    await edit(3, id, (page) => (page['first'] = 'Ann Marie'));
    expect(await everywhere(id)).toMatchObject([
      { author: 'Ann Marie Lee' },
      { author: 'Ann Marie Lee' },
      { first: 'Ann Marie', last: 'Lee' },
      { byline: 'Ann Marie, Lee' },
    ]);
    await edit(1, id, (page) => (page['title'] = 'x'));
    expect(await seen(3, id)).toMatchObject({ first: 'Ann Marie', last: 'Lee' });
    await edit(1, id, (page) => (page['author'] = 'Bo'));
    expect(
      (await everywhere(id)).map(({ author, first, last, byline }) => author ?? byline ?? [first, last]),
    ).toEqual(['Bo', 'Bo', ['Bo', undefined], 'Bo']);
  });

  it('that are the head of a list are cleared as the author of the rung says', async () => {
    const id = await create(2, {
      title: 'x',
      blocks: [block('hero', 'h', { ctas: ['a', 'b'], notes: ['a', 'b'] })],
    });
    await edit(1, id, (page) => (page.blocks = [block('hero', 'h')]));
    expect((await seen(2, id)).blocks).toEqual([block('hero', 'h', { ctas: ['b'] })]);
    await edit(1, id, (page) => (page.blocks = [block('hero', 'h', { cta: 'new' })]));
    expect((await seen(2, id)).blocks).toEqual([block('hero', 'h', { ctas: ['new', 'b'] })]);
  });
});

describe('A placeholder', () => {
  const content = {
    title: 'x',
    blocks: [block('map', 'm', { at: 'Rome' }), block('columns', 'c', { cells: [] })],
  };

  it.each<[string, (page: Page) => unknown]>([
    ['edited', (page) => ((page.blocks[0] as Block)['label'] = 'Mine')],
    ['given more fields', (page) => ((page.blocks[0] as Block)['at'] = 'Paris')],
    ['stripped', (page) => delete page.blocks[0]?.['of']],
    ['invented', (page) => (page.aside = [block('placeholder', 'new', { of: 'new', label: 'Map' })])],
  ])('is refused when it was %s', async (_, change) => {
    const { status, json } = await attempt(1, await create(2, content), change);
    expect([status, json.code, json['schemaVersion']]).toEqual([422, 'content-invalid', 1]);
    for (const fault of json['errors'] as object[]) {
      expect(fault).toEqual({
        pointer: expect.stringMatching(/^\//) as string,
        keyword: expect.any(String) as string,
        params: expect.any(Object) as object,
        message: expect.any(String) as string,
      });
    }
  });

  it('is told of with every other that was edited', async () => {
    const maps = ['m', 'n'].map((id) => block('map', id, { at: 'Rome' }));
    const { json } = await attempt(1, await create(2, { title: 'x', blocks: maps }), (page) => {
      for (const edited of page.blocks) edited['label'] = 'Mine';
    });
    expect(json['errors']).toMatchObject([
      { pointer: '/blocks/0', keyword: 'standIn', params: { of: 'm' } },
      { pointer: '/blocks/1', keyword: 'standIn', params: { of: 'n' } },
    ]);
  });

  it('is moved, copied and deleted as what it stands for', async () => {
    const id = await create(2, content);
    await edit(1, id, ({ blocks: [map, columns] }) =>
      (columns as Block & { cells: unknown[] }).cells.push({ ...map, _id: 'm2' }),
    );
    await edit(1, id, (page) => page.blocks.shift());
    await edit(1, id, (page) => {
      const [copy] = page.blocks[0]?.['cells'] as [Block];
      page['lead'] = { ...copy, _id: 'm3' };
      page.blocks = [];
    });
    expect(await seen(2, id)).toMatchObject({ lead: block('map', 'm3', { at: 'Rome' }), blocks: [] });
    await edit(1, id, (page) => delete page['lead']);
    expect('lead' in (await seen(2, id))).toBe(false);
  });
});

describe('Requests at an older schema version', () => {
  it('patch the document as that client sees it', async () => {
    const id = await sharedPage();
    const patch = async (type: string, body: unknown): Promise<Answer> =>
      server.request('PATCH', `/pages/${id}/content`, {
        headers: {
          ...speaks(1),
          'if-match': `"v${await newest(id)}"`,
          'content-type': `application/${type}`,
        },
        body: JSON.stringify(body),
      });
    const moved = await patch('json-patch+json', [
      { op: 'test', path: '/blocks/4/_id', value: 'text' },
      { op: 'move', from: '/blocks/4', path: '/blocks/0' },
    ]);
    expect([moved.status, moved.headers.get('schema-version')]).toEqual([200, '1']);
    await patch('merge-patch+json', { layout: null, mood: 'calm' });
    const page = await seen(3, id);
    expect(ids(page.blocks)).toEqual(['text', 'box', 'hero', 'video', 'map', 'columns']);
    expect(page).toMatchObject({ layout: 'rows', mood: 'calm' });
    expect(page.blocks[0]).toMatchObject({ size: 'big' });
    const failed = await patch('json-patch+json', [{ op: 'test', path: '/title', value: 'Closing' }]);
    expect([failed.status, failed.json.code]).toEqual([409, 'patch-test-failed']);
  });

  it('that come too late are told what has changed for that client', async () => {
    const id = await create(1, { title: 'x', mood: 'loud' });
    await edit(4, id, (page) => Object.assign(page, { mood: 6, length: 5 }));
    const late = (version: number): Promise<Answer> =>
      attempt(version, id, (page) => (page['left'] = 'new'), { 'if-match': '"v1"' });
    expect((await late(1)).json).toMatchObject({ code: 'version-conflict', expected: 1, changed: [] });
    expect((await late(4)).json['changed']).toEqual(['/mood', '/length']);
  });

  it('that are tried out warn and change nothing', async () => {
    const id = await sharedPage();
    const page = await seen(1, id);
    const { status, json } = await server.request('PUT', `/pages/${id}/content?dryRun=true`, {
      headers: { ...speaks(1), 'if-match': '"v3"' },
      body: { ...page, mood: 'calm' },
    });
    expect([status, (json['warnings'] as readonly object[]).length]).toEqual([200, 1]);
    expect(await seen(4, id)).toMatchObject({ mood: 7 });
  });

  it('that are repeated are answered as before, also when another client has saved', async () => {
    const id = await sharedPage();
    const page = { ...(await seen(1, id)), mood: 'calm' };
    const send = (version: number): Promise<Answer> =>
      server.request('PUT', `/pages/${id}/content`, {
        headers: { ...speaks(version), 'if-match': '"v3"', 'idempotency-key': id },
        body: page,
      });
    const first = await send(1);
    await edit(4, id, (seenNow) => (seenNow['mood'] = 8));
    const again = await send(1);
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(await newest(id)).toBe(5);
    expect((await send(2)).json.code).toBe('idempotency-key-reused');
  });

  it('may stand in a batch beside those at a newer one', async () => {
    const id = await sharedPage();
    const old = { ...(await seen(1, id)), layout: 'batch' };
    const commands = [
      { method: 'PUT', path: `/pages/${id}/content`, headers: { 'If-Match': '"v3"' }, body: old },
      {
        method: 'POST',
        path: '/pages',
        headers: { 'Schema-Version': '4' },
        body: { type: 'page', content: { heading: 'h' } },
      },
    ];
    const { status, json } = await server.request('POST', '/batch', {
      headers: speaks(1),
      body: { commands },
    });
    expect([status, json.items.map(({ headers }) => headers['schema-version'])]).toEqual([200, ['1', '4']]);
    expect((await everywhere(id)).map(({ layout }) => layout)).toEqual(['batch', undefined, 'rows', 'rows']);
  });

  it('are refused when what others would see is invalid, with the schema version and the pointer', async () => {
    const send = async (version: number, content: object): Promise<unknown> => {
      const { json } = await server.request('POST', '/pages', {
        headers: speaks(version),
        body: { type: 'page', content },
      });
      return [json.code, json['schemaVersion'], json['errors']] as unknown[];
    };
    const fault = (pointer: string): unknown => [expect.objectContaining({ pointer })];
    expect(await send(4, { length: 3 })).toEqual(['content-invalid', 1, fault('/title')]);
    expect(await send(1, { title: 'x', mood: 'wild' })).toEqual(['content-invalid', 1, fault('/mood')]);
  });

  it.each([
    ['0', 'schema-version-too-old'],
    ['5', 'schema-version-unknown'],
    ['1.5', 'malformed-request'],
    ['new', 'malformed-request'],
  ])('are refused at schema version %s', async (version, code) => {
    const path = `/pages/${await create(1, { title: 'x' })}`;
    const { status, json } = await server.request('GET', path, { headers: { 'schema-version': version } });
    expect([status, json.code]).toEqual([400, code]);
  });
});

describe('History', () => {
  it('is what it was at each schema version: by version, by position, in diffs, in the feed and restored', async () => {
    const id = await sharedPage();
    await edit(1, id, (page) => page.blocks.splice(0, 2));
    const history: (readonly Page[])[] = [];
    const positions: number[] = [];
    for (const { position } of (await server.request('GET', `/events?page=${id}`)).json.items) {
      positions.push(position);
      history.push(await everywhere(id, `?asOf=${position}`));
    }
    expect(await Promise.all([1, 2, 3, 4].map((n) => everywhere(id, `?version=${n}`)))).toEqual(history);

    for (const [index, version] of versions.entries()) {
      const pages = history.map((views) => views[index] as Page);
      const headers = speaks(version);
      const diff = await server.request('GET', `/pages/${id}/diff?from=1&to=4`, { headers });
      const patched = structuredClone(pages[0]);
      applyPatch(patched, JSON.parse(diff.text) as Operation[]);
      expect(patched).toEqual(pages[3]);
      const feed = (await server.request('GET', `/events?page=${id}`, { headers })).json.items;
      expect(feed.map(({ data, schemaVersion }) => [data['content'], schemaVersion])).toEqual(
        pages.map((page) => [page, version]),
      );
      const stream = await openStream(server.url, adminSecret, headers, `?page=${id}`);
      const event = await stream.events.next();
      stream.close();
      expect(event.value).toMatchObject({ data: { data: { content: pages[0] } } });
    }

    for (const [index, views] of history.entries()) {
      const headers = { 'if-match': `"v${await newest(id)}"` };
      await server.request('POST', `/pages/${id}/restore`, { headers, body: { version: index + 1 } });
      expect(await everywhere(id)).toEqual(views);
    }
  });

  it('gives back the bytes that were sent, also after saves, a rebuild, a restart and a restart with more rungs', async () => {
    const own = makeServer({ PALIMPSEST_MIGRATIONS: growing.path });
    const arguments_ = ['--data', own.directory, '--migrations', growing.path];
    try {
      await own.start();
      const sent = [
        '{ "title":"1.0", "n" : 1.0, "layout":"two",\n "blocks":[{"_id":"t","_type":"text","u":"\\u00e9"}]}',
        '{"n":1e2,"title":"2", "theme":"dark" ,"blocks":[{"_type":"text","_id":"t"},{"_type":"video","_id":"v"}]}',
      ];
      const id = await create(1, { title: 'x' }, own);
      for (const [index, body] of sent.entries()) {
        const headers = { ...speaks(index + 1), 'if-match': `"v${index + 1}"` };
        expect((await own.request('PUT', `/pages/${id}/content`, { headers, body })).status).toBe(200);
      }
      await edit(1, id, (page) => (page['title'] = '3'), {}, own);
      const look = async (last: number): Promise<readonly string[]> => {
        const found: string[] = [];
        for (let version = 1; version <= 4; version++) {
          for (let schemaVersion = 1; schemaVersion <= last; schemaVersion++) {
            const path = `/pages/${id}/content?version=${version}`;
            found.push((await own.request('GET', path, { headers: speaks(schemaVersion) })).text);
          }
        }
        return found;
      };
      const before = await look(2);
      expect([before[2], before[5]]).toEqual(sent);
      await own.stop();
      for (const rung of siteRungs.slice(2)) growing.add(rung);
      await own.start();
      expect(await look(2)).toEqual(before);
      const after = await look(4);
      await edit(3, id, (page) => ((page.blocks[0] as Block)['size'] = 'big'), {}, own);
      expect(await look(4)).toEqual(after);
      await own.stop();
      await succeed('rebuild', ...arguments_);
      await own.start();
      expect(await look(4)).toEqual(after);
    } finally {
      await own.remove();
    }
  });
});

describe('The ladder', () => {
  it('is described so that clients can check their content', async () => {
    const id = await sharedPage();
    for (const version of versions) {
      const { json } = await server.request('GET', `/schema/${version}`);
      const { page } = json['types'] as { page: JsonObject };
      const validate = new Ajv({ strict: false }).compile(page);
      expect([validate(await seen(version, id)), validate.errors]).toEqual([true, null]);
      expect(validate({ title: 1, heading: 1 })).toBe(false);
      expect(validate({ title: '', heading: '', blocks: [{ _type: 'unheard-of', _id: 'x' }] })).toBe(false);
    }
    expect((await server.request('GET', '/schema/5')).status).toBe(404);
  });

  it('can be closed at its lower end: clients are told in advance, then refused, and old versions are restored', async () => {
    const own = makeServer({ PALIMPSEST_MIGRATIONS: site.path });
    const operate = (...verb: readonly string[]): Promise<string> =>
      succeed('migrations', ...verb, '--data', own.directory, '--migrations', site.path);
    try {
      await own.start();
      const id = await create(1, { title: 'first', layout: 'two', author: 'A B' }, own);
      await edit(3, id, (page) => (page['layout'] = 'rows'), {}, own);
      await edit(1, id, (page) => (page['title'] = 'second'), {}, own);
      const before = [await seen(3, id, '?version=2', own), await seen(4, id, '?version=2', own)];

      await operate('sunset', '2', '--at', '2099-03-01');
      for (const path of [`/pages/${id}`, `/pages/${id}/content`, '/pages']) {
        const { headers } = await own.request('GET', path, { headers: speaks(2) });
        expect(headers.get('deprecation')).toMatch(/^@\d+$/);
        expect(headers.get('sunset')).toBe('Sun, 01 Mar 2099 00:00:00 GMT');
        expect((await own.request('GET', path, { headers: speaks(3) })).headers.get('sunset')).toBeNull();
      }

      await operate('minimum', '3');
      const { status, json } = await own.request('GET', `/pages/${id}`, { headers: speaks(2) });
      expect([status, json]).toMatchObject([
        400,
        { code: 'schema-version-too-old', requested: 2, minimum: 3, current: 4, action: 'reload' },
      ]);
      const headers = { 'if-match': `"v${await newest(id, own)}"` };
      for (const version of [1, 2]) {
        await own.request('POST', `/pages/${id}/restore`, { headers, body: { version } });
        headers['if-match'] = `"v${await newest(id, own)}"`;
      }
      expect([await seen(3, id, '', own), await seen(4, id, '', own)]).toEqual(before);
      const usage = (await own.request('GET', '/system')).json['schema'] as { usage: { versions: object[] } };
      expect(usage.usage.versions).toContainEqual(expect.objectContaining({ schemaVersion: 2 }));
    } finally {
      await own.remove();
    }
  });

  it('shows a block that a rung fails on as broken, and the rest of the page as it is', async () => {
    const own = makeServer({ PALIMPSEST_MIGRATIONS: failing.path });
    try {
      await own.start();
      const widgets = ['throws', 'mutates', 'works'].map((how) => block('widget', how, { on: { how } }));
      const id = await create(1, { blocks: [block('text', 't'), ...widgets] }, own);
      expect((await seen(2, id, '', own)).blocks).toEqual([
        block('text', 't'),
        expect.objectContaining({ _type: 'broken', _id: 'throws', was: 'widget', message: 'kaboom' }),
        expect.objectContaining({ _type: 'broken', _id: 'mutates', was: 'widget' }),
        block('widget', 'works', { settings: { how: 'works' } }),
      ]);
      await edit(2, id, (page) => page.blocks.reverse().pop(), {}, own);
      expect((await seen(1, id, '', own)).blocks).toEqual([...widgets].reverse());
      await edit(2, id, (page) => (page.blocks = page.blocks.filter(({ _id }) => _id !== 'throws')), {}, own);
      expect(ids((await seen(1, id, '', own)).blocks)).toEqual(['works', 'mutates']);
      const headers = { 'if-match': '"v3"' };
      expect(
        (await own.request('POST', `/pages/${id}/restore`, { headers, body: { version: 1 } })).status,
      ).toBe(200);
      expect(ids((await seen(1, id, '', own)).blocks)).toEqual(['t', 'throws', 'mutates', 'works']);
      const gone = await own.request('DELETE', `/pages/${id}`, { headers: { 'if-match': '"v4"' } });
      expect(gone.status).toBe(204);
    } finally {
      await own.remove();
    }
  });

  it('has to reach as far as the log: nothing is served that is newer', async () => {
    const own = makeServer({ PALIMPSEST_MIGRATIONS: site.path });
    const older = makeLadder(siteRungs.slice(0, 3));
    try {
      await own.start();
      const id = await create(4, { heading: 'from the future' }, own);
      await own.stop();
      const serving = start(['serve', '--data', own.directory, '--port', '0', '--migrations', older.path], {
        env: { PALIMPSEST_ADMIN_TOKEN: adminSecret },
      });
      const [, url = ''] = await serving.says(/listening on (\S+)/);
      for (const path of ['/readyz', `/pages/${id}/content`, '/pages', '/events']) {
        const headers = { authorization: `Bearer ${adminSecret}`, ...speaks(3) };
        expect((await fetch(`${url}${path}`, { headers })).status).toBe(503);
      }
      await serving.end('SIGTERM');
    } finally {
      older.remove();
      await own.remove();
    }
  });
});
