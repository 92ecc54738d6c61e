import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPage, onTop, speaks } from '../support/pages.js';
import { sendRaw, sendSlowly } from '../support/raw-http.js';
import { adminSecret, useServer } from '../support/server.js';

const server = useServer();

function controlSocket(): string {
  const run = join(server.directory, 'run');
  return join(run, readdirSync(run).find((name) => name.endsWith('.sock')) ?? 'control.sock');
}

/** The status of a request whose target goes out as it is. */
async function statusOf(target: string, headers = ''): Promise<number> {
  const request = `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminSecret}\r\nConnection: close\r\n${headers}\r\n`;
  const answer = await sendRaw(server.port, Buffer.from(request, 'latin1'));
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

describe('A hostile request gets a clear 4xx', () => {
  it('with a huge header', async () => {
    expect(await statusOf('/pages', `X-Huge: ${'x'.repeat(1_000_000)}\r\n`)).toBe(431);
    expect(await statusOf('/pages', Array.from({ length: 5000 }, (_, n) => `X-${n}: y\r\n`).join(''))).toBe(
      431,
    );
  });

  it.each([
    ['GARBAGE\r\n\r\n', 400],
    ['POST /pages HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-Huge: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  ])('that no server can read: %j', async (request, status) => {
    const answer = await sendRaw(server.port, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/^content-type: application\/problem\+json\r\nposition: \d+\r$/m);
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    expect(JSON.parse(body)).toMatchObject({ status, code: 'malformed-request' });
  });

  it.each([
    ['without Host', 'GET /pages HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    [
      'without Host that wants to write',
      `DELETE /pages/x HTTP/1.1\r\nAuthorization: Bearer ${adminSecret}\r\nConnection: close\r\n\r\n`,
      400,
    ],
    [
      'with an expectation that nobody knows',
      'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\nConnection: close\r\n\r\n',
      417,
    ],
    ['to be a proxy', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n', 400],
  ])('%s', async (_what, request, status) => {
    const answers = [await sendRaw(server.port, request), await sendRaw(controlSocket(), request)];
    for (const answer of answers) {
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im);
      expect(answer).toMatch(/^position: \d+\r$/im);
      const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
      expect(JSON.parse(body)).toMatchObject({ status, code: 'malformed-request' });
    }
  });

  it.each([
    'Host',
    'Authorization',
    'Schema-Version',
    'Idempotency-Key',
    'Content-Type',
    'Content-Length',
    'Comment',
  ])('that says %s twice, the same or not', async (name) => {
    const { id } = await createPage(server);
    const said = new Map([
      ['Host', ['x', 'y']],
      ['Authorization', [`Bearer ${adminSecret}`, 'Bearer other']],
      ['Schema-Version', ['1', '2']],
      ['Idempotency-Key', ['a', 'b']],
      ['Content-Type', ['application/json', 'text/plain']],
      ['Content-Length', ['12', '13']],
      ['If-Match', ['"v1"', '"v1"']],
      ['Comment', ['a', 'b']],
    ]);
    const before = await server.position();
    for (const second of [0, 1]) {
      const lines = [...said].flatMap(([known, [one = '', other = '']]) =>
        known === name
          ? [`${known}: ${one}`, `${known.toLowerCase()}: ${second ? other : one}`]
          : [`${known}: ${one}`],
      );
      const request = `PUT /pages/${id}/content HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n{"title":"x"}`;
      const answer = await sendRaw(server.port, request);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toMatch(
        name === 'Content-Length' ? /Content-Length/ : new RegExp(`header ${name} stands twice`, 'i'),
      );
    }
    expect(await server.position()).toBe(before);
  });

  it('that says its schema version twice, of one that reads', async () => {
    const { id } = await createPage(server);
    const headers = 'Schema-Version: 1\r\nSchema-Version: 1\r\n';
    for (const path of ['', '/content', '/versions/1', '/diff?from=1']) {
      expect(await statusOf(`/pages/${id}${path}`, headers)).toBe(400);
    }
    expect(await statusOf(`/events`, headers)).toBe(400);
    expect(
      await statusOf(`/events`, 'Accept: text/event-stream\r\nLast-Event-ID: 1\r\nLast-Event-ID: 1\r\n'),
    ).toBe(400);
  });

  it('unless it is of HTTP/1.0, which knows no Host', async () => {
    const request = `GET /pages HTTP/1.0\r\nAuthorization: Bearer ${adminSecret}\r\n\r\n`;
    expect(await sendRaw(server.port, request)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['in the next packet', true],
    ['in the same packet', false],
  ])('once, when the body turns out unreadable %s after the refusal', async (_where, isLater) => {
    const head = 'POST /pages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const parts = isLater ? [head, 'zz\r\n'] : [`${head}zz\r\n`];
    const answer = await sendSlowly(server.port, parts);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401']);
  });

  it('with 100,000 query parameters', async () => {
    expect(await statusOf(`/pages?${'a=1&'.repeat(100_000)}`)).toBe(431);
    expect(await statusOf(`/pages?${'a=1&'.repeat(3000)}`)).toBe(400);
    expect(await statusOf(`/pages?${Array.from({ length: 2000 }, (_, n) => `a${n}`).join('&')}`)).toBe(400);
  });

  it.each([
    ['/paths/%', 400],
    ['/paths/%zz', 400],
    ['/paths/%ff', 400],
    ['/paths/%c0%af', 400],
    ['/paths/%ed%a0%80', 400],
    ['/pages/%', 400],
    ['/pages/%ff/content', 400],
    ['/pages/%00', 404],
    ['/paths/%00', 404],
    ['/paths/a%00b', 404],
    ['/paths/../../etc/passwd', 404],
    ['/paths/..%2f..%2fetc%2fpasswd', 404],
    ['/../../etc/passwd', 404],
    ['/pages/../tokens', 404],
    ['/pages/..%2ftokens', 404],
    ['//pages', 404],
    ['/pages//content', 404],
    ['/paths/', 404],
    ['/paths', 404],
    ['/PAGES', 404],
    ['/paths/%F0%9F%98%80', 404],
    [`/paths/${'x'.repeat(12_000)}`, 404],
    [`/pages/${'x'.repeat(12_000)}`, 404],
    [`/paths/${'a/'.repeat(6000)}a`, 404],
    ['/pages/not-a-uuid', 404],
    [`/pages/${randomUUID()}x`, 404],
    ['/pages/%27%3B%20DROP%20TABLE%20events', 404],
    ['/pages?type=%00', 200],
    ['/pages?limit=%ff', 400],
    ['/pages?limit=1&limit=2', 400],
    ['/pages?limit=1&limit=1', 400],
    ['/pages?type=a&type=a', 400],
    ['/pages?deleted=true&deleted=true', 400],
    ['/pages?parent=null&parent=null', 400],
    ['/pages?asOf=1&asOf=1', 400],
    ['/tree?depth=1&depth=1', 400],
    ['/healthz?x=1&x=1', 400],
    ['/paths/a%252Fb', 404],
    ['/pages?asOf=%00', 400],
    ['/pages?asOf=-1', 400],
    ['/pages?asOf=1e3', 400],
    ['/events?after=-1', 400],
    ['/events?page=x', 400],
    ['/tree?depth=0', 400],
    ['/tree?root=x', 400],
    ['/changesets/x', 404],
    ['/changesets/%00', 404],
  ])('for %.60s: %i', async (target, status) => {
    expect(await statusOf(target)).toBe(status);
  });

  it('with two lengths, or a body that claims to be two', async () => {
    const smuggled = `POST /pages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminSecret}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await sendRaw(server.port, smuggled)).toMatch(/^HTTP\/1\.1 400 /);
    const twice = 'POST /pages HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd';
    expect(await sendRaw(server.port, twice)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('as a token, whatever it holds', async () => {
    for (const token of ['x'.repeat(8000), '\u00e9', "' OR 1=1 --", '\t']) {
      const { status } = await server.request('GET', '/pages', {
        token: null,
        headers: { authorization: `Bearer ${token}` },
      });
      expect(status).toBe(401);
    }
  });
});

describe('The whole address as target', () => {
  it('finds what its path finds, on every route', async () => {
    const { id } = await createPage(server, { slug: 'whole-address' });
    for (const path of [
      '/pages?limit=1',
      `/pages/${id}`,
      `/pages/${id}/content?version=1`,
      '/paths/whole-address',
      '/tree',
      '/events?after=0',
      '/schema/1',
      '/tokens',
      '/changesets',
      '/healthz',
      '/openapi.json',
    ]) {
      expect(await statusOf(`http://example.org${path}`)).toBe(200);
      expect(await statusOf(`HTTPS://user@example.org:443${path}`)).toBe(200);
    }
    for (const path of [
      '',
      '/',
      '?x=/pages',
      '/nothing',
      `/pages/${randomUUID()}`,
      '/paths/http://x/pages',
    ]) {
      expect(await statusOf(`http://example.org${path}`)).toBe(404);
    }
    expect(await statusOf('ftp://example.org/pages')).toBe(404);
  });

  it('is answered as its path is: where a page has moved to, and what a save has made', async () => {
    const { id } = await createPage(server, { slug: 'first-address' });
    await server.request('POST', `/pages/${id}/move`, {
      headers: onTop(1),
      body: { slug: 'second-address' },
    });
    const head = `Host: x\r\nAuthorization: Bearer ${adminSecret}\r\nConnection: close\r\n`;
    const moved = await sendRaw(
      server.port,
      `GET http://x/paths/first-address?asOf=${await server.position()} HTTP/1.1\r\n${head}\r\n`,
    );
    expect(moved).toMatch(/^location: second-address\?asOf=\d+\r$/m);
    const body = '{"title":"Second"}';
    const write = (target: string): Promise<string> =>
      sendRaw(
        server.port,
        `PUT ${target} HTTP/1.1\r\n${head}Schema-Version: 1\r\nIf-Match: "v1"\r\nIdempotency-Key: whole\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    const saved = await write(`http://x/pages/${id}/content`);
    expect(saved).toMatch(/^etag: "v2-s1"\r$/m);
    // The same request, whichever way it is written.
    expect(await write(`/pages/${id}/content`)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('Strange names work', () => {
  it.each([
    '😀',
    '👩‍👩‍👧',
    'a b',
    'ä',
    '%',
    '%2F',
    'a?b#c',
    '...',
    '~',
    "'",
    '"',
    '\\',
    'x'.repeat(255),
    '😀'.repeat(255),
    '\u202e',
  ])('the slug %s', async (slug) => {
    const { id } = await createPage(server, { slug });
    const found = await server.request('GET', `/paths/${encodeURIComponent(slug)}`);
    expect([found.status, found.json.id, found.json.slug]).toEqual([200, id, slug]);
    await server.request('POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: randomUUID() } });
    expect((await server.request('GET', `/paths/${encodeURIComponent(slug)}`)).status).toBe(308);
  });

  it('ids in upper case, which are the same ids', async () => {
    const { id } = await createPage(server);
    const upper = id.toUpperCase();
    expect((await server.request('GET', `/pages/${upper}`)).json.id).toBe(id);
    const { json } = await server.request('PUT', `/pages/${upper}/content`, {
      headers: onTop(1),
      body: { title: 'Second' },
    });
    expect(json).toMatchObject({ id, contentVersion: 2 });
    expect((await server.request('GET', `/events?page=${upper}`)).json.items).toHaveLength(2);
  });

  it('comments and contents with any character', async () => {
    const comment = '\u0000 \u2028 😀 \u0007 ";--';
    const body = { type: 'document', content: { title: comment }, comment };
    const { json } = await server.request('POST', '/pages', { headers: speaks, body });
    expect((await server.request('GET', `/pages/${json.id}`)).json).toMatchObject({
      comment,
      title: comment,
    });
  });
});
