import { randomUUID } from 'node:crypto';
import { createPage, onTop, save, speaks, tokenFor } from '../support/pages.js';
import { sendRaw } from '../support/raw-http.js';
import { adminSecret, useServer } from '../support/server.js';
import { ladder } from '../support/ladder.js';

const server = useServer();
const someId = randomUUID();

describe('Nothing is served without a token', () => {
  it.each([
    ['GET', '/pages'],
    ['GET', `/pages/${someId}`],
    ['GET', '/paths/about'],
    ['GET', '/tree'],
    ['GET', '/events'],
    ['GET', '/changesets'],
    ['GET', '/tokens'],
    ['GET', '/system'],
    ['POST', '/pages'],
    ['PUT', `/pages/${someId}/content`],
    ['POST', '/batch'],
    ['POST', '/healthz'],
    ['DELETE', '/readyz'],
    ['GET', '/no/such/path'],
    ['PATCH', '/no/such/path'],
    ['OPTIONS', '/pages'],
    ['PROPFIND', '/pages'],
    ['GET', '/pages/%ff'],
    ['GET', '/paths/%'],
  ])('%s %s', async (method, path) => {
    const { status, json, headers, position } = await server.request(method, path, { token: null });
    expect([status, json.code]).toEqual([401, 'unauthenticated']);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(position).toBeGreaterThan(0);
  });

  it.each([
    'Bearer wrong',
    'Bearer ',
    'Bearer',
    'Basic c2VjcmV0',
    adminSecret,
    `Bearer${adminSecret}`,
    `Bearer ${adminSecret} ${adminSecret}`,
  ])('nor with the header "%s"', async (authorization) => {
    const { status, json } = await server.request('GET', '/pages', {
      token: null,
      headers: { authorization },
    });
    expect([status, json.code]).toEqual([401, 'unauthenticated']);
  });

  it('but for the two health checks', async () => {
    const health = await server.request('GET', '/healthz', { token: null });
    const ready = await server.request('GET', '/readyz', { token: null });
    expect([health.status, ready.status]).toEqual([200, 200]);
  });

  it('and the scheme is not case-sensitive', async () => {
    const { status } = await server.request('GET', '/pages', {
      token: null,
      headers: { authorization: `bEARER ${adminSecret}` },
    });
    expect(status).toBe(200);
  });
});

describe('What is not known is refused and not ignored', () => {
  it.each([
    '/pages',
    '/pages/ID',
    '/pages/ID/content',
    '/pages/ID/versions',
    '/pages/ID/versions/1',
    '/pages/ID/diff?from=1&',
    '/paths/known',
    '/tree',
    '/changesets',
    '/events',
    '/tokens',
    '/system',
    '/me',
  ])('the query parameter of GET %s', async (path) => {
    const { id } = await createPage(server, { slug: path === '/paths/known' ? 'known' : randomUUID() });
    const url = path.replace('ID', id);
    const { status, json } = await server.request('GET', `${url}${url.includes('?') ? '' : '?'}colour=blue`);
    expect([status, json.code]).toEqual([400, 'malformed-request']);
    expect(json.detail).toContain('colour');
  });

  it.each([
    ['POST', '/pages', { type: 'document', content: { title: 'x' } }],
    ['POST', '/pages/ID/move', { slug: 'elsewhere' }],
    ['POST', '/pages/ID/publish', {}],
    ['POST', '/pages/ID/unpublish', {}],
    ['POST', '/pages/ID/restore', { version: 1 }],
    ['POST', '/pages/ID/undelete', {}],
    ['POST', '/batch', { commands: [{ method: 'POST', path: '/pages/ID/publish' }] }],
    ['POST', '/tokens', { role: 'editor' }],
  ])('the member and the query parameter of %s %s', async (method, path, members) => {
    const { id } = await createPage(server, { slug: randomUUID() });
    const url = path.replace('ID', id);
    const before = await server.position();
    for (const colour of ['colour', '__proto__', 'constructor']) {
      const body = JSON.stringify(members)
        .replace('ID', id)
        .replace(/\}$/, `${Object.keys(members).length ? ',' : ''}"${colour}":{}}`);
      const { status, json } = await server.request(method, url, { headers: onTop(1), body });
      expect([status, json.code]).toEqual([400, 'malformed-request']);
      expect(json.detail).toContain(colour);
    }
    const { status, json } = await server.request(method, `${url}?colour=blue`, {
      headers: onTop(1),
      body: members,
    });
    expect([status, json.code]).toEqual([400, 'malformed-request']);
    expect(await server.position()).toBe(before);
  });

  it('what is of lists, where events are streamed', async () => {
    for (const query of ['limit=2', 'cursor=MQ']) {
      const headers = { accept: 'text/event-stream' };
      const { status, json } = await server.request('GET', `/events?${query}`, { headers });
      expect([status, json.code]).toEqual([400, 'malformed-request']);
    }
    const headers = { accept: 'application/json, text/event-stream;q=0' };
    expect((await server.request('GET', '/events?limit=1', { headers })).json.items).toHaveLength(1);
  });

  it.each([
    ['GET', '/pages?limit=many', undefined, 'limit must be an integer number'],
    ['GET', '/pages?limit=501', undefined, 'limit must not be greater than 500'],
    ['GET', '/pages/ID/diff', undefined, 'from must be an integer number'],
    ['POST', '/pages/ID/publish', { version: '1' }, 'version must be an integer number'],
    ['POST', '/pages/ID/restore', {}, 'version must be an integer number'],
    ['PUT', '/pages/ID/labels/x', {}, 'version must be an integer number'],
    ['PUT', '/pages/ID/labels/x', { version: 0 }, 'version must not be less than 1'],
    ['POST', '/pages', { content: {} }, 'type must be a string'],
  ])('%s %s with %j by what is wrong with it: %s', async (method, path, body, detail) => {
    const { id } = await createPage(server);
    const { status, json } = await server.request(method, path.replace('ID', id), {
      headers: onTop(1),
      body,
    });
    expect([status, json.detail]).toEqual([400, detail]);
  });

  it('a repeated query parameter', async () => {
    const { status, json } = await server.request('GET', '/pages?limit=1&limit=2');
    expect([status, json.code]).toEqual([400, 'malformed-request']);
  });

  it.each([
    ['GET', '/no/such/path'],
    ['GET', '/pages/'],
    ['PUT', '/pages/'],
    ['POST', '/trees'],
    ['GET', `/pages/${someId}/colours`],
  ])('%s %s', async (method, path) => {
    const { status, json } = await server.request(method, path);
    expect([status, json.code]).toEqual([404, 'not-found']);
  });
});

describe('A client is served at the schema version that it speaks', () => {
  it.each([
    ['99', 'schema-version-unknown', { requested: 99, current: ladder.finalized }],
    [
      '0',
      'schema-version-too-old',
      { requested: 0, minimum: 1, current: ladder.finalized, action: 'reload' },
    ],
    ['one', 'malformed-request', {}],
    ['1.0', 'malformed-request', {}],
    ['-1', 'malformed-request', {}],
    ['', 'malformed-request', {}],
  ])('or refused, as %j is', async (version, code, details) => {
    const { id } = await createPage(server, { slug: randomUUID() });
    const headers = { 'if-match': '"v1"', 'schema-version': version };
    const before = await server.position();
    const answers = [
      await server.request('GET', `/pages/${id}`, { headers }),
      await server.request('GET', `/pages/${id}/content`, { headers }),
      await server.request('GET', `/pages/${id}/versions/1`, { headers }),
      await server.request('POST', '/pages', {
        headers,
        body: { type: 'document', content: { title: 'x' } },
      }),
      await server.request('PUT', `/pages/${id}/content`, { headers, body: { title: 'x' } }),
      await server.request('POST', `/pages/${id}/publish`, { headers }),
      await server.request('POST', `/pages/${id}/move`, { headers, body: { slug: randomUUID() } }),
      await server.request('DELETE', `/pages/${id}`, { headers }),
      await server.request('POST', '/batch', {
        headers,
        body: { commands: [{ method: 'POST', path: `/pages/${id}/publish` }] },
      }),
    ];
    for (const { status, json } of answers) {
      expect(status).toBe(400);
      expect(json).toMatchObject({ code, ...details });
    }
    expect(await server.position()).toBe(before);
  });

  it('without a version it reads at the current one, and may not bring content', async () => {
    const { id } = await createPage(server);
    const read = await server.request('GET', `/pages/${id}`);
    expect(read.json).toMatchObject({
      schemaVersion: ladder.finalized,
      storedSchemaVersion: ladder.finalized,
    });
    const body = { type: 'document', content: { title: 'x' } };
    const answers = [
      await server.request('POST', '/pages', { body }),
      await server.request('PUT', `/pages/${id}/content`, {
        headers: { 'if-match': '"v1"' },
        body: { title: 'x' },
      }),
      await server.request('PATCH', `/pages/${id}/content`, {
        headers: { 'if-match': '"v1"', 'content-type': 'application/merge-patch+json' },
        body: { title: 'x' },
      }),
      await server.request('POST', '/batch', {
        body: { commands: [{ method: 'POST', path: '/pages', body }] },
      }),
    ];
    for (const { status, json } of answers) {
      expect(status).toBe(428);
      expect(json).toMatchObject({ code: 'precondition-required', header: 'Schema-Version' });
    }
  });
});

describe('Every answer', () => {
  it('that carries content says which version of the content and of the schema it is', async () => {
    const { id } = await createPage(server, { slug: 'carries-content' });
    const merge = { ...onTop(1), 'content-type': 'application/merge-patch+json' };
    const answers = [
      await server.request('GET', `/pages/${id}`),
      await server.request('GET', `/pages/${id}/content`),
      await server.request('GET', `/pages/${id}/versions/1`),
      await server.request('GET', `/pages/${id}?version=1`),
      await server.request('GET', '/paths/carries-content'),
      await server.request('PUT', `/pages/${id}/content`, { headers: onTop(1), body: { title: 'First' } }),
      await server.request('PATCH', `/pages/${id}/content`, { headers: merge, body: {} }),
      await server.request('POST', `/pages/${id}/publish`),
      await server.request('POST', `/pages/${id}/restore`, { headers: onTop(1), body: { version: 1 } }),
    ];
    for (const { status, headers } of answers) {
      expect(status).toBe(200);
      expect(headers.get('content-version')).toBe('1');
      expect(headers.get('schema-version')).toBe(String(ladder.finalized));
      expect(headers.get('vary')).toBe('Authorization, User-Token, Schema-Version');
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });

  it('of a diff says in which schema version it is, and that it depends on it', async () => {
    const { id } = await createPage(server);
    const { headers } = await server.request('GET', `/pages/${id}/diff?from=1`);
    expect(headers.get('schema-version')).toBe(String(ladder.finalized));
    expect(headers.get('vary')).toBe('Authorization, User-Token, Schema-Version');
  });

  it('says which position of the log it reflects', async () => {
    const { id } = await createPage(server, { slug: 'old-place' });
    await server.request('POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: 'new-place' } });
    const position = await server.position();
    const answers = [
      await server.request('GET', '/healthz', { token: null }),
      await server.request('GET', '/readyz', { token: null }),
      await server.request('GET', '/pages', { token: null }),
      await server.request('GET', '/pages'),
      await server.request('GET', `/pages/${id}`),
      await server.request('GET', `/pages/${id}/versions`),
      await server.request('GET', `/pages/${id}/diff?from=1`),
      await server.request('GET', `/pages/${id}`, { headers: { 'if-none-match': '*' } }),
      await server.request('GET', '/paths/old-place'),
      await server.request('GET', '/tree'),
      await server.request('GET', '/changesets'),
      await server.request('GET', '/events'),
      await server.request('GET', '/tokens'),
      await server.request('GET', '/system'),
      await server.request('GET', '/no/such/path'),
      await server.request('GET', '/pages?limit=0'),
      await server.request('GET', '/paths/%'),
      await server.request('GET', '/paths/%ff'),
      await server.request('GET', `/pages/${'x'.repeat(9000)}`),
      await server.request('PROPFIND', '/pages'),
      await server.request('POST', '/pages', { headers: speaks, body: '{' }),
      await server.request('PUT', `/pages/${id}/content`, { headers: onTop(7), body: { title: 'x' } }),
      await server.request('POST', `/pages/${id}/publish?dryRun=true`),
    ];
    for (const { headers } of answers) expect(headers.get('position')).toBe(String(position));
    const written = await server.request('POST', `/pages/${id}/publish`);
    expect(written.position).toBe(position + 1);
  });

  it('that refuses is a problem document', async () => {
    const { id } = await createPage(server);
    const answers = [
      await server.request('GET', '/pages', { token: null }),
      await server.request('GET', '/no/such/path'),
      await server.request('GET', '/pages?limit=0'),
      await server.request('GET', '/paths/%'),
      await server.request('GET', `/pages/${'x'.repeat(9000)}`),
      await server.request('POST', '/pages', {
        headers: speaks,
        body: 'x',
        token: await tokenFor(server, 'render'),
      }),
      await server.request('PUT', `/pages/${id}/content`, {
        headers: { ...onTop(1), 'content-type': 'text/plain' },
        body: 'x',
      }),
      await server.request('PUT', `/pages/${id}/content`, { headers: speaks, body: {} }),
      await server.request('PUT', `/pages/${id}/content`, { headers: onTop(2), body: {} }),
      await server.request('POST', '/pages', {
        headers: speaks,
        body: { type: 'document', id, content: {} },
      }),
      await server.request('PUT', `/pages/${id}/content`, { headers: onTop(1), body: {} }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      401, 404, 400, 400, 404, 403, 415, 428, 412, 409, 422,
    ]);
    for (const { status, headers, json } of answers) {
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(json).toMatchObject({
        type: `urn:palimpsest:problem:${json.code}`,
        status,
        title: expect.any(String) as string,
      });
      expect(json.code).toMatch(/^[a-z-]+$/);
      expect(json.detail.length).toBeGreaterThan(5);
    }
  });

  it('to a request that is no HTTP is a 400', async () => {
    expect(await sendRaw(server.port, 'HELLO\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('Problems carry what a client needs to go on', () => {
  it('a conflict tells the current version and what changed since', async () => {
    const { id } = await createPage(server, { content: { title: 'First', body: 'One' } });
    await server.request('PUT', `/pages/${id}/content`, {
      headers: onTop(1),
      body: { title: 'First', body: 'Two', new: [] },
    });
    const { json } = await server.request('PUT', `/pages/${id}/content`, {
      headers: onTop(1),
      body: { title: 'x' },
    });
    expect(json).toMatchObject({
      code: 'version-conflict',
      expected: 1,
      current: {
        contentVersion: 2,
        by: { kind: 'token' },
        at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
      changed: ['/body', '/new'],
    });
  });

  it('a conflict of more than a hundred places tells a hundred, and that there are more', async () => {
    const before = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x${index}`, 1]));
    const after = Object.fromEntries(Object.keys(before).map((key) => [key, 2]));
    const { id } = await createPage(server, { content: { title: 'x', ...before } });
    await save(server, id, 1, { title: 'x', ...after });
    const late = (body: object) => server.request('PUT', `/pages/${id}/content`, { headers: onTop(1), body });
    const { json } = await late({ title: 'y' });
    expect([json['changed'], json['more']]).toEqual([
      Object.keys(before)
        .slice(0, 100)
        .map((key) => `/${key}`),
      true,
    ]);
    await save(server, id, 2, { title: 'x', ...after, x0: 1 });
    const fewer = (await late({ title: 'y' })).json;
    expect([(fewer['changed'] as string[]).length, fewer['more']]).toEqual([100, undefined]);
  });

  it.each([400_000, 600_000])(
    'a conflict of documents of %i bytes tells that there is more',
    async (bytes) => {
      const body = 'x'.repeat(bytes);
      const { id } = await createPage(server, { content: { title: 'x', body } });
      await save(server, id, 1, { title: 'y', body });
      const { json } = await server.request('PUT', `/pages/${id}/content`, {
        headers: onTop(1),
        body: { title: 'z' },
      });
      expect(json).toMatchObject({ code: 'version-conflict', expected: 1, changed: [], more: true });
    },
  );

  it('a conflict with a version that was made in the same batch tells that there is more', async () => {
    const { id } = await createPage(server);
    const put = {
      method: 'PUT',
      path: `/pages/${id}/content`,
      headers: { 'If-Match': '"v1"' },
      body: { title: 'y' },
    };
    const { json } = await server.request('POST', '/batch', {
      headers: speaks,
      body: { commands: [put, put] },
    });
    expect(json).toMatchObject({ code: 'version-conflict', index: 1, expected: 1, changed: [], more: true });
    const never = await server.request('PUT', `/pages/${id}/content`, {
      headers: onTop(7),
      body: { title: 'y' },
    });
    expect([never.json['changed'], never.json['more']]).toEqual([[], undefined]);
  });

  it('invalid content tells each fault by its pointer', async () => {
    const body = { type: 'page', content: { title: 7, blocks: [{ _id: 'a', _type: 'nonsense' }] } };
    const { status, json } = await server.request('POST', '/pages', { headers: speaks, body });
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'content-invalid', schemaVersion: ladder.finalized });
    expect(json.errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/title', message: expect.any(String) as string }),
        expect.objectContaining({ pointer: '/blocks/0/_type', message: expect.any(String) as string }),
      ]),
    );
  });

  it('a missing precondition names the header', async () => {
    const { id } = await createPage(server);
    const { status, json } = await server.request('DELETE', `/pages/${id}`);
    expect(status).toBe(428);
    expect(json).toMatchObject({ code: 'precondition-required', header: 'If-Match' });
  });
});
