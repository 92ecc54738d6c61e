import { applyPatch, type Operation } from 'rfc6902';
import { createPage, onTop, save, tokenFor } from '../support/pages.js';
import { useServer } from '../support/server.js';

const server = useServer();

const block = (id: string, markdown: string): unknown => ({ _id: id, _type: 'text', markdown });
const documents = [
  { title: 'One', blocks: [block('a', '1'), block('b', '2')] },
  { title: 'One', blocks: [block('b', '2'), block('c', '3'), block('a', '1!')], seo: { title: 'x' } },
  { title: 'Two', list: [1, [2, null]], 'a/b~c': 0, blocks: [] },
  { title: 'Two', list: [[2, null], 1, 1], seo: null, blocks: [block('z', '')] },
];
let id = '';

beforeAll(async () => {
  const [first, ...others] = documents;
  id = (await createPage(server, { type: 'page', content: { ...first, seo: {} } })).id;
  await save(server, id, 1, first);
  for (const [index, document] of others.entries()) {
    await save(server, id, index + 2, { ...document, seo: (document as { seo?: unknown }).seo ?? {} });
  }
});

describe('A diff', () => {
  it.each(['', '?to=2', '?from=0', '?from=x', '?from=1&to=0', '?from=1&to=x', '?from='])(
    'refuses %s',
    async (query) => {
      const { status, json } = await server.request('GET', `/pages/${id}/diff${query}`);
      expect([status, json.code]).toEqual([400, 'malformed-request']);
    },
  );

  it('needs both versions to exist', async () => {
    for (const query of ['from=1&to=99', 'from=99', 'from=99&to=1']) {
      const { status, json } = await server.request('GET', `/pages/${id}/diff?${query}`);
      expect([status, json.code]).toEqual([404, 'version-not-found']);
    }
  });

  it('is not for readers', async () => {
    const token = await tokenFor(server, 'render');
    await server.request('POST', `/pages/${id}/publish`);
    expect((await server.request('GET', `/pages/${id}/diff?from=1`, { token })).status).toBe(404);
  });

  it('makes any version of any other, by an RFC 6902 patch', async () => {
    const versions = (await server.request('GET', `/pages/${id}/versions`)).json.items.map(
      ({ version }) => version as number,
    );
    const content = async (version: number): Promise<object> =>
      JSON.parse((await server.request('GET', `/pages/${id}/content?version=${version}`)).text) as object;
    for (const from of versions) {
      for (const to of versions) {
        const { headers, text } = await server.request('GET', `/pages/${id}/diff?from=${from}&to=${to}`);
        expect(headers.get('content-type')).toMatch(/^application\/json-patch\+json/);
        const document = await content(from);
        expect(applyPatch(document, JSON.parse(text) as Operation[]).filter(Boolean)).toEqual([]);
        expect(document).toEqual(await content(to));
      }
    }
  });

  it('without "to" leads to the latest, and is empty between a version and itself', async () => {
    const { text } = await server.request('GET', `/pages/${id}/diff?from=1`);
    const { json } = await server.request('GET', `/pages/${id}`);
    const explicit = await server.request('GET', `/pages/${id}/diff?from=1&to=${json.contentVersion}`);
    expect(text).toBe(explicit.text);
    expect((await server.request('GET', `/pages/${id}/diff?from=2&to=2`)).text).toBe('[]');
  });

  it('can be sent as a patch', async () => {
    const { text } = await server.request('GET', `/pages/${id}/diff?from=5&to=1`);
    const headers = { ...onTop(5), 'content-type': 'application/json-patch+json' };
    const { status } = await server.request('PATCH', `/pages/${id}/content`, { headers, body: text });
    expect(status).toBe(200);
    expect((await server.request('GET', `/pages/${id}/diff?from=1&to=6`)).text).toBe('[]');
  });

  it('of more work than one may cause is refused, and equal versions are none', async () => {
    const numbers = (first: number): object => ({
      title: 'Long',
      list: Array.from({ length: 400_000 }, (_, i) => (i + first) % 10),
    });
    const { id } = await createPage(server, { type: 'page', content: numbers(0) });
    await save(server, id, 1, numbers(1));
    await save(server, id, 2, numbers(0));
    const { status, json } = await server.request('GET', `/pages/${id}/diff?from=1&to=2`);
    expect([status, json.code, json.limit]).toEqual([422, 'too-much-work', 5_000_000]);
    expect((await server.request('GET', `/pages/${id}/diff?from=1&to=3`)).text).toBe('[]');
  });
});
