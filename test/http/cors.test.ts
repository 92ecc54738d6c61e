import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import Fastify from 'fastify';
import { answerAnybody } from '../../src/http/edge/answer-anybody.js';
import { Gate } from '../../src/http/hand-over/gate.js';
import { greeting } from '../../src/http/edge/greeting.js';
import { holdRequests } from '../../src/http/hand-over/hold-requests.js';
import { readRoutes, sessionRoutes, writeRoutes } from '../../src/http/routes.js';
import { createPage, onTop, speaks, tokenFor } from '../support/pages.js';
import { sendRaw, sendSlowly } from '../support/raw-http.js';
import { adminSecret, useServer, type Answer, type Sending } from '../support/server.js';

const editor = 'https://editor.example.org';
const other = 'http://localhost:5173';
const server = useServer({ PALIMPSEST_CORS_ORIGINS: `${editor}, ${other}` });

const asScript = (origin = editor) => ({ ...speaks, origin });

const exposed = [
  'ETag',
  'Location',
  'Position',
  'Content-Version',
  'Schema-Version',
  'Retry-After',
  'Deprecation',
  'Sunset',
  'Link',
  'Content-Range',
  'Accept-Patch',
  'Request-Id',
];

function expectReadable({ headers }: Pick<Answer, 'headers'>, origin = editor): void {
  expect(headers.get('access-control-allow-origin')).toBe(origin);
  expect(headers.get('access-control-expose-headers')).toBe(exposed.join(', '));
  expect(headers.get('access-control-allow-credentials')).toBeNull();
  expect(headers.get('vary')).toMatch(/\bOrigin\b/);
}

function expectUnreadable({ headers }: Pick<Answer, 'headers'>): void {
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(headers.get('access-control-expose-headers')).toBeNull();
  expect(headers.get('vary')).toMatch(/\bOrigin\b/);
}

describe('What a script of a configured origin is answered, it may read', () => {
  test('whatever the answer is', async () => {
    const { id } = await createPage(server, { slug: 'from-a-browser' });
    await server.request('POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: 'moved' } });
    const tag = (await server.request('GET', `/pages/${id}`)).headers.get('etag') ?? '';
    const asked: readonly (readonly [status: number, method: string, path: string, sending?: Sending])[] = [
      [200, 'GET', '/pages'],
      [200, 'GET', '/healthz', { token: null }],
      [201, 'POST', '/pages', { body: { type: 'document', content: { title: 'New' } } }],
      [204, 'OPTIONS', '/pages'],
      [304, 'GET', `/pages/${id}`, { headers: { 'if-none-match': tag } }],
      [308, 'GET', '/paths/from-a-browser'],
      [400, 'GET', '/pages?limit=0'],
      [400, 'GET', '/paths/%ff'],
      [401, 'GET', '/pages', { token: null }],
      [401, 'GET', '/paths/%ff', { token: null }],
      [403, 'POST', '/pages', { token: await tokenFor(server, 'render'), body: {} }],
      [404, 'GET', `/pages/${randomUUID()}`],
      [404, 'GET', '/no/such/path'],
      [405, 'DELETE', '/tree'],
      [412, 'PUT', `/pages/${id}/content`, { headers: { 'if-match': '"v7"' }, body: { title: 'Late' } }],
      [413, 'POST', '/pages', { body: 'x'.repeat(11_000_000) }],
      [415, 'POST', '/pages', { headers: { 'content-type': 'text/plain' }, body: 'x' }],
      [428, 'PUT', `/pages/${id}/content`, { body: { title: 'x' } }],
    ];
    for (const [status, method, path, sending] of asked) {
      const headers = { ...asScript(), ...sending?.headers };
      const answer = await server.request(method, path, { ...sending, headers });
      expect([method, path, answer.status]).toEqual([method, path, status]);
      expectReadable(answer);
    }
  });

  test('and each origin is named by itself', async () => {
    expectReadable(await server.request('GET', '/pages', { headers: asScript(other) }), other);
  });

  test('while it streams', async () => {
    const response = await new Promise<IncomingMessage>((resolve) => {
      const headers = {
        ...asScript(),
        accept: 'text/event-stream',
        authorization: `Bearer ${adminSecret}`,
      };
      get(`${server.url}/events`, { headers, agent: false }, resolve);
    });
    expect(response.headers['content-type']).toMatch(/event-stream/);
    expectReadable({ headers: new Headers(response.headers as Record<string, string>) });
    response.destroy();
  });

  test.each([
    [400, 'a body that is none', 'POST /pages', 'Transfer-Encoding: chunked\r\n', '\r\nzz\r\n'],
    [431, 'headers that are too large', 'GET /pages', `X-Huge: ${'x'.repeat(60_000)}\r\n`, '\r\n'],
    [417, 'an expectation that nobody knows', 'GET /pages', 'Expect: nonsense\r\n', '\r\n'],
    [400, 'to be a proxy', 'CONNECT example.org:443', '', '\r\n'],
  ])('%i for %s, written past all routes', async (status, _what, line, lines, end) => {
    const head = `${line} HTTP/1.1\r\nHost: x\r\nOrigin: ${editor}\r\nAuthorization: Bearer ${adminSecret}\r\nRequest-Id: mine\r\n${lines}`;
    const answer = await sendRaw(server.port, `${head}Connection: close\r\n${end}`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(new RegExp(`^access-control-allow-origin: ${editor}\r$`, 'm'));
    expect(answer).toMatch(/^access-control-expose-headers: ETag, /m);
    expect(answer).toMatch(/^vary: Origin\r$/m);
  });

  test('of a body that stops being one after a while, too', async () => {
    const head = `POST /pages HTTP/1.1\r\nHost: x\r\nOrigin: ${editor}\r\nAuthorization: Bearer ${adminSecret}\r\nSchema-Version: 1\r\nTransfer-Encoding: chunked\r\nRequest-Id: mine\r\n\r\n`;
    const answer = await sendSlowly(server.port, [head, 'zz\r\n']);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(new RegExp(`^access-control-allow-origin: ${editor}\r$`, 'm'));
    expect(answer).toMatch(/^request-id: mine\r$/m);
  });
});

describe('What a script of any other origin is answered, it may not read', () => {
  test.each([
    'https://example.org',
    `${editor}.evil.example`,
    editor.replace('https', 'http'),
    `${editor}:444`,
    `${editor}/`,
    editor.toUpperCase(),
    'null',
    '*',
    '',
    `${editor}, ${other}`,
  ])('of "%s"', async (origin) => {
    for (const token of [adminSecret, null])
      expectUnreadable(await server.request('GET', '/pages', { token, headers: { origin } }));
    expectUnreadable(await preflightOf('/pages', 'POST', origin));
  });

  test('nor where none is said', async () => {
    expectUnreadable(await server.request('GET', '/pages'));
    expect(await sendRaw(server.port, 'GARBAGE\r\n\r\n')).toMatch(/^vary: Origin\r$/m);
  });
});

function preflightOf(path: string, method: string, origin = editor): Promise<Answer> {
  return server.request('OPTIONS', path, {
    token: null,
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,if-match',
    },
  });
}

const routes = [
  ...readRoutes.map(({ path }) => ({ path, method: 'GET' })),
  ...[...writeRoutes, ...sessionRoutes].map(({ path, method }) => ({ path, method })),
];

describe('A preflight', () => {
  test.each(routes)('of $method $path is answered without a token', async ({ method, path }) => {
    const answer = await preflightOf(addressOf(path), method);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expectReadable(answer);
    const { headers } = answer;
    expect(headers.get('access-control-allow-methods')?.split(', ')).toContain(method);
    expect(headers.get('access-control-allow-headers')?.split(', ')).toEqual(
      expect.arrayContaining([
        'Authorization',
        'If-Match',
        'If-None-Match',
        'Schema-Version',
        'Idempotency-Key',
        'Comment',
        'Copied-Blocks',
        'Content-Type',
        'Content-Digest',
        'Repr-Digest',
        'Range',
        'If-Range',
        'Cache-Control',
        'Last-Event-ID',
        'Prefer',
      ]),
    );
    expect(Number(headers.get('access-control-max-age'))).toBeLessThanOrEqual(7200);
  });

  test('of an address that can’t be read is answered, too, so that the refusal can be', async () => {
    expect((await preflightOf('/paths/%ff', 'GET')).status).toBe(204);
  });

  test.each(['/no/such/path', '/', '/control/changesets', '/pagesx', '/xpages', '/openapixjson'])(
    'of %s, where there is no route, is not answered',
    async (path) => {
      expect((await preflightOf(path, 'GET')).status).toBe(401);
    },
  );

  test('is what says both whence it comes and what it wants to do: others need a token', async () => {
    const method = { 'access-control-request-method': 'GET' };
    for (const headers of [{ origin: editor }, method, {}])
      expect((await server.request('OPTIONS', '/pages', { token: null, headers })).status).toBe(401);
  });

  test('is answered while another version takes over', async () => {
    const gate = new Gate();
    gate.become('closed');
    const fastify = Fastify();
    answerAnybody(fastify, greeting);
    holdRequests(
      fastify,
      gate,
      () => undefined,
      () => false,
    );
    fastify.get('/pages', (_request, reply) => reply.send('read'));
    const url = `${await fastify.listen({ host: '127.0.0.1', port: 0 })}/pages`;
    const held = fetch(url);
    const headers = { origin: editor, 'access-control-request-method': 'GET' };
    expect((await fetch(url, { method: 'OPTIONS', headers })).status).toBe(204);
    gate.become('open');
    expect(await (await held).text()).toBe('read');
    await fastify.close();
  });
});

describe('OPTIONS with a token', () => {
  test.each([...new Set(routes.map(({ path }) => path))])('tells what may be done at %s', async (path) => {
    const { status, headers, position, text } = await server.request('OPTIONS', addressOf(path));
    expect([status, text]).toEqual([204, '']);
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
    const expected = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
    expect(headers.get('allow')?.split(', ').sort()).toEqual(expected.sort());
    expect(headers.has('accept-patch')).toBe(methods.includes('PATCH'));
    expect(position).toBe(await server.position());
  });

  test('finds nothing where there is no route', async () => {
    expect((await server.request('OPTIONS', '/no/such/path')).status).toBe(404);
    expect((await server.request('OPTIONS', '/')).status).toBe(404);
  });
});

describe('A method that a route has not', () => {
  test.each([...new Set(routes.map(({ path }) => path))])('is refused at %s', async (path) => {
    const has = routes.filter((route) => route.path === path).map(({ method }) => method);
    const without = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'].filter((one) => !has.includes(one));
    const { headers } = await server.request('OPTIONS', addressOf(path));
    for (const token of [adminSecret, await renderer()]) {
      for (const method of without) {
        const answer = await server.request(method, addressOf(path), { token });
        expect([method, answer.status, answer.json.code]).toEqual([method, 405, 'method-not-allowed']);
        expect(answer.headers.get('allow')).toBe(headers.get('allow'));
      }
    }
    expect((await server.request(without[0] ?? '', addressOf(path), { token: null })).status).toBe(401);
  });
});

let made: string | undefined;

async function renderer(): Promise<string> {
  return (made ??= await tokenFor(server, 'render'));
}

/** Where a route might be asked for. */
function addressOf(path: string): string {
  return path.replace(/:\w+/g, () => randomUUID()).replace('*', 'a/path');
}

test('The control socket has the same routes', async () => {
  const run = join(server.directory, 'run');
  const socket = join(run, readdirSync(run).find((name) => name.endsWith('.sock')) ?? '');
  const answer = await sendRaw(socket, 'OPTIONS /tree HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 204 /);
  expect(answer).toMatch(/^allow: GET, HEAD, OPTIONS\r$/m);
});
