import { createHash } from 'node:crypto';
import { createPage, onTop, save, speaks, write } from '../support/pages.js';
import { sendRaw } from '../support/raw-http.js';
import { adminSecret, useServer, type Answer, type Sending } from '../support/server.js';

const server = useServer();

const ours = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** One request of each kind, with the status that it gets and what it may be kept for. */
async function kinds(): Promise<
  readonly (readonly [status: number, kept: string, method: string, path: string, sending?: Sending])[]
> {
  const { id } = await createPage(server, { slug: 'one-of-each' });
  const page = `/pages/${id}`;
  await save(server, id, 1, { title: 'Second' });
  await write(server, 'POST', `${page}/move`, { headers: onTop(2), body: { slug: 'moved' } });
  const tag = (await server.request('GET', page)).headers.get('etag') ?? '';
  return [
    [200, 'private, no-cache', 'GET', page],
    [200, 'private, no-cache', 'GET', '/healthz', { token: null }],
    [201, 'no-store', 'POST', '/tokens', { body: { role: 'render' } }],
    [304, 'private, no-cache', 'GET', page, { headers: { 'if-none-match': tag } }],
    [308, 'private, no-cache', 'GET', '/paths/one-of-each'],
    [400, 'no-store', 'GET', '/pages?limit=0'],
    [400, 'no-store', 'GET', '/paths/%ff'],
    [401, 'no-store', 'GET', '/pages', { token: null }],
    [404, 'no-store', 'GET', '/nothing'],
    [404, 'no-store', 'GET', '/'],
    [405, 'no-store', 'PROPFIND', '/pages'],
    [412, 'no-store', 'PUT', `${page}/content`, { headers: onTop(9), body: {} }],
    [413, 'no-store', 'POST', '/pages', { headers: speaks, body: 'x'.repeat(11_000_000) }],
    [204, 'no-store', 'DELETE', page, { headers: onTop(2) }],
  ];
}

test('Every answer says what browsers have to know, and what it is called', async () => {
  for (const [status, kept, method, path, sending] of await kinds()) {
    const answer = await server.request(method, path, sending);
    expect([method, path, answer.status]).toEqual([method, path, status]);
    expect([path, answer.headers.get('cache-control')]).toEqual([path, kept]);
    expectSecure(answer);
    expect(answer.headers.get('request-id')).toMatch(ours);
    // No origin is configured.
    expect(answer.headers.get('vary') ?? '').not.toMatch(/origin/i);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

function expectSecure({ headers }: Answer): void {
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
}

test.each([
  ['GARBAGE\r\n\r\n', 400],
  [`GET / HTTP/1.1\r\nHost: x\r\nX-Huge: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  ['GET /pages HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\nConnection: close\r\n\r\n', 417],
  ['CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
])('So does what is no request: %.20j', async (request, status) => {
  const answer = await sendRaw(server.port, request);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  for (const line of [
    'x-content-type-options: nosniff',
    'referrer-policy: no-referrer',
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
    'cache-control: no-store',
  ])
    expect(answer).toContain(`\r\n${line}\r\n`);
  expect(/^request-id: (.*)\r$/m.exec(answer)?.[1]).toMatch(ours);
});

describe('A request has the name', () => {
  test.each(['a', 'A.b-c_9', '9'.repeat(64)])('that its client gives it: %s', async (name) => {
    for (const [path, token] of [
      ['/pages', adminSecret],
      ['/pages', null],
      ['/paths/%ff', adminSecret],
    ] as const) {
      const { headers } = await server.request('GET', path, { token, headers: { 'request-id': name } });
      expect(headers.get('request-id')).toBe(name);
    }
  });

  test.each(['', ' ', 'a b', 'a/b', 'ä', '9'.repeat(65), 'a,b', '"a"'])(
    'that we give it, for %j is none',
    async (name) => {
      const { headers } = await server.request('GET', '/pages', { headers: { 'request-id': name } });
      expect(headers.get('request-id')).toMatch(ours);
    },
  );

  test('that is its own, and not that of one before', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(async () => (await server.request('GET', '/pages')).headers.get('request-id')),
    );
    expect(first).not.toBe(second);
  });

  test('that we give it, where it is said twice', async () => {
    const head = `GET /pages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminSecret}\r\nRequest-Id: a\r\nRequest-Id: b\r\n`;
    const answer = await sendRaw(server.port, `${head}Connection: close\r\n\r\n`);
    expect(/^request-id: (.*)\r$/m.exec(answer)?.[1]).toMatch(ours);
  });
});

describe('A person who opens the address in a browser', () => {
  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

  test('is told what this is, and where to go', async () => {
    const { status, headers, text } = await server.request('GET', '/', { token: null, headers: browser });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    for (const said of ['openapi.json', 'healthz', 'README', 'Authorization: Bearer', 'token create'])
      expect(text).toContain(said);
    expect(headers.get('vary')).toContain('Accept');
    const { status: head } = await server.request('HEAD', '/', { token: null, headers: browser });
    expect(head).toBe(200);
  });

  test('by a page without scripts, links that leave a prefix, or anything of the installation', async () => {
    const { headers, text } = await server.request('GET', '/', { token: null, headers: browser });
    expect(text).not.toMatch(/<script|javascript:|\son\w+=|(href|src)="(\/|http)/i);
    expect(text).not.toContain(server.directory);
    const style = /<style>(.*)<\/style>/s.exec(text)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('position')).toBeNull();
  });

  test('and nobody else: programs get what they got', async () => {
    for (const accept of ['*/*', 'application/json', '']) {
      const answers = [null, adminSecret].map(async (token) =>
        server.request('GET', '/', { token, headers: { accept } }),
      );
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([401, 404]);
    }
    for (const [method, path] of [
      ['GET', '/index.html'],
      ['GET', '/?x=1'],
      ['POST', '/'],
      ['GET', '/pages'],
    ] as const)
      expect((await server.request(method, path, { token: null, headers: browser })).status).toBe(401);
  });
});
