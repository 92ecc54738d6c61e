import { succeed } from '../cli/run.js';
import { Repository } from '../exchange/git/repository.js';
import { startRendering, type Rendering } from '../examples/rendering.js';
import { createPage, onTop, save, tokenFor, write } from '../support/pages.js';
import { useServer } from '../support/server.js';
import { until } from '../upgrade/releases.js';
import { deployedConfiguration, startNginx } from './nginx.js';
import type { Proxy } from './proxy.js';

const server = useServer();
let repository: Repository;
/** In front of the API, as `deploy/nginx.conf` says. */
let inner: Proxy;
let site: Rendering;
/** In front of the site. */
let outer: Proxy;
let base = '';

/** The site under `/site/`, each page kept for a second and asked for again by its ETag. */
function siteConfiguration(port: number, behind: number): string {
  return `
      proxy_cache_path kept keys_zone=site:1m;
      server {
        listen 127.0.0.1:${port};
        location /site/ {
          proxy_pass http://127.0.0.1:${behind}/;
          proxy_cache site;
          proxy_cache_valid 200 1s;
          proxy_cache_revalidate on;
          add_header X-Cache $upstream_cache_status;
        }
      }`;
}

beforeAll(async () => {
  repository = new Repository();
  repository.commit({
    'guides/start.md': '# Start\n\nInstall <it>.\n',
    'guides/pipes.md': '# Pipes\n\nThe text of pipes.\n',
    'about.md': '# About\n\nWho we are.\n',
  });
  repository.git('mv', 'guides/start.md', 'guides/first-steps.md');
  repository.commit({});
  await succeed('import', 'git', repository.directory, '--publish', '--data', server.directory);
  inner = await startNginx(server.port, deployedConfiguration);
  site = await startRendering(
    `http://127.0.0.1:${inner.port}/cms`,
    await tokenFor(server, 'render'),
    '/site',
  );
  outer = await startNginx(site.port, siteConfiguration);
  base = `http://127.0.0.1:${outer.port}`;
});

afterAll(async () => {
  await outer.stop();
  await site.stop();
  await inner.stop();
  repository.remove();
});

async function visit(url: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(url, { redirect: 'manual', headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const nothing = (): Promise<void> => Promise.resolve();

type Visited = Awaited<ReturnType<typeof visit>>;

/** Waits until whoever visits the page finds it so, and says how long that took after `work` was done. */
async function seen(
  what: string,
  url: string,
  isSo: (page: Visited) => boolean,
  work: () => Promise<unknown>,
): Promise<void> {
  // Visitors come all the time: both caches, and the site, have what was there before.
  await visit(url);
  await visit(url);
  await work();
  const doneMs = performance.now();
  await until(async () => isSo(await visit(url)), what, 60_000);
  process.stdout.write(`${what}: after ${Math.round(performance.now() - doneMs)} ms\n`);
}

const follows = (): Promise<void> =>
  until(async () => {
    const { streams } = (await server.request('GET', '/system')).json.memory as {
      streams: { inUse: number };
    };
    return streams.inUse > 0;
  }, 'the site follows the feed');

test('pages of the imported site, with links that stay below the prefix', async () => {
  const { status, text } = await visit(`${base}/site/guides/first-steps.md`);
  expect(status).toBe(200);
  expect(text).toContain('Install &#60;it&#62;.');
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link);
  expect(links).toEqual(expect.arrayContaining(['/site/about.md', '/site/guides/pipes.md']));
  const pages = await Promise.all(
    links.filter((link) => link.endsWith('.md')).map((link) => visit(base + link)),
  );
  expect(pages.map((page) => page.status)).toEqual(pages.map(() => 200));
  expect((await visit(`${base}/site/nowhere`)).status).toBe(404);
});

test('a page that was moved in the history that was imported is found where it was', async () => {
  const { status, headers } = await visit(`${base}/site/guides/start.md`);
  expect([status, headers.get('location')]).toEqual([308, '/site/guides/first-steps.md']);
});

// Who asks the site itself asks it at once, while the cache in front of the API has what was there before.
test.each([
  ['through both caches', () => `${base}/site`, 'fresh'],
  ['at the site, behind one', () => site.url, 'fresher'],
])('what was published is visible, what moved is found, what was unpublished is gone: %s', async (...row) => {
  const [, at, slug] = row;
  await follows();
  const { id } = await createPage(server, { slug, content: { title: slug, body: 'One.' } });
  const publish = () => write(server, 'POST', `/pages/${id}/publish`);
  const page = `${at()}/${slug}`;
  const beside = `${at()}/about.md`;
  await seen('published', page, ({ text }) => text.includes('One.'), publish);
  await save(server, id, 1, { title: slug, body: 'Two.' });
  await seen('published again', page, ({ text }) => text.includes('Two.'), publish);
  await seen(
    'moved in the navigation',
    beside,
    ({ text }) => text.includes(`href="/site/moved-${slug}"`),
    () => write(server, 'POST', `/pages/${id}/move`, { headers: onTop(2), body: { slug: `moved-${slug}` } }),
  );
  await seen('found where it was', page, ({ status }) => status === 308, nothing);
  await seen(
    'unpublished',
    `${at()}/moved-${slug}`,
    ({ status }) => status === 404,
    () => write(server, 'POST', `/pages/${id}/unpublish`),
  );
  await seen('gone from the navigation', beside, ({ text }) => !text.includes(slug), nothing);
});

test('what has not changed is answered 304, and does not come from the site again', async () => {
  const { headers } = await visit(`${base}/site/guides/pipes.md`);
  const again = await visit(`${base}/site/guides/pipes.md`, { 'if-none-match': headers.get('etag') ?? '' });
  expect([again.status, again.text]).toEqual([304, '']);
  await until(
    async () => (await visit(`${base}/site/guides/pipes.md`)).headers.get('x-cache') === 'REVALIDATED',
    'nginx has asked the site by its tag',
  );
});
