import { ladder } from '../support/ladder.js';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createClient } from '../../client/dist/index.js';
import { adminSecret, useServer } from '../support/server.js';
import { startCuttingProxy, type CuttingProxy } from './cutting-proxy.js';
import { takeTour, type Content } from './tour.js';

const server = useServer();
let proxy: CuttingProxy;

beforeAll(async () => {
  proxy = await startCuttingProxy(() => server.port);
});
afterAll(() => proxy.close());

function clientOf(schemaVersion: number, baseUrl = proxy.url) {
  return createClient<Content>({ baseUrl, token: adminSecret, schemaVersion });
}

const hello = { type: 'document', content: { title: 'Hello' } };

test('the tour compiles in a strict project, for browsers, and what is wrong does not', () => {
  const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
  const browser = ['--lib', 'es2022,dom,dom.iterable', '--module', 'nodenext'];
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      here('../../node_modules/typescript/bin/tsc'),
      ...['--ignoreConfig', ...options, ...browser],
      ...[here('tour.ts'), here('types.ts')],
    ],
    { encoding: 'utf8' },
  );
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});

test('the tour is taken', async () => {
  const seen = await takeTour(
    clientOf(ladder.finalized),
    createClient({ ...ofOld, baseUrl: proxy.url }),
    'x',
  );
  expect(seen).toMatchObject({
    conflict: { expected: 1, current: { contentVersion: 2 }, changed: ['/body'] },
    first: 'First words.',
    versions: [3, 2, 1],
    patch: [{ op: 'replace', path: '/body', value: 'Patched words.' }],
    movedTo: '/welcome-x',
    refused: 'not-found',
    oldBlocks: [
      { _type: 'image', _id: 'i', src: 'a.png' },
      { _type: 'placeholder', _id: 'v', of: 'v', label: 'Video' },
    ],
    newContent: {
      title: 'A tour',
      blocks: [
        { _type: 'image', _id: 'i', url: 'a.png' },
        { _type: 'video', _id: 'v', url: 'b.mp4' },
      ],
    },
    versionsOfSchema: ladder.finalized,
  });
  expect(seen.events).toEqual([
    'PageCreated',
    'PageSaved',
    'PageSaved',
    'PageRestored',
    'PagePublished',
    'PageMoved',
    'PageDeleted',
    'PageUndeleted',
  ]);
});

const ofOld = { token: adminSecret, schemaVersion: 1 };

/** The keys of what clients have sent since. */
function keysSince(before: number): readonly (string | undefined)[] {
  return proxy.sent.slice(before).map((request) => /^idempotency-key: (\S+)/im.exec(request)?.[1]);
}

test.each([
  ['before the answer', 0],
  ['within the answer', 40],
  ['within the body of the answer', 900],
])('a write whose connection is cut %s is sent again under its key, and done once', async (_, bytes) => {
  const before = proxy.sent.length;
  const position = await server.position();
  proxy.cutNextAnswer(bytes);
  const { data, response } = await clientOf(ladder.finalized).POST('/pages', { body: hello });
  expect(response.status).toBe(201);
  const keys = keysSince(before).filter((key) => key !== undefined);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
  expect(data?.contentVersion).toBe(1);
  expect(await server.position()).toBe(position + 1);
});

test('two writes have two keys, and a read has none', async () => {
  const before = proxy.sent.length;
  const api = clientOf(ladder.finalized);
  const { data } = await api.POST('/pages', { body: hello });
  await api.POST('/pages', { body: hello });
  await api.GET('/pages/{id}', { params: { path: { id: data?.id ?? '' } } });
  const keys = keysSince(before).filter((key) => key !== undefined);
  expect(new Set(keys).size).toBe(2);
});

test.each(['429 Too Many Requests', '503 Service Unavailable'])(
  'a write that is answered %s with Retry-After is sent again',
  async (status) => {
    proxy.answerNext(
      `HTTP/1.1 ${status}\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    const { data } = await clientOf(ladder.finalized).POST('/pages', { body: hello });
    expect(data?.contentVersion).toBe(1);
  },
);

test('what a proxy says by itself is an error that is thrown', async () => {
  proxy.answerNext('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  await expect(clientOf(ladder.finalized).POST('/pages', { body: hello })).rejects.toThrow('answered 502');
});

test('who gives up hears of it', async () => {
  const api = createClient({
    baseUrl: proxy.url,
    token: adminSecret,
    schemaVersion: ladder.finalized,
    attempts: 1,
  });
  proxy.cutNextAnswer(0);
  await expect(api.POST('/pages', { body: hello })).rejects.toThrow('fetch failed');
});

test('a write builds on what it is given, whatever was read since', async () => {
  const api = clientOf(ladder.finalized);
  const { data: page } = await api.POST('/pages', { body: hello });
  const params = { path: { id: page?.id ?? '' } };
  const { data: document } = await api.GET('/pages/{id}/content', { params });
  await api.PUT('/pages/{id}/content', { params, onto: document ?? 0, body: { title: 'Two' } });
  await api.GET('/pages/{id}', { params });
  const late = await api.PUT('/pages/{id}/content', { params, onto: document ?? 0, body: { title: 'X' } });
  expect(late.conflict?.current.contentVersion).toBe(2);
  const unseen = await api.PUT('/pages/{id}/content', { params, body: { title: 'X' } });
  expect(unseen.error?.code).toBe('precondition-required');
  await expect(api.PUT('/pages/{id}/content', { params, onto: {}, body: { title: 'X' } })).rejects.toThrow(
    'Build on',
  );
  const patched = await api.PATCH('/pages/{id}/content', {
    params,
    onto: 2,
    body: [{ op: 'replace', path: '/title', value: 'Three' }],
  });
  expect(patched.data?.content).toEqual({ title: 'Three' });
});

test('a page is found at a path of many segments', async () => {
  const api = clientOf(ladder.finalized);
  const slug = randomUUID();
  const { data } = await api.POST('/pages', { body: { ...hello, slug } });
  await api.POST('/pages', { body: { ...hello, parent: data?.id ?? '', slug: 'ä & b' } });
  const found = await api.GET('/paths/{path}', { params: { path: { path: `${slug}/ä & b` } } });
  expect(found.data?.path).toBe(`/${slug}/ä & b`);
});

test('the feed goes on where it was, after the server has started again', async () => {
  const api = clientOf(ladder.finalized);
  const end = new AbortController();
  const { data: page } = await api.POST('/pages', { body: hello });
  const feed = api.events({ page: page?.id ?? '', signal: end.signal });
  const params = { path: { id: page?.id ?? '' } };
  const save = (title: string, onto: number) =>
    api.PUT('/pages/{id}/content', { params, onto, body: { title } });
  expect((await feed.next()).value).toMatchObject({ type: 'PageCreated' });
  await save('Two', 1);
  expect((await feed.next()).value).toMatchObject({ type: 'PageSaved', streamVersion: 2 });
  await server.stop();
  await server.start();
  await save('Three', 2);
  expect((await feed.next()).value).toMatchObject({ type: 'PageSaved', streamVersion: 3 });
  end.abort();
  expect(await feed.next()).toEqual({ value: undefined, done: true });
});

test('a token that renders is told which pages it may show', async () => {
  const api = clientOf(ladder.finalized);
  const { data: token } = await api.POST('/tokens', { body: { role: 'render' } });
  const { data: page } = await api.POST('/pages', { body: { ...hello, slug: randomUUID() } });
  const id = page?.id ?? '';
  const end = new AbortController();
  const renderer = createClient({
    baseUrl: proxy.url,
    token: token?.secret ?? '',
    schemaVersion: ladder.finalized,
  });
  const feed = renderer.appearances({ page: id, signal: end.signal });
  await api.POST('/pages/{id}/publish', { params: { path: { id } } });
  expect((await feed.next()).value).toMatchObject({ kind: 'visible', page: id, path: page?.path });
  await api.POST('/pages/{id}/unpublish', { params: { path: { id } } });
  expect((await feed.next()).value).toMatchObject({ kind: 'vanished', page: id });
  end.abort();
});

test('the feed tells at once what is refused for good', async () => {
  const api = createClient({ baseUrl: proxy.url, token: 'nobody', schemaVersion: ladder.finalized });
  await expect(api.events().next()).rejects.toMatchObject({ problem: { code: 'unauthenticated' } });
});
