import { forCaches } from '../../src/http/edge/cache-headers.js';
import { keyHeaderOf } from '../../src/installation/edge-settings.js';
import { createPage, tokenFor, write } from '../support/pages.js';
import { adminSecret, makeServer } from '../support/server.js';

const server = makeServer({ PALIMPSEST_CACHE_KEY_HEADER: 'Cache-Tag', PALIMPSEST_CDN_SECONDS: '60' });

beforeAll(() => server.start());
afterAll(() => server.remove());

test('caches are told in their own header what answers to readers are about, and how long they may keep them', async () => {
  const top = await createPage(server, { slug: 'top' });
  const leaf = await createPage(server, { slug: 'leaf', parent: top.id });
  for (const { id } of [top, leaf]) await write(server, 'POST', `/pages/${id}/publish`);
  const token = await tokenFor(server, 'render');
  const toldOf = async (path: string, who: string) => {
    // Not held against the API document, which names the header that is told by default.
    const { headers } = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${who}` } });
    return ['cache-tag', 'surrogate-key', 'cdn-cache-control'].map((name) => headers.get(name));
  };
  const ofLeaf = `${leaf.id},${top.id},type:document`;
  expect(await toldOf(`/pages/${leaf.id}`, token)).toEqual([ofLeaf, null, 'max-age=60']);
  expect(await toldOf('/tree', token)).toEqual(['tree', null, 'max-age=60']);
  expect(await toldOf(`/pages/${leaf.id}`, adminSecret)).toEqual([null, null, null]);
  expect(await toldOf('/pages/nothing', token)).toEqual([null, null, null]);

  await write(server, 'PUT', `/pages/${top.id}/protection`);
  const viewer = await tokenFor(server, 'viewer');
  expect(await toldOf(`/pages/${leaf.id}`, viewer)).toEqual([ofLeaf, null, null]);
});

test.each([
  ['surrogate-key', 'a b'],
  ['xkey', 'a b'],
  ['cache-tag', 'a,b'],
  ['cache-groups', '"a", "b"'],
] as const)('%s has the keys as %s', (keyHeader, value) => {
  const head = ['etag', '"1"', 'surrogate-key', 'a b', 'cache-control', 'public, max-age=0'];
  expect(forCaches(head, { keyHeader, cdnSeconds: 0 })).toEqual([
    'etag',
    '"1"',
    keyHeader,
    value,
    'cache-control',
    'public, max-age=0',
  ]);
});

test('a header that no cache reads is refused', () => {
  expect([undefined, '', 'XKEY'].map(keyHeaderOf)).toEqual(['surrogate-key', 'surrogate-key', 'xkey']);
  expect(() => keyHeaderOf('Cookie')).toThrow('not "cookie"');
});
