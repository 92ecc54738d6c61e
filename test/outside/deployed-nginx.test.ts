import { openStream } from '../support/event-stream.js';
import { createPage, speaks, tokenFor, write } from '../support/pages.js';
import { adminSecret, useServer } from '../support/server.js';
import { until } from '../upgrade/releases.js';
import { deployedConfiguration, startNginx } from './nginx.js';
import type { Proxy } from './proxy.js';

const server = useServer();
let nginx: Proxy;
let base = '';

beforeAll(async () => {
  nginx = await startNginx(server.port, deployedConfiguration);
  base = `http://127.0.0.1:${nginx.port}/cms`;
});

afterAll(() => nginx.stop());

function read(path: string, token: string): Promise<Response> {
  return fetch(`${base}${path}`, { headers: { ...speaks, authorization: `Bearer ${token}` } });
}

const cacheOf = ({ headers }: Response): string | null => headers.get('x-cache');

test('what readers get is kept, what editors get is not, and nobody gets what is another’s', async () => {
  const reader = await tokenFor(server, 'render');
  const { id } = await createPage(server, { slug: 'kept' });
  expect((await read(`/pages/${id}`, reader)).status).toBe(404);
  await write(server, 'POST', `/pages/${id}/publish`);
  expect((await read(`/pages/${id}`, reader)).status).toBe(200);
  expect(cacheOf(await read(`/pages/${id}`, reader))).toMatch(/^(?:HIT|REVALIDATED)$/);
  const others = await Promise.all([0, 1].map(() => read(`/pages/${id}`, adminSecret)));
  expect(others.map(cacheOf)).toEqual(['MISS', 'MISS']);
  expect((await read(`/pages/${id}`, 'nobody-s-token')).status).toBe(401);
  await write(server, 'POST', `/pages/${id}/unpublish`);
  await until(async () => (await read(`/pages/${id}`, reader)).status === 404, 'it is gone');
});

test('files may be larger than documents', async () => {
  const bytes = Buffer.alloc(11 * 1024 * 1024, 'A film. ');
  const authorization = `Bearer ${adminSecret}`;
  const sent = await fetch(`${base}/assets?name=film`, {
    method: 'POST',
    headers: { authorization },
    body: bytes,
  });
  const { id } = (await sent.json()) as { id: string };
  expect(sent.status).toBe(201);
  const found = await read(`/assets/${id}/file`, adminSecret);
  expect(Buffer.from(await found.arrayBuffer()).equals(bytes)).toBe(true);
});

test('events arrive as they happen', async () => {
  const stream = await openStream(base, adminSecret, speaks, `?after=${await server.position()}`);
  const { id } = await createPage(server);
  expect((await stream.events.next()).value).toMatchObject({ type: 'PageCreated', data: { stream: id } });
  stream.close();
});

test('figures are not for the world', async () => {
  expect((await read('/metrics', adminSecret)).status).toBe(404);
});
