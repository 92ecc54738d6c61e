import { upload } from '../support/assets.js';
import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import type { Body } from '../support/body.js';
import { readRoutes } from '../../src/http/routes.js';
import { openStream } from '../support/event-stream.js';
import { useServer, type Answer } from '../support/server.js';

const server = useServer();
let token = '';

/** What a rendering server is answered. */
const read = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  server.request('GET', path, { token, headers });

async function publish(id: string): Promise<void> {
  expect((await write(server, 'POST', `/pages/${id}/publish`)).status).toBe(200);
}

beforeAll(async () => {
  token = await tokenFor(server, 'render');
});

describe('The page at /', () => {
  it('is found at /paths/, and is there once', async () => {
    const home = await createPage(server, { slug: '' });
    await publish(home.id);
    expect(home.path).toBe('/');
    expect((await read('/paths/')).json).toMatchObject({ id: home.id, path: '/', slug: '' });
    const body = { type: 'document', slug: '', content: {} };
    const second = await server.request('POST', '/pages', { headers: speaks, body });
    expect([second.status, second.json.code]).toEqual([409, 'path-taken']);
    const beneath = await server.request('POST', '/pages', {
      headers: speaks,
      body: { ...body, slug: 'a', parent: home.id },
    });
    expect([beneath.status, beneath.json.code]).toEqual([409, 'nothing-beneath-home']);
    const moved = { headers: onTop(1), body: { slug: 'home' } };
    expect((await write(server, 'POST', `/pages/${home.id}/move`, moved)).json.path).toBe('/home');
    const { status, location } = await read('/paths/');
    expect([status, location]).toEqual([308, '/paths/home']);
  });
});

describe('A path with a slash at its end', () => {
  it('leads to the path without it, where a page is or was', async () => {
    const about = await createPage(server, { slug: 'about-us' });
    expect((await read('/paths/about-us/')).status).toBe(404);
    await publish(about.id);
    const { status, headers, location } = await read('/paths/about-us/');
    expect([status, location, headers.get('cache-control')]).toEqual([
      308,
      '/paths/about-us',
      'private, no-cache',
    ]);
    await write(server, 'POST', `/pages/${about.id}/move`, { headers: onTop(1), body: { slug: 'us' } });
    expect((await read('/paths/about-us/')).location).toBe('/paths/us');
    expect((await read('/paths/about-us//')).status).toBe(404);
  });
});

describe('When a page was published', () => {
  it('stands in envelopes and lists, now and then, and by whom for the staff alone', async () => {
    const { id } = await createPage(server, { slug: 'dated' });
    const { position: before } = await server.request('GET', `/pages/${id}`);
    await publish(id);
    const { json: staff } = await server.request('GET', `/pages/${id}`);
    const { publishedAt, firstPublishedAt } = staff;
    expect(publishedAt).toEqual(expect.stringMatching(/^20\d\d-.*Z$/));
    expect([firstPublishedAt, staff.publishedBy]).toEqual([publishedAt, staff.createdBy]);
    const { json: seen } = await read(`/pages/${id}`);
    expect(seen).toMatchObject({ publishedAt, firstPublishedAt });
    for (const name of ['publishedBy', 'createdBy', 'updatedBy', 'comment', 'permissions'])
      expect(seen).not.toHaveProperty(name);
    const { json: list } = await read('/pages');
    expect(list.items.find((item) => item.id === id)).toMatchObject({ publishedAt, firstPublishedAt });
    const then = await server.request('GET', `/pages/${id}?asOf=${before}`);
    expect(then.json).toMatchObject({ publishedAt: null, firstPublishedAt: null });
    const now = await server.request('GET', `/pages/${id}?version=1&asOf=${await server.position()}`);
    expect(now.json).toMatchObject({ publishedAt, publishedBy: staff.publishedBy });
  });
});

describe('A list of pages', () => {
  it('is sorted, has the fields that are wanted, and says how many there are', async () => {
    const { id: parent } = await createPage(server, { slug: 'news' });
    await publish(parent);
    const made: string[] = [];
    for (const title of ['beta', 'Alpha', 'gamma']) {
      const content = { title, teaser: { text: `about ${title}` }, body: 'long' };
      const { id } = await createPage(server, { parent, slug: title, content });
      await publish(id);
      made.push(id);
    }
    await save(server, made[0] ?? '', 1, { title: 'a draft', teaser: { text: 'secret' } });
    const path = `/pages?parent=${parent}&sort=title&fields=/title,/teaser/text&count=true&limit=2`;
    const { json, headers } = await read(path, speaks);
    expect(headers.get('schema-version')).toBe(speaks['schema-version']);
    expect(json.items.map(({ content }) => content)).toEqual([
      { title: 'Alpha', teaser: { text: 'about Alpha' } },
      { title: 'beta', teaser: { text: 'about beta' } },
    ]);
    expect(json['count']).toBe(3);
    const rest = await read(`${path}&cursor=${json.next ?? ''}`, speaks);
    expect([rest.json.items.map(({ id }) => id), rest.json.next]).toEqual([[made[2]], null]);
    const newest = await read(`/pages?sort=-published&limit=1`);
    expect(newest.json.items.map(({ id }) => id)).toEqual([made[2]]);
    const some = await read(`/pages?ids=${made[2] ?? ''},${made[0]?.toUpperCase() ?? ''}`);
    expect(some.json.items.map(({ id }) => id)).toEqual([made[0], made[2]]);
    const { json: me } = await server.request('GET', `/pages/${made[0] ?? ''}`);
    const { id: author } = me['updatedBy'] as { readonly id: string };
    const mine = await server.request('GET', `/pages?by=${author}&parent=${parent}&updatedAfter=2020-01-01`);
    expect(mine.json.items).toHaveLength(3);
    expect((await read(`/pages?by=${author}`)).json.items).toEqual([]);
  });

  it.each([
    'sort=name',
    'sort=--title',
    'fields=title',
    'fields=',
    'count=1',
    'updatedAfter=soon',
    'ids=x',
    'by=',
  ])('is not asked for with %s', async (query) => {
    const { status, json } = await read(`/pages?${query}`);
    expect([status, json.code]).toEqual([400, 'malformed-request']);
  });
});

describe('Where a page stands', () => {
  it('is told with it where that is asked for, and by the tree', async () => {
    const top = await createPage(server, { slug: 'top', content: { title: 'Top' } });
    const middle = await createPage(server, { slug: 'middle', parent: top.id, content: { title: 'Middle' } });
    const leaf = await createPage(server, { slug: 'leaf', parent: middle.id });
    for (const { id } of [top, middle, leaf]) await publish(id);
    await createPage(server, { slug: 'draft', parent: middle.id });
    const ancestors = [
      { id: top.id, path: '/top', title: 'Top' },
      { id: middle.id, path: '/top/middle', title: 'Middle' },
    ];
    for (const path of [`/pages/${leaf.id}?`, `/pages/${leaf.id}?version=1&`, '/paths/top/middle/leaf?'])
      expect((await read(`${path}with=ancestors`)).json['ancestors']).toEqual(ancestors);
    const { headers } = await read(`/pages/${leaf.id}?with=ancestors`);
    const etag = headers.get('etag') ?? '';
    expect(headers.get('surrogate-key')).toBe(`${leaf.id} ${middle.id} ${top.id} type:document`);
    await save(server, top.id, 1, { title: 'New' });
    const same = await read(`/pages/${leaf.id}?with=ancestors`, { 'if-none-match': etag });
    expect(same.status).toBe(304);
    await publish(top.id);
    const changed = await read(`/pages/${leaf.id}?with=ancestors`, { 'if-none-match': etag });
    expect(changed.json['ancestors']).toMatchObject([{ title: 'New' }, { title: 'Middle' }]);
    expect((await read(`/pages/${leaf.id}/content?with=ancestors`)).status).toBe(400);
    const { json: tree } = await read(`/tree?root=${top.id}&depth=2`);
    const [node] = tree.items;
    const { createdAt, updatedAt, publishedAt } = (await read(`/pages/${top.id}`)).json;
    expect(node).toMatchObject({ path: '/top', childCount: 1, createdAt, updatedAt, publishedAt });
    expect(node?.children).toMatchObject([{ path: '/top/middle', childCount: 1, children: [] }]);
    const { json: staff } = await server.request('GET', `/tree?root=${middle.id}`);
    expect(staff.items).toMatchObject([
      { path: '/top/middle', childCount: 2, children: [{ path: '/top/middle/leaf' }, {}] },
    ]);
  });
});

describe('The tag of lists and the tree', () => {
  it('stays while nothing that is seen there changes', async () => {
    const { id } = await createPage(server, { slug: 'tagged' });
    await publish(id);
    const paths = ['/pages', '/pages?fields=/title&sort=-updated', '/tree', `/tree?root=${id}`];
    const tagsOf = async (as: string | undefined): Promise<readonly string[]> =>
      Promise.all(
        paths.map(async (path) => {
          const { headers } = await server.request('GET', path, as === undefined ? {} : { token: as });
          return headers.get('etag') ?? '';
        }),
      );
    const isSame = async (tags: readonly string[], as: string): Promise<readonly number[]> =>
      Promise.all(
        paths.map(async (path, index) => {
          const headers = { 'if-none-match': tags[index] ?? '' };
          const { status, text } = await server.request('GET', path, { token: as, headers });
          if (status === 304) expect(text).toBe('');
          return status;
        }),
      );
    const [seen, staff] = [await tagsOf(token), await tagsOf(undefined)];
    const draft = await createPage(server, { slug: 'unseen' });
    await save(server, id, 1, { title: 'a draft' });
    await write(server, 'POST', `/pages/${draft.id}/move`, { headers: onTop(1), body: { slug: 'moved' } });
    await write(server, 'DELETE', `/pages/${draft.id}`, { headers: onTop(1) });
    expect(await isSame(seen, token)).toEqual([304, 304, 304, 304]);
    expect((await tagsOf(undefined)).map((tag, index) => tag === staff[index])).toEqual(
      paths.map(() => false),
    );
    const later = await tagsOf(undefined);
    await tokenFor(server, 'editor');
    await write(server, 'PUT', `/pages/${id}/labels/nothing-seen`, { body: { version: 1 } });
    expect(await tagsOf(undefined)).toEqual(later);
    await publish(id);
    expect(await isSame(seen, token)).toEqual([200, 200, 200, 200]);
    const then = `/pages?asOf=${await server.position()}`;
    const { headers } = await server.request('GET', then);
    await publish(id);
    const past = await server.request('GET', then, {
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    });
    expect(past.status).toBe(304);
  });

  it('comes to readers with what a shared cache needs', async () => {
    for (const [path, key] of [
      ['/pages', 'list'],
      ['/tree', 'tree'],
    ] as const) {
      const { headers } = await read(path);
      expect([headers.get('surrogate-key'), headers.get('cache-control')]).toEqual([
        key,
        'public, max-age=0, must-revalidate',
      ]);
      const staff = await server.request('GET', path);
      expect([staff.headers.get('surrogate-key'), staff.headers.get('cache-control')]).toEqual([
        null,
        'private, no-cache',
      ]);
    }
  });
});

describe('The feed of a rendering server', () => {
  it('tells what became visible, changed or vanished, in pieces and as a stream', async () => {
    const after = await server.position();
    const top = await createPage(server, { slug: 'followed' });
    const leaf = await createPage(server, { slug: 'leaf', parent: top.id });
    for (const { id } of [leaf, top]) await publish(id);
    await save(server, top.id, 1, { title: 'a draft' });
    await write(server, 'POST', `/pages/${top.id}/move`, { headers: onTop(2), body: { slug: 'on' } });
    await write(server, 'POST', `/pages/${leaf.id}/unpublish`);
    const expected = [
      { kind: 'visible', page: leaf.id, path: null },
      { kind: 'visible', page: top.id, path: '/followed' },
      { kind: 'changed', page: leaf.id, path: '/followed/leaf' },
      { kind: 'changed', page: top.id, path: '/on', formerPath: '/followed' },
      { kind: 'changed', page: leaf.id, path: '/on/leaf', formerPath: '/followed/leaf' },
      { kind: 'vanished', page: leaf.id, path: '/on/leaf' },
    ].map((item) => ({ ...item, position: expect.any(Number) as number }));
    const { json } = await read(`/events?after=${after}`);
    expect([json.items, json.next]).toEqual([expected, null]);
    const pieces: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const piece: Answer = await read(`/events?after=${after}&limit=1${cursor && `&cursor=${cursor}`}`);
      expect(piece.json.items.length).toBeLessThanOrEqual(1);
      pieces.push(...piece.json.items);
      cursor = piece.json.next;
    }
    expect(pieces).toEqual(expected);
    const stream = await openStream(server.url, token, {}, `?after=${after}`);
    const streamed: { readonly id: number; readonly type: string; readonly data: unknown }[] = [];
    void publish(leaf.id);
    for await (const event of stream.events) {
      streamed.push(event);
      if (streamed.length > expected.length) break;
    }
    stream.close();
    expect(streamed.slice(0, -1).map(({ data }) => data)).toEqual(json.items);
    expect(streamed.at(-1)).toMatchObject({ type: 'visible', data: { page: leaf.id, path: '/on/leaf' } });
    // Who comes back begins the event again of which they have not had all.
    const positions = json.items.map(({ position }) => position);
    const ids = positions.map((at, index) => (positions[index + 1] === at ? at - 1 : at));
    expect(streamed.slice(0, -1).map(({ id }) => id)).toEqual(ids);
    const vanished = await read(`/events?after=${after}&type=vanished`);
    expect(vanished.json.items).toEqual(expected.slice(-1));
  });
});

describe('What readers get', () => {
  it('holds no names of the staff, comments, or addresses of drafts, whatever they read', async () => {
    const { secret } = (
      await server.request('POST', '/tokens', { body: { role: 'admin', name: 'MARKER-name' } })
    ).json;
    const as = async (method: string, path: string, body: unknown, headers = {}) =>
      (await server.request(method, path, { token: secret, headers: { ...speaks, ...headers }, body })).json;
    const page = { type: 'document', content: { title: 'T' }, comment: 'MARKER-comment' };
    const hidden = await as('POST', '/pages', {
      ...page,
      slug: 'MARKER-slug',
      content: { title: 'MARKER-title' },
    });
    const shown = await as('POST', '/pages', { ...page, slug: 'shown-beneath', parent: hidden.id });
    const open = await as('POST', '/pages', { ...page, slug: 'shown-open' });
    for (const { id } of [shown, open])
      await as('POST', `/pages/${id}/publish`, { comment: 'MARKER-comment' });
    await as('PUT', `/pages/${open.id}/content`, { title: 'MARKER-draft' }, { 'if-match': '"v1"' });
    const file = await upload(server, Buffer.from('MARKER-bytes'), '?name=MARKER-name.txt');
    const asked = [
      ...[
        '',
        '?with=ancestors',
        '?version=1',
        '/content',
        '/versions/1',
        '/versions',
        '/diff?from=1',
        '?asOf=1',
        '/references',
        '/referrers',
      ].flatMap((rest) => [shown.id, open.id, hidden.id].map((id) => `/pages/${id}${rest}`)),
      '/assets',
      ...['', '/file', '/link', '/referrers', '/versions', '/versions/1', '/versions/1/file'].map(
        (rest) => `/assets/${file.id}${rest}`,
      ),
      '/pages?fields=/title&count=true&limit=500',
      '/pages?sort=-title&limit=500',
      '/pages?sort=order&limit=1',
      '/pages?sort=published&limit=500',
      `/pages?parent=${hidden.id}&count=true`,
      `/pages?ids=${shown.id},${hidden.id}`,
      '/tree',
      `/tree?root=${shown.id}`,
      '/paths/shown-open?with=ancestors',
      '/events?limit=500',
      '/changesets',
      '/changesets/00000000-0000-4000-8000-000000000000',
      '/schema',
      '/schema/1',
      '/system',
      '/tokens',
      '/me',
      '/session',
      '/grants',
      '/people',
      `/pages/${open.id}/access`,
      '/healthz',
      '/readyz',
      '/openapi.json',
      '/metrics',
      '/docs',
      '/docs/swagger-ui.css',
    ];
    for (const path of asked) {
      const { text, headers, status } = await read(path);
      expect([path, status, `${text} ${JSON.stringify([...headers])}`]).toEqual([
        path,
        status,
        expect.not.stringContaining('MARKER'),
      ]);
    }
    const matches = (path: string): boolean =>
      asked.some((one) =>
        new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+').replace('*', '.+')}(\\?|$)`).test(one),
      );
    expect(readRoutes.map(({ path }) => path).filter((path) => !matches(path))).toEqual([]);
  });

  it('is the same place of a page by its id, in lists, by fields, sorted and counted', async () => {
    const { json: tree } = await read('/tree');
    for (const query of [
      '',
      '&fields=/title',
      '&sort=title',
      '&sort=-order',
      '&sort=updated',
      '&sort=published',
    ]) {
      const { json } = await read(`/pages?limit=500&count=true${query}`);
      expect(json['count']).toBe(json.items.length);
      const placed = json.items.filter(({ path }) => path !== null);
      expect(placed.map(({ path }) => path).toSorted()).toEqual(pathsIn(tree.items).toSorted());
    }
  });
});

function pathsIn(nodes: readonly Body[]): readonly (string | null)[] {
  return nodes.flatMap(({ path, children }) => [path, ...pathsIn(children)]);
}
