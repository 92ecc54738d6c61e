import { startCuttingProxy, type CuttingProxy } from '../client/cutting-proxy.js';
import { succeed } from '../cli/run.js';
import { Repository } from '../exchange/git/repository.js';
import { createPage, onTop, save, tokenFor, write } from '../support/pages.js';
import { useServer } from '../support/server.js';
import { until } from '../upgrade/releases.js';
import { startRendering, type Rendering } from './rendering.js';

const server = useServer();
let repository: Repository;
/** Between the site and the API: it keeps what they say. */
let between: CuttingProxy;
let site: Rendering;

beforeAll(async () => {
  repository = new Repository();
  repository.commit({
    'guides/a.md': '# Guide A\n\nHow <to>.\n',
    'guides/b.md': '# Guide B\n\nThe text of B.\n',
  });
  await succeed('import', 'git', repository.directory, '--publish', '--data', server.directory);
  between = await startCuttingProxy(() => server.port);
  site = await startRendering(between.url, await tokenFor(server, 'render'));
});

afterAll(async () => {
  await site.stop();
  await between.close();
  repository.remove();
});

async function visit(path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(`${site.url}${path}`, { redirect: 'manual', headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const answers = (path: string, status: number): Promise<void> =>
  until(async () => (await visit(path)).status === status, `${path} is answered ${status}`);

test('an imported page is served, with the way to its neighbours', async () => {
  const { status, text } = await visit('/guides/a.md');
  expect(status).toBe(200);
  expect(text).toContain('How &#60;to&#62;.');
  expect(text).toContain('<a href="/guides/b.md">');
  expect((await visit('/nowhere')).status).toBe(404);
  expect((await visit('/../tokens')).status).toBe(404);
});

test('what was published is visible, and what was unpublished is gone, from the navigation, too', async () => {
  await answers('/fresh', 404);
  const { id } = await createPage(server, { slug: 'fresh', content: { title: 'Fresh', body: 'One.' } });
  await write(server, 'POST', `/pages/${id}/publish`);
  await answers('/fresh', 200);
  await save(server, id, 1, { title: 'Fresh', body: 'Two.' });
  expect((await visit('/fresh')).text).toContain('One.');
  await write(server, 'POST', `/pages/${id}/publish`);
  await until(async () => (await visit('/fresh')).text.includes('Two.'), 'the second version is shown');
  expect((await visit('/guides/a.md')).text).toContain('<a href="/fresh">');
  await write(server, 'POST', `/pages/${id}/unpublish`);
  await answers('/fresh', 404);
  expect((await visit('/guides/a.md')).text).not.toContain('<a href="/fresh">');
});

test('a page that moved is found where it was', async () => {
  const { id } = await createPage(server, { slug: 'before' });
  await write(server, 'POST', `/pages/${id}/publish`);
  await answers('/before', 200);
  await write(server, 'POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: 'ä b' } });
  await answers('/before', 308);
  const { headers } = await visit('/before');
  expect(headers.get('location')).toBe('/%C3%A4%20b');
  expect((await visit('/%C3%A4%20b')).status).toBe(200);
});

test('a browser that has a page is answered 304', async () => {
  const { headers } = await visit('/guides/a.md');
  const again = await visit('/guides/a.md', { 'if-none-match': headers.get('etag') ?? '' });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('the API is not asked again for what is known, and answers 304 for what has not changed', async () => {
  await until(async () => {
    await visit('/guides/b.md');
    const { length } = between.sent;
    await visit('/guides/b.md');
    return between.sent.length === length;
  }, 'the site follows the feed and has all of the page');
  const [asked, answered] = [between.sent.length, between.answered.length];
  const { id } = await createPage(server, { slug: 'elsewhere' });
  await write(server, 'POST', `/pages/${id}/publish`);
  await until(async () => (await visit('/guides/b.md')).text.includes('/elsewhere'), 'it is in the way');
  const requests = between.sent.slice(asked).join('');
  expect(requests).toMatch(/GET \/paths\/guides\/b\.md HTTP[^]*?if-none-match: "v1-/);
  const told = between.answered.slice(answered);
  expect(told.some((answer) => answer.startsWith('HTTP/1.1 304'))).toBe(true);
  expect(told.join('')).not.toContain('The text of B.');
});
