import { createPage, onTop, save, speaks, write } from '../support/pages.js';
import { sendRaw } from '../support/raw-http.js';
import { adminSecret, useServer } from '../support/server.js';
import { ladder } from '../support/ladder.js';

const server = useServer();

describe('If-Match', () => {
  it.each([
    '*',
    'v2',
    '"v2',
    'v2"',
    '"v1" "v2"',
    '"v1""v2"',
    '"v1", v2',
    '*, "v2"',
    '',
    ',',
    'W/v2',
    'w/"v2"',
    '“v2”'.replace(/[“”]/g, "'"),
  ])('%j is refused, because it names no version', async (tag) => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    const headers = { ...speaks, 'if-match': tag };
    const { status, json } = await server.request('PUT', `/pages/${id}/content`, {
      headers,
      body: { title: 'Third' },
    });
    expect([status, json.code]).toEqual([400, 'malformed-request']);
    expect(json.detail).toMatch(/^If-Match has to name the version that you saw, such as "v17"/);
  });

  it.each([
    '"v1"',
    `"v1-s${ladder.finalized}"`,
    `"v1-s${ladder.finalized}-p1"`,
    '"v3"',
    '"v0"',
    '"v99999999999"',
    '"V2"',
    '"v2-x"',
    '"v2-s"',
    '"v2-gzip-s1"',
    '"v2--s1"',
    '"v1", "v3"',
    '"a,v2", "v1-gzip"',
    '"v1", "v1"',
    '"v02x"',
    '""',
    '"abc"',
  ])('%j is stale, or no tag of ours, and does not match version 2', async (tag) => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    const headers = { ...speaks, 'if-match': tag };
    const { status, json } = await server.request('PUT', `/pages/${id}/content`, {
      headers,
      body: { title: 'Third' },
    });
    expect([status, json.code]).toEqual([412, 'version-conflict']);
    expect(json.current).toMatchObject({ contentVersion: 2 });
  });

  it.each([
    '"v2"',
    `"v2-s${ladder.finalized}"`,
    '"v2-s7"',
    `"v2-s${ladder.finalized}-p1"`,
    `"v2-s${ladder.finalized}-p99999"`,
    `W/"v2-s${ladder.finalized}"`,
    ' "v2" ',
    '"v2-gzip"',
    `"v2-s${ladder.finalized}-gzip"`,
    `"v2-s${ladder.finalized}--gzip"`,
    `"v2-s${ladder.finalized};gzip"`,
    `"v2-s${ladder.finalized}-br"`,
    `"v2-s${ladder.finalized}-zstd"`,
    `"v2-s${ladder.finalized}-p1-x-gzip"`,
    `W/"v2-s${ladder.finalized}-gzip-br"`,
    `"v1", "v2-s${ladder.finalized}"`,
    '"v2","v1"',
    ', "other,with-a-comma" ,, W/"v2--gzip"',
  ])('%j matches version 2, because it compares the content version alone', async (tag) => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    const headers = { ...speaks, 'if-match': tag };
    const { status, json } = await server.request('PUT', `/pages/${id}/content`, {
      headers,
      body: { title: 'Third' },
    });
    expect([status, json.contentVersion]).toEqual([200, 3]);
  });

  it.each([
    ['PUT', '/content', { title: 'x' }, {}],
    ['PATCH', '/content', { title: 'x' }, { 'content-type': 'application/merge-patch+json' }],
    ['POST', '/restore', { version: 1 }, {}],
    ['POST', '/move', { slug: 'x' }, {}],
    ['DELETE', '', undefined, {}],
  ])('has to be there for %s %s', async (method, path, body, headers) => {
    const { id } = await createPage(server);
    const { status, json } = await server.request(method, `/pages/${id}${path}`, {
      headers: { ...speaks, ...headers },
      body,
    });
    expect(status).toBe(428);
    expect(json).toMatchObject({ code: 'precondition-required', header: 'If-Match' });
  });

  it('may come in several lines, which are one list', async () => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    for (const [lines, status] of [
      [['"v1"', '"v2"'], 200],
      [['"v1"', '"v2"'], 412],
      [['"v2"', 'v3'], 400],
    ] as const) {
      const body = '{"title":"Third"}';
      const request =
        `PUT /pages/${id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminSecret}\r\nSchema-Version: 1\r\n` +
        lines.map((line) => `If-Match: ${line}\r\n`).join('') +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
      expect(await sendRaw(server.port, request)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    }
  });

  it('tells of what changed since the newest of those that it names', async () => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    await save(server, id, 2, { title: 'Second', body: 'More' });
    const headers = { ...speaks, 'if-match': '"v1", "v2", "other"' };
    const { json } = await server.request('DELETE', `/pages/${id}`, { headers });
    expect(json).toMatchObject({ code: 'version-conflict', expected: 2, changed: ['/body'] });
  });

  it('is not needed to publish, to unpublish, and to bring a page back', async () => {
    const { id } = await createPage(server);
    await write(server, 'POST', `/pages/${id}/publish`);
    await write(server, 'POST', `/pages/${id}/unpublish`);
    await write(server, 'DELETE', `/pages/${id}`, { headers: onTop(1) });
    await write(server, 'POST', `/pages/${id}/undelete`);
  });
});

describe('An entity tag', () => {
  it('of content names content and schema version, and changes with them only', async () => {
    const { id } = await createPage(server, { slug: 'tagged' });
    const tag = async (): Promise<string | null> =>
      (await server.request('GET', `/pages/${id}/content`)).headers.get('etag');
    expect(await tag()).toBe(`"v1-s${ladder.finalized}"`);
    await write(server, 'POST', `/pages/${id}/publish`);
    await write(server, 'POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: 'tagged-too' } });
    expect(await tag()).toBe(`"v1-s${ladder.finalized}"`);
    await save(server, id, 1, { title: 'Second' });
    expect(await tag()).toBe(`"v2-s${ladder.finalized}"`);
  });

  it('of the envelope also names the last position that changed it, its path included', async () => {
    const parent = await createPage(server, { slug: 'above' });
    const { id } = await createPage(server, { slug: 'beneath', parent: parent.id });
    const tag = async (): Promise<string | null> =>
      (await server.request('GET', `/pages/${id}`)).headers.get('etag');
    expect(await tag()).toBe(`"v1-s${ladder.finalized}-p${await server.position()}"`);
    const published = await write(server, 'POST', `/pages/${id}/publish`);
    expect(published.headers.get('etag')).toBe(`"v1-s${ladder.finalized}-p${published.position}"`);
    expect(await tag()).toBe(published.headers.get('etag'));
    const moved = await write(server, 'POST', `/pages/${parent.id}/move`, {
      headers: onTop(1),
      body: { slug: 'over' },
    });
    expect(await tag()).toBe(`"v1-s${ladder.finalized}-p${moved.position}"`);
    await createPage(server);
    expect(await tag()).toBe(`"v1-s${ladder.finalized}-p${moved.position}"`);
  });

  it('of a save is that of the content, so that the next save can name it', async () => {
    const { id } = await createPage(server);
    let tag = (await server.request('GET', `/pages/${id}/content`)).headers.get('etag') ?? '';
    for (const title of ['Second', 'Third', 'Fourth']) {
      const headers = { ...speaks, 'if-match': tag };
      tag =
        (await write(server, 'PUT', `/pages/${id}/content`, { headers, body: { title } })).headers.get(
          'etag',
        ) ?? '';
    }
    expect(tag).toBe(`"v4-s${ladder.finalized}"`);
  });
});

describe('If-None-Match', () => {
  it.each([
    `"v1-s${ladder.finalized}"`,
    `W/"v1-s${ladder.finalized}"`,
    `"x", "v1-s${ladder.finalized}"`,
    '*',
    ' * ',
    `"v1-s${ladder.finalized}-gzip"`,
    `W/"v1-s${ladder.finalized}--br"`,
    `"a,b",, "v1-s${ladder.finalized};gzip"`,
  ])('%s answers 304 without a body to whoever has the content', async (tag) => {
    const { id } = await createPage(server);
    const answer = await server.request('GET', `/pages/${id}/content`, {
      headers: { 'if-none-match': tag },
    });
    expect([answer.status, answer.text]).toEqual([304, '']);
    expect(answer.headers.get('etag')).toBe(`"v1-s${ladder.finalized}"`);
    expect(answer.headers.get('vary')).toBe('Authorization, User-Token, Schema-Version');
  });

  it.each(['', 'v1', `v1-s${ladder.finalized}`, '"v1', '*, "v1"', '"v1" "v2"'])(
    '%j is refused, because it is no list of tags',
    async (tag) => {
      const { id } = await createPage(server);
      for (const path of [`/pages/${id}/content`, `/pages/${id}`]) {
        const { status, json } = await server.request('GET', path, { headers: { 'if-none-match': tag } });
        expect([status, json.code]).toEqual([400, 'malformed-request']);
        expect(json.detail).toMatch(/^If-None-Match has to be a list of entity tags/);
      }
    },
  );

  it.each([`"v2-s${ladder.finalized}"`, '"v1-s1"', '"v1"', '"v1-s1", "v2"'])(
    '%s gets the content',
    async (tag) => {
      const { id } = await createPage(server);
      const answer = await server.request('GET', `/pages/${id}/content`, {
        headers: { 'if-none-match': tag },
      });
      expect([answer.status, answer.text]).toEqual([200, '{"title":"First"}']);
    },
  );

  it('spares the envelope, the page at a path and a single version', async () => {
    const { id } = await createPage(server, { slug: 'spared' });
    for (const path of [
      `/pages/${id}`,
      '/paths/spared',
      `/pages/${id}/versions/1`,
      `/pages/${id}?version=1`,
    ]) {
      const { headers } = await server.request('GET', path);
      const again = await server.request('GET', path, {
        headers: { 'if-none-match': headers.get('etag') ?? '' },
      });
      expect(again.status).toBe(304);
    }
    const { headers } = await server.request('GET', `/pages/${id}`);
    await write(server, 'POST', `/pages/${id}/publish`);
    const later = await server.request('GET', `/pages/${id}`, {
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    });
    expect(later.status).toBe(200);
  });
});
