import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issue, makeShown, protect, remove } from '../support/access.js';
import { save, write } from '../support/pages.js';
import { useServer } from '../support/server.js';
import { until } from '../upgrade/releases.js';
import { freePort } from './nginx.js';
import { startProxy, type Proxy } from './proxy.js';

/** What is public may be kept for longer than the tests take. */
const server = useServer({ PALIMPSEST_CDN_SECONDS: '3600' });

let varnish: Proxy;
let open = '';
let hidden = '';
let viewers: readonly string[] = [];

/** `deploy/varnish.vcl` as it is, but for its backend and its token; it also says what became of each request. */
function configuration(token: string): string {
  const watched = `
    sub vcl_backend_response {
      set beresp.http.X-Cache = "fetched";
      if (beresp.was_304) { set beresp.http.X-Cache = "revalidated"; }
    }
    sub vcl_deliver { if (obj.hits > 0) { set resp.http.X-Cache = "kept"; } }
    sub vcl_recv {`;
  return readFileSync('deploy/varnish.vcl', 'utf8')
    .replace('"3000"', `"${server.port}"`)
    .replace('TOKEN";', `${token}";`)
    .replace('sub vcl_recv {', watched);
}

async function startVarnish(token: string): Promise<Proxy> {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-varnish-'));
  const file = join(directory, 'site.vcl');
  writeFileSync(file, configuration(token));
  const port = await freePort();
  const jail = process.getuid?.() === 0 ? ['-j', 'none'] : [];
  const options = [
    '-F',
    '-a',
    `127.0.0.1:${port}`,
    '-f',
    file,
    '-n',
    join(directory, 'work'),
    '-s',
    'malloc,16m',
  ];
  return startProxy('varnishd', [...jail, ...options], { directory, port });
}

beforeAll(async () => {
  open = await makeShown(server, 'open');
  hidden = await makeShown(server, 'hidden');
  await protect(server, hidden);
  viewers = [await issue(server, { role: 'viewer' }), await issue(server, { role: 'viewer' })].map(
    ({ secret }) => secret,
  );
  const box = await issue(server, { role: 'render', delegates: true, cache: true });
  varnish = await startVarnish(box.secret);
});

afterAll(async () => {
  await varnish.stop();
});

interface Shown {
  readonly status: number;
  readonly title: unknown;
  /** `fetched`, `revalidated` or `kept`. */
  readonly cache: string | null;
}

/** What a visitor is shown of the page at a path. */
async function visit(path: string, visitor?: string): Promise<Shown> {
  const headers = { ...(visitor !== undefined && { 'user-token': visitor }) };
  const answer = await fetch(`http://127.0.0.1:${varnish.port}/paths/${path}`, { headers });
  const { content } = (await answer.json()) as { content?: { title?: unknown } };
  return { status: answer.status, title: content?.title, cache: answer.headers.get('x-cache') };
}

test('a public page is served from the cache, whoever asks', async () => {
  expect(await visit('open')).toEqual({ status: 200, title: 'The page open', cache: 'fetched' });
  for (const visitor of [undefined, ...viewers])
    expect(await visit('open', visitor)).toEqual({ status: 200, title: 'The page open', cache: 'kept' });
  await save(server, open, 1, { title: 'Newer' });
  await write(server, 'POST', `/pages/${open}/publish`);
  expect(await visit('open')).toEqual({ status: 200, title: 'The page open', cache: 'kept' });
});

test('a protected page is kept and asked about for each visitor; a refusal is not kept', async () => {
  const stranger = (await issue(server, { role: 'render' })).secret;
  expect(await visit('hidden')).toMatchObject({ status: 404, cache: 'fetched' });
  for (const viewer of [...viewers, ...viewers]) {
    for (const _time of [1, 2])
      expect(await visit('hidden', viewer)).toMatchObject({ status: 200, title: 'The page hidden' });
    // Where a refusal came last, the whole is asked for once more.
    await until(async () => {
      const { cache } = await visit('hidden', viewer);
      expect(['fetched', 'revalidated']).toContain(cache);
      return cache === 'revalidated';
    }, 'what is kept is asked about');
    for (const visitor of [undefined, stranger])
      expect(await visit('hidden', visitor)).toMatchObject({ status: 404, cache: 'fetched' });
    expect(await visit('hidden', 'wrong')).toMatchObject({ status: 401, cache: 'fetched' });
  }
});

test('nothing has to be purged where a protected page is changed, or a visitor may view it no longer', async () => {
  const [viewer = ''] = viewers;
  const leaving = await issue(server, { role: 'viewer' });
  expect(await visit('hidden', leaving.secret)).toMatchObject({ status: 200, title: 'The page hidden' });
  await save(server, hidden, 1, { title: 'Newer' });
  await write(server, 'POST', `/pages/${hidden}/publish`);
  for (const secret of [viewer, leaving.secret])
    expect(await visit('hidden', secret)).toMatchObject({ status: 200, title: 'Newer' });
  await write(server, 'DELETE', `/grants/${leaving.id}`);
  expect(await visit('hidden', leaving.secret)).toMatchObject({ status: 404 });
  await remove(server, hidden);
  expect(await visit('hidden', viewer)).toMatchObject({ status: 404 });
});
