import { createPage, onTop, speaks, tokenFor, write } from '../support/pages.js';
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
    const { status, headers } = await read('/paths/');
    expect([status, headers.get('location')]).toEqual([308, '/paths/home']);
  });
});

describe('A path with a slash at its end', () => {
  it('leads to the path without it, where a page is or was', async () => {
    const about = await createPage(server, { slug: 'about-us' });
    expect((await read('/paths/about-us/')).status).toBe(404);
    await publish(about.id);
    const { status, headers } = await read('/paths/about-us/');
    expect([status, headers.get('location'), headers.get('cache-control')]).toEqual([
      308,
      '/paths/about-us',
      'private, no-cache',
    ]);
    await write(server, 'POST', `/pages/${about.id}/move`, { headers: onTop(1), body: { slug: 'us' } });
    expect((await read('/paths/about-us/')).headers.get('location')).toBe('/paths/us');
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
