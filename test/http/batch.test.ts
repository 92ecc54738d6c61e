import { randomUUID } from 'node:crypto';
import type { Body } from '../support/body.js';
import { createPage, save, speaks, write } from '../support/pages.js';
import { useServer } from '../support/server.js';
import { ladder } from '../support/ladder.js';

const server = useServer();
const create = (members: object = {}): object => ({
  method: 'POST',
  path: '/pages',
  body: { type: 'document', content: { title: 'x' }, ...members },
});
const put = (id: string, version: number, title: string): object => ({
  method: 'PUT',
  path: `/pages/${id}/content`,
  headers: { 'If-Match': `"v${version}"` },
  body: { title },
});

describe('A batch is refused', () => {
  it.each([
    [{}],
    [{ commands: [] }],
    [{ commands: 'all' }],
    [{ commands: [create()], colour: 'blue' }],
    [{ commands: [create()], comment: '\ud800' }],
    [{ commands: Array(1001).fill(create()) }],
    [[]],
  ])('when it is %.60j', async (body) => {
    const { status, json } = await server.request('POST', '/batch', { headers: speaks, body });
    expect([status, json.code]).toEqual([400, 'malformed-request']);
  });

  it.each([
    [400, 'malformed-request', null],
    [400, 'malformed-request', { method: 'GET', path: '/pages' }],
    [400, 'malformed-request', { method: 'POST', path: '/tokens', body: { role: 'admin' } }],
    [400, 'malformed-request', { method: 'POST', path: '/batch', body: { commands: [] } }],
    [400, 'malformed-request', { ...create(), colour: 'blue' }],
    [400, 'malformed-request', { ...create(), headers: { 'If-Match': 7 } }],
    [400, 'malformed-request', { ...create(), headers: { 'Idempotency-Key': 'twice' } }],
    [
      400,
      'malformed-request',
      { method: 'POST', path: '/pages/PAGE/publish', headers: { 'If-Mach': '"v1"' } },
    ],
    [400, 'malformed-request', create({ slug: 'a/b' })],
    [400, 'malformed-request', { method: 'DELETE', path: '/pages/PAGE?dryRun=true' }],
    [400, 'schema-version-unknown', { ...create(), headers: { 'Schema-Version': '99' } }],
    [404, 'not-found', { method: 'POST', path: `/pages/${randomUUID()}/publish` }],
    [
      412,
      'version-conflict',
      { method: 'PUT', path: '/pages/PAGE/content', headers: { 'If-Match': '"v1"' }, body: { title: 'x' } },
    ],
    [428, 'precondition-required', { method: 'DELETE', path: '/pages/PAGE' }],
    [409, 'path-taken', create({ slug: 'taken' })],
    [422, 'content-invalid', create({ content: { title: 7 } })],
    [422, 'content-invalid', create({ content: [] })],
    [422, 'duplicate-block-id', create({ content: { title: 'x', a: { _id: '1' }, b: { _id: '1' } } })],
  ])('whole, with %i %s and the index, for %j', async (status, code, bad) => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    await server.request('POST', '/pages', {
      headers: speaks,
      body: { type: 'document', content: { title: 'x' }, slug: 'taken' },
    });
    const item = JSON.parse(JSON.stringify(bad).replace('PAGE', id)) as unknown;
    const before = await server.position();
    for (const [index, commands] of [[item], [create(), create(), item, create()]].entries()) {
      const answer = await server.request('POST', '/batch', { headers: speaks, body: { commands } });
      expect([answer.status, answer.json.code, answer.json.index]).toEqual([
        status,
        code,
        index === 0 ? 0 : 2,
      ]);
    }
    expect(await server.position()).toBe(before);
  });

  it('for its JSON in its turn, with the index of the item', async () => {
    const { id } = await createPage(server);
    const lost = `{"method":"POST","path":"/pages/${randomUUID()}/publish"}`;
    const send = async (...items: string[]): Promise<Body> => {
      const body = `{"commands":[${items.join()}]}`;
      return (await server.request('POST', '/batch', { headers: speaks, body })).json;
    };
    const saves = (content: string, version: number): string =>
      `{"method":"PUT","path":"/pages/${id}/content","headers":{"If-Match":"\\"v${version}\\""},"body":${content}}`;
    const twice = '{"title":"a","n":1,"n":2}';
    expect(await send(lost, saves(twice, 1))).toMatchObject({ status: 404, index: 0 });
    expect(await send(saves(twice, 1), lost)).toMatchObject({ code: 'duplicate-key', index: 0 });
    expect(await send(saves(twice, 7))).toMatchObject({ code: 'version-conflict', index: 0 });
    const large = '{"title":"a","n":1e400}';
    expect(await send(saves('{"title":"b"}', 1), saves(large, 2))).toMatchObject({
      code: 'number-not-exact',
      index: 1,
      detail: expect.stringMatching(/^command 1: /) as string,
    });
    const labels = `{"method":"PUT","path":"/pages/${id}/labels/x","body":{"version":1,"version":2}}`;
    expect(await send(labels)).toMatchObject({ code: 'duplicate-key', index: 0 });
  });

  it('for two blocks of one id by the same pointer as when it is created alone', async () => {
    const content = { title: 'x', b: [{ _id: '1' }, { _id: '1' }] };
    const body = { type: 'document', content };
    const alone = await server.request('POST', '/pages', { headers: speaks, body });
    const commands = [{ method: 'POST', path: '/pages', body }];
    const item = await server.request('POST', '/batch', { headers: speaks, body: { commands } });
    expect([alone.json['pointer'], item.json['pointer']]).toEqual(['/b/1/_id', '/b/1/_id']);
  });

  it('when it brings content and nobody says at which schema version', async () => {
    const { status, json } = await server.request('POST', '/batch', { body: { commands: [create()] } });
    expect(status).toBe(428);
    expect(json).toMatchObject({ header: 'Schema-Version', index: 0 });
  });
});

describe('A batch', () => {
  it('is one change set, and answers each command as it would have been answered alone', async () => {
    const id = randomUUID();
    const before = await server.position();
    const commands = [
      create({ id, slug: id }),
      {
        method: 'PUT',
        path: `/pages/${id}/content`,
        headers: { 'if-match': '"v1"', comment: 'two' },
        body: { title: 'Second' },
      },
      {
        method: 'PATCH',
        path: `/pages/${id}/content`,
        headers: { 'If-Match': '"v2"' },
        body: { title: 'Third' },
      },
      {
        method: 'PATCH',
        path: `/pages/${id}/content`,
        headers: { 'If-Match': '"v3"' },
        body: [{ op: 'add', path: '/body', value: 'b' }],
      },
      { method: 'POST', path: `/pages/${id}/restore`, headers: { 'If-Match': '"v4"' }, body: { version: 1 } },
      {
        method: 'POST',
        path: `/pages/${id}/move`,
        headers: { 'If-Match': '"v5-s1"' },
        body: { slug: `${id}-moved` },
      },
      { method: 'POST', path: `/pages/${id}/publish`, body: { version: 2 } },
      { method: 'POST', path: `/pages/${id}/unpublish` },
      { method: 'DELETE', path: `/pages/${id}`, headers: { 'If-Match': '"v5"' } },
      { method: 'POST', path: `/pages/${id}/undelete` },
    ];
    const { status, json, position } = await server.request('POST', '/batch', {
      headers: speaks,
      body: { commands, comment: 'all of it' },
    });
    expect(status).toBe(200);
    expect(position).toBe(before + commands.length);
    expect(json.items.map((item) => item.status)).toEqual([201, 200, 200, 200, 200, 200, 200, 200, 204, 200]);
    expect(json.items[0]?.headers).toMatchObject({
      location: `pages/${id}`,
      'schema-version': String(ladder.finalized),
    });
    expect(json.items[1]?.headers.etag).toBe(`"v2-s${ladder.finalized}"`);
    expect(json.items.at(-1)?.body).toMatchObject({
      id,
      contentVersion: 5,
      path: `/${id}-moved`,
      status: 'draft',
    });
    const sets = await server.request('GET', `/changesets?after=${before}`);
    expect(sets.json.items).toHaveLength(1);
    expect(sets.json.items[0]).toMatchObject({
      firstPosition: before + 1,
      lastPosition: position,
      comment: 'all of it',
    });
    const one = await server.request('GET', `/changesets/${sets.json.items[0]?.id ?? ''}`);
    expect(one.json).toEqual(sets.json.items[0]);
    const versions = await server.request('GET', `/pages/${id}/versions`);
    expect(versions.json.items.map(({ comment }) => comment)).toEqual([
      ...Array<string>(3).fill('all of it'),
      'two',
      'all of it',
    ]);
  });

  it.each([
    ['', ''],
    [', in a dry run, too', '&dryRun=true'],
  ])('answers each command with what it made of the page, not the later ones%s', async (_name, query) => {
    const id = randomUUID();
    const commands = [
      create({ id, slug: id, content: { title: 'First' } }),
      put(id, 1, 'Second'),
      put(id, 2, 'Third'),
      { method: 'POST', path: `/pages/${id}/publish`, body: { version: 2 } },
      { method: 'POST', path: `/pages/${id}/restore`, headers: { 'If-Match': '"v3"' }, body: { version: 1 } },
      {
        method: 'POST',
        path: `/pages/${id}/move`,
        headers: { 'If-Match': '"v4"' },
        body: { slug: `${id}-b` },
      },
      { method: 'DELETE', path: `/pages/${id}`, headers: { 'If-Match': '"v4"' } },
    ];
    const before = await server.position();
    const { json, position } = await write(server, 'POST', `/batch?with=content${query}`, {
      headers: speaks,
      body: { commands },
    });
    expect(position).toBe(query === '' ? before + commands.length : before);
    const told = json.items
      .slice(0, -1)
      .map(({ status, headers, body }) => [
        status,
        headers['content-version'],
        body.contentVersion,
        body.status,
        body.path,
        body.content,
      ]);
    expect(told).toEqual([
      [201, '1', 1, 'draft', `/${id}`, { title: 'First' }],
      [200, '2', 2, 'draft', `/${id}`, { title: 'Second' }],
      [200, '3', 3, 'draft', `/${id}`, { title: 'Third' }],
      [200, '3', 3, 'changed', `/${id}`, { title: 'Third' }],
      [200, '4', 4, 'changed', `/${id}`, { title: 'First' }],
      [200, '4', 4, 'changed', `/${id}-b`, { title: 'First' }],
    ]);
    expect(json.items.at(-1)).toEqual({ status: 204, headers: {} });
    expect(json.items[3]?.headers.etag).toBe(`"v3-s${ladder.finalized}-p${before + 4}"`);
  });

  it('names who wrote a version that the same batch has made, and when, as reads do afterwards', async () => {
    const { id } = await createPage(server);
    const publish = { method: 'POST', path: `/pages/${id}/publish` };
    const { json } = await write(server, 'POST', '/batch?with=content', {
      headers: speaks,
      body: { commands: [put(id, 1, 'Second'), create(), publish] },
    });
    const read = await server.request('GET', `/pages/${id}`);
    expect(json.items[2]?.body).toEqual(read.json);
    expect(json.items[0]?.body).toMatchObject({
      updatedAt: read.json['updatedAt'],
      updatedBy: read.json['updatedBy'],
    });
  });

  it('answers with envelopes, and with content where it is asked for', async () => {
    const { id } = await createPage(server);
    const commands = [put(id, 1, 'Second'), { method: 'POST', path: `/pages/${id}/publish` }, create()];
    const sending = { headers: speaks, body: { commands } };
    const { json: plain } = await write(server, 'POST', '/batch?dryRun=true', sending);
    const { json: whole } = await write(server, 'POST', '/batch?dryRun=true&with=content', sending);
    expect(whole.items.map(({ body }) => body.content)).toEqual([
      { title: 'Second' },
      { title: 'Second' },
      { title: 'x' },
    ]);
    const known = ({ status, headers, body }: Body): unknown => [
      status,
      { ...headers, location: '' },
      { ...body, id: '', content: '', createdAt: '', updatedAt: '', publishedAt: '', firstPublishedAt: '' },
    ];
    expect(plain.items.map(known)).toEqual(whole.items.map(known));
    expect(plain.items.some(({ body }) => 'content' in body)).toBe(false);
    for (const query of ['with=everything', 'with=', 'with=content&with=content']) {
      expect((await server.request('POST', `/batch?${query}`, sending)).status).toBe(400);
    }
    const alone = await server.request('POST', `/pages/${id}/publish?with=content`);
    expect(alone.status).toBe(400);
  });

  it.each(['', '?with=content'])(
    'gives the same answers when it is repeated with its key: %j',
    async (query) => {
      const { id } = await createPage(server);
      const commands = [
        put(id, 1, 'Second'),
        put(id, 2, 'Third'),
        { method: 'POST', path: `/pages/${id}/publish` },
      ];
      const sending = { headers: { ...speaks, 'idempotency-key': randomUUID() }, body: { commands } };
      const first = await write(server, 'POST', `/batch${query}`, sending);
      await save(server, id, 3, { title: 'Fourth' });
      const again = await write(server, 'POST', `/batch${query}`, sending);
      expect([again.status, again.text, again.position]).toEqual([first.status, first.text, first.position]);
      const shown = [{ title: 'Second' }, { title: 'Third' }, { title: 'Third' }];
      expect(first.json.items.map(({ body }) => body.content)).toEqual(
        query === '' ? [undefined, undefined, undefined] : shown,
      );
      const other = query === '' ? '?with=content' : '';
      const { json } = await server.request('POST', `/batch${other}`, sending);
      expect(json.code).toBe('idempotency-key-reused');
    },
  );

  it('keeps the comments of what makes no version with its own', async () => {
    const { id } = await createPage(server);
    const commands = [
      { method: 'POST', path: `/pages/${id}/publish`, body: { comment: 'out' } },
      {
        method: 'PUT',
        path: `/pages/${id}/content`,
        headers: { 'if-match': '"v1"', comment: 'in' },
        body: { title: 'x' },
      },
      { method: 'DELETE', path: `/pages/${id}`, headers: { 'if-match': '"v2"', comment: 'away' } },
    ];
    const { status } = await write(server, 'POST', '/batch', {
      headers: speaks,
      body: { commands, comment: 'all' },
    });
    expect(status).toBe(200);
    const { json } = await server.request('GET', '/changesets?limit=500');
    expect(json.items.at(-1)?.comment).toBe('all\nout\naway');
    const long = [{ method: 'POST', path: `/pages/${id}/undelete`, body: { comment: 'x' } }];
    const body = { commands: long, comment: 'y'.repeat(2000) };
    const refused = await server.request('POST', '/batch', { headers: speaks, body });
    expect([refused.status, refused.json.code]).toEqual([400, 'malformed-request']);
  });

  it('takes the tags that proxies make, and no header twice', async () => {
    const { id } = await createPage(server);
    const path = `/pages/${id}/content`;
    const sendItem = (headers: object) =>
      server.request('POST', '/batch', {
        headers: speaks,
        body: { commands: [{ method: 'PUT', path, headers, body: { title: 'Second' } }] },
      });
    expect((await sendItem({ 'If-Match': '"v7", W/"v1-s1-gzip"' })).status).toBe(200);
    const twice = await sendItem({ 'If-Match': '"v7"', 'if-match': '"v2"' });
    expect(twice.json).toMatchObject({ code: 'malformed-request', index: 0 });
    expect((await sendItem({ 'If-Match': '*' })).status).toBe(400);
  });

  it('lets an item speak another schema version than the batch', async () => {
    const item = { ...create(), headers: { 'Schema-Version': '1' } };
    const { json } = await write(server, 'POST', '/batch', { body: { commands: [item] } });
    expect(json.items[0]?.status).toBe(201);
  });
});

describe('A batch that is too heavy', () => {
  const limitBytes = 64 * 1024 * 1024;
  const megabyte = 'x'.repeat(1024 * 1024);
  const patchOf = (id: string, version: number, body: object): object => ({
    method: 'PATCH',
    path: `/pages/${id}/content`,
    headers: { 'If-Match': `"v${version}"` },
    body,
  });

  it('is refused for what it reads, whether or not it changes anything', async () => {
    const { id } = await createPage(server, { content: { title: 'x', body: megabyte.repeat(9) } });
    const before = await server.position();
    const commands = Array<object>(1000).fill(patchOf(id, 1, {}));
    const { status, json } = await server.request('POST', '/batch', { headers: speaks, body: { commands } });
    // Seven times nine megabytes are read.
    expect([status, json]).toMatchObject([422, { code: 'too-much-work', index: 7, limitBytes }]);
    expect(await server.position()).toBe(before);
    const seven = { headers: speaks, body: { commands: commands.slice(0, 7) } };
    expect((await server.request('POST', '/batch', seven)).status).toBe(200);
  });

  it('is refused for what it writes, with its key not kept', async () => {
    const { id } = await createPage(server, { content: { title: 'x', body: megabyte } });
    const before = await server.position();
    const commands = Array.from({ length: 560 }, (_, index) => patchOf(id, index + 1, { title: `${index}` }));
    const headers = { ...speaks, 'idempotency-key': randomUUID() };
    const heavy = await server.request('POST', '/batch', { headers, body: { commands } });
    expect([heavy.status, heavy.json]).toMatchObject([422, { code: 'too-much-work', index: 31, limitBytes }]);
    expect(await server.position()).toBe(before);
    const body = { commands: commands.slice(0, 31) };
    const first = await write(server, 'POST', '/batch', { headers, body });
    expect((await write(server, 'POST', '/batch', { headers, body })).text).toBe(first.text);
    expect(await server.position()).toBe(before + 31);
  });

  it('is refused for what its answer would show, and taken where that is not asked for', async () => {
    const { id } = await createPage(server, { content: { title: 'x', body: megabyte.repeat(5) } });
    const publish = { method: 'POST', path: `/pages/${id}/publish` };
    const unpublish = { method: 'POST', path: `/pages/${id}/unpublish` };
    const body = { commands: Array.from({ length: 1000 }, (_, index) => (index % 2 ? unpublish : publish)) };
    const before = await server.position();
    const shown = await server.request('POST', '/batch?with=content', { headers: speaks, body });
    expect([shown.status, shown.json]).toMatchObject([422, { code: 'too-much-work', index: 12, limitBytes }]);
    expect(await server.position()).toBe(before);
    const plain = await write(server, 'POST', '/batch', { headers: speaks, body });
    expect(plain.json.items).toHaveLength(1000);
    expect(await server.position()).toBe(before + 1000);
  });
});

describe('A dry run', () => {
  it('answers any write as it would be answered, and appends nothing', async () => {
    const { id } = await createPage(server, { slug: randomUUID() });
    const gone = await createPage(server, { slug: randomUUID() });
    await write(server, 'DELETE', `/pages/${gone.id}`, { headers: { 'if-match': '"v1"' } });
    const tag = { ...speaks, 'if-match': '"v1"' };
    const merge = { ...tag, 'content-type': 'application/merge-patch+json' };
    const before = await server.position();
    const page = await server.request('GET', `/pages/${id}`);
    const writes = [
      ['POST', '/pages', { headers: speaks, body: { type: 'document', content: { title: 'x' } } }, 201],
      ['PUT', `/pages/${id}/content`, { headers: tag, body: { title: 'Second' } }, 200],
      ['PATCH', `/pages/${id}/content`, { headers: merge, body: { title: 'Second' } }, 200],
      ['POST', `/pages/${id}/restore`, { headers: tag, body: { version: 1 } }, 200],
      ['POST', `/pages/${id}/move`, { headers: tag, body: { slug: 'elsewhere' } }, 200],
      ['POST', `/pages/${id}/publish`, {}, 200],
      ['POST', `/pages/${id}/unpublish`, {}, 200],
      ['DELETE', `/pages/${id}`, { headers: tag }, 204],
      ['POST', `/pages/${gone.id}/undelete`, {}, 200],
      ['POST', '/batch', { headers: speaks, body: { commands: [create(), create()] } }, 200],
      ['POST', '/tokens', { body: { role: 'editor' } }, 201],
    ] as const;
    for (const [method, path, sending, status] of writes) {
      const answer = await server.request(method, `${path}?dryRun=true`, sending);
      expect([method, path, answer.status]).toEqual([method, path, status]);
      expect(answer.json.secret).toBeUndefined();
      expect((await server.request(method, `${path}?dryRun=maybe`, sending)).status).toBe(400);
    }
    const saved = await server.request('PUT', `/pages/${id}/content?dryRun=true`, {
      headers: tag,
      body: { title: 'Second' },
    });
    expect(saved.json).toMatchObject({ contentVersion: 2, title: 'Second' });
    const stale = { ...speaks, 'if-match': '"v7"' };
    const refused = await server.request('PUT', `/pages/${id}/content?dryRun=true`, {
      headers: stale,
      body: { title: 'Second' },
    });
    expect(refused.status).toBe(412);
    expect(await server.position()).toBe(before);
    expect((await server.request('GET', `/pages/${id}`)).text).toBe(page.text);
    const real = await write(server, 'PUT', `/pages/${id}/content?dryRun=false`, {
      headers: tag,
      body: { title: 'Second' },
    });
    expect(real.position).toBe(before + 1);
  });
});
