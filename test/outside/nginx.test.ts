import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { buildOf } from '../support/builds.js';
import { openStream } from '../support/event-stream.js';
import { startLoad } from '../support/load.js';
import { speaks } from '../support/pages.js';
import { adminSecret, makeServer } from '../support/server.js';
import { makeSite, until } from '../upgrade/releases.js';
import { startNginx } from './nginx.js';
import type { Proxy } from './proxy.js';

const server = makeServer();
let nginx: Proxy;
let base = '';

beforeAll(async () => {
  await server.start();
  nginx = await startNginx(server.port);
  base = `http://127.0.0.1:${nginx.port}/cms`;
});

afterAll(async () => {
  await nginx.stop();
  await server.remove();
});

const token = { authorization: `Bearer ${adminSecret}` };

function send(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  content?: object,
): Promise<Response> {
  const sent = { ...token, ...speaks, ...headers, ...(content && { 'content-type': 'application/json' }) };
  return fetch(`${base}${path}`, {
    method,
    headers: sent,
    ...(content && { body: JSON.stringify(content) }),
  });
}

async function create(title: string, body = '', place: object = {}): Promise<Response> {
  return send('POST', '/pages', {}, { type: 'document', content: { title, body }, ...place });
}

test('what was created is found where Location says, under the prefix', async () => {
  const created = await create('Behind a proxy');
  expect(created.status).toBe(201);
  const location = created.headers.get('location') ?? '';
  const there = new URL(location, created.url);
  expect(there.href).toMatch(`${base}/pages/`);
  const found = await fetch(there, { headers: { ...token, ...speaks } });
  expect(found.status).toBe(200);
});

test('a page that was moved is found from its old path, under the prefix', async () => {
  const { id } = (await (await create('Moving', '', { slug: 'old' })).json()) as { id: string };
  const { id: below } = (await (await create('Below', '', { slug: 'below', parent: id })).json()) as {
    id: string;
  };
  expect((await send('POST', `/pages/${id}/move`, { 'if-match': '"v1"' }, { slug: 'new' })).status).toBe(200);
  for (const [path, page] of [
    ['', id],
    ['/below', below],
  ] as const) {
    const found = await send('GET', `/paths/old${path}?asOf=${await server.position()}`, {});
    expect(found.redirected).toBe(true);
    expect(new URL(found.url).pathname).toBe(`/cms/paths/new${path}`);
    expect(await found.json()).toMatchObject({ id: page });
  }
});

test('the OpenAPI document names the server that it was read from, with the prefix', async () => {
  const read = await send('GET', '/openapi.json', {});
  const { servers } = (await read.json()) as { servers: { url: string }[] };
  expect(servers.map(({ url }) => new URL(url, read.url).href)).toEqual([`${base}/`]);
});

test('a person who opens the address of the prefix is greeted, by links that stay below it', async () => {
  const greeted = await fetch(`${base}/`, { headers: { accept: 'text/html' } });
  expect(greeted.headers.get('content-type')).toMatch(/^text\/html/);
  for (const [, link = ''] of (await greeted.text()).matchAll(/href="([^"]+)"/g)) {
    const there = new URL(link, greeted.url);
    expect(there.href).toMatch(`${base}/`);
    expect((await fetch(there)).status).toBe(200);
  }
});

test('a tag that was weakened with gzip holds for If-None-Match and for If-Match', async () => {
  const { id } = (await (await create('Compressed')).json()) as { id: string };
  const content = `/pages/${id}/content`;
  const read = await send('GET', content, { 'accept-encoding': 'gzip' });
  expect(read.headers.get('content-encoding')).toBe('gzip');
  const tag = read.headers.get('etag') ?? '';
  expect(tag).toMatch(/^W\/"v1-/);
  expect((await send('GET', content, { 'if-none-match': tag })).status).toBe(304);
  const saved = await send('PUT', content, { 'if-match': tag }, { title: 'Saved' });
  expect(saved.status).toBe(200);
  const late = await send('PUT', content, { 'if-match': tag.replace(/"$/, '-gzip"') }, { title: 'Late' });
  expect(late.status).toBe(412);
});

test('events are passed on as they happen, while the stream is open', async () => {
  const stream = await openStream(base, adminSecret, speaks, `?after=${await server.position()}`);
  for (const title of ['First', 'Second']) {
    // The second happens when the first has arrived: nothing waits for a buffer to fill.
    const created = await create(title);
    const next = await stream.events.next();
    expect(next.value).toMatchObject({ id: Number(created.headers.get('position')), type: 'PageCreated' });
  }
  stream.close();
});

test('a body of nearly 10 MB arrives and is answered whole', async () => {
  const body = 'x'.repeat(10_000_000);
  const created = await create('Large', body);
  expect(created.status).toBe(201);
  const { id } = (await created.json()) as { id: string };
  const read = (await (await send('GET', `/pages/${id}/content`, {})).json()) as { body: string };
  expect(read.body.length).toBe(body.length);
});

/** Connections that were made to a port, by the address of who made them, closed ones for a while (proc(5), /proc/net/tcp). */
function connectionsTo(port: number): readonly string[] {
  const there = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, here, to]) => (here !== undefined && to?.endsWith(there) ? [here] : []));
}

test('50 requests over one connection to the proxy take one to the server', async () => {
  const other = await startNginx(server.port);
  const before = connectionsTo(server.port);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let n = 0; n < 50; n++) {
    const status = await new Promise((resolve, reject) => {
      const asking = request({ port: other.port, agent, path: '/cms/tree', headers: token }, (answer) => {
        answer.resume().once('end', () => {
          resolve(answer.statusCode);
        });
      });
      asking.once('error', reject).end();
    });
    expect(status).toBe(200);
  }
  expect(connectionsTo(server.port).filter((one) => !before.includes(one))).toHaveLength(1);
  agent.destroy();
  await other.stop();
});

test('an upgrade behind the proxy: no request fails', async () => {
  const site = makeSite();
  await site.serve(buildOf('1.0.0'));
  const proxy = await startNginx(site.port);
  const load = startLoad(proxy.port, 50);
  await until(() => load.report().acknowledged.length > 10, 'the load is running');
  expect(await site.run(buildOf('1.1.0'), 'upgrade')).toMatchObject({ code: 0 });
  const { answered } = load.report();
  await until(() => load.report().answered > answered + 50, 'the newer version answers');
  expect((await load.stop()).failures).toEqual([]);
  expect((await site.system()).version).toBe('1.1.0');
  await proxy.stop();
});
