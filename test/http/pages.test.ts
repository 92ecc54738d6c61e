import { randomUUID } from 'node:crypto';
import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import { useServer } from '../support/server.js';
import { ladder } from '../support/ladder.js';

const server = useServer();

describe('A page is not created', () => {
  it.each([
    [400, 'malformed-request', { content: { title: 'x' } }],
    [400, 'malformed-request', { type: 'document' }],
    [400, 'malformed-request', { type: 7, content: { title: 'x' } }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, id: 'seven' }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, slug: 'a/b' }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, slug: '..' }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, slug: 'a\u0000' }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, slug: '\ud800' }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, slug: 'x'.repeat(256) }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, comment: null }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, comment: '\udc00 half' }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, comment: 'x'.repeat(2001) }],
    [400, 'malformed-request', { type: 'document', content: { title: 'x' }, parent: randomUUID() }],
    [409, 'parent-not-found', { type: 'document', content: { title: 'x' }, slug: 'x', parent: randomUUID() }],
    [
      409,
      'sibling-not-found',
      { type: 'document', content: { title: 'x' }, slug: 'x', before: randomUUID() },
    ],
    [422, 'content-invalid', { type: 'document', content: [] }],
    [422, 'content-invalid', { type: 'document', content: null }],
    [422, 'content-invalid', { type: 'document', content: 'text' }],
    [422, 'content-invalid', { type: 'document', content: { title: 7 } }],
    [422, 'content-invalid', { type: 'unheard-of', content: { title: 'x' } }],
    [422, 'content-invalid', { type: '__proto__', content: { title: 'x' } }],
  ])('%i %s: %j', async (status, code, body) => {
    const before = await server.position();
    const answer = await server.request('POST', '/pages', { headers: speaks, body });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(await server.position()).toBe(before);
  });

  it('under an id, or at a path, that is taken', async () => {
    const { id } = await createPage(server, { slug: 'mine' });
    const body = { type: 'document', content: { title: 'x' } };
    const byId = await server.request('POST', '/pages', {
      headers: speaks,
      body: { ...body, id: id.toUpperCase() },
    });
    expect([byId.status, byId.json.code]).toEqual([409, 'id-taken']);
    const byPath = await server.request('POST', '/pages', {
      headers: speaks,
      body: { ...body, slug: 'mine' },
    });
    expect([byPath.status, byPath.json.code]).toEqual([409, 'path-taken']);
  });

  it('beneath a page that is deleted, or outside the tree', async () => {
    const chunk = await createPage(server);
    const gone = await createPage(server, { slug: randomUUID() });
    await write(server, 'DELETE', `/pages/${gone.id}`, { headers: onTop(1) });
    const body = { type: 'document', content: { title: 'x' }, slug: 'x' };
    const beneathGone = await server.request('POST', '/pages', {
      headers: speaks,
      body: { ...body, parent: gone.id },
    });
    expect([beneathGone.status, beneathGone.json.code]).toEqual([409, 'parent-deleted']);
    const beneathChunk = await server.request('POST', '/pages', {
      headers: speaks,
      body: { ...body, parent: chunk.id },
    });
    expect(beneathChunk.status).toBe(409);
  });
});

describe('A page', () => {
  it('is created at version 1, with a Location and the envelope', async () => {
    const parent = await createPage(server, { slug: 'parent' });
    const id = randomUUID();
    const body = {
      type: 'document',
      content: { title: 'Title', extra: [1] },
      id: id.toUpperCase(),
      parent: parent.id,
      slug: 'child',
      comment: 'why',
    };
    const answer = await server.request('POST', '/pages', { headers: speaks, body });
    expect(answer.status).toBe(201);
    expect([answer.headers.get('location'), answer.location]).toEqual([`pages/${id}`, `/pages/${id}`]);
    expect(answer.headers.get('etag')).toBe(`"v1-s${ladder.finalized}-p${answer.position}"`);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
    const by = { kind: 'token', id: expect.any(String) as string, name: expect.any(String) as string };
    const envelope = {
      id,
      type: 'document',
      path: '/parent/child',
      parent: parent.id,
      slug: 'child',
      title: 'Title',
      status: 'draft',
      contentVersion: 1,
      schemaVersion: ladder.finalized,
      storedSchemaVersion: ladder.finalized,
      publishedVersion: null,
      publishedAt: null,
      firstPublishedAt: null,
      createdAt: time,
      createdBy: by,
      updatedAt: time,
      updatedBy: by,
      comment: 'why',
      protected: false,
      permissions: ['read', 'save', 'move', 'delete', 'publish', 'administer'],
      content: { title: 'Title', extra: [1] },
    };
    expect(answer.json).toEqual(envelope);
    const read = await server.request('GET', `/pages/${id.toUpperCase()}`);
    expect(read.json).toEqual(envelope);
    expect((await server.request('GET', '/paths/parent/child')).json).toEqual(envelope);
  });

  it('outside the tree has no path', async () => {
    const { id } = await createPage(server, { parent: null });
    expect((await server.request('GET', `/pages/${id}`)).json).toMatchObject({
      path: null,
      parent: null,
      slug: null,
    });
  });

  it('is saved on top, with a comment that may be in any language', async () => {
    const { id } = await createPage(server);
    const headers = { ...onTop(1), comment: "UTF-8''caf%C3%A9%20%E2%82%AC" };
    const { json } = await write(server, 'PUT', `/pages/${id}/content`, {
      headers,
      body: { title: 'Second' },
    });
    expect(json).toMatchObject({ contentVersion: 2, comment: 'café €', title: 'Second' });
    const plain = await write(server, 'PUT', `/pages/${id}/content`, {
      headers: { ...onTop(2), comment: 'typo' },
      body: { title: 'Third' },
    });
    expect(plain.json.comment).toBe('typo');
  });

  it.each([
    ['comment', "ISO-8859-1''caf%E9"],
    ['comment', "UTF-8''caf%E9"],
    ['comment', "UTF-8''caf\u00e9"],
    ['comment', 'caf\u00e9'],
    ['comment', `UTF-8''${'%C3%A9'.repeat(2001)}`],
    ['copied-blocks', '\u00e9=b'],
    ['copied-blocks', 'a=%E9'],
    ['idempotency-key', ''],
    ['idempotency-key', 'x'.repeat(2048)],
  ])('is not saved with %s: %.40s', async (name, value) => {
    const { id } = await createPage(server);
    const headers = { ...onTop(1), [name]: value };
    const { status, json } = await server.request('PUT', `/pages/${id}/content`, {
      headers,
      body: { title: 'Second' },
    });
    expect([status, json.code, String(json.header).toLowerCase()]).toEqual([400, 'malformed-request', name]);
  });

  it('that is saved as it is stays at its version, key order aside', async () => {
    const { id } = await createPage(server, { content: { title: 'Same', list: [1, { a: 1, b: 2 }] } });
    const before = await server.position();
    const body = '{ "list": [1.0, {"b": 2, "a": 1}], "title": "S\\u0061me" }';
    const { status, json } = await server.request('PUT', `/pages/${id}/content`, { headers: onTop(1), body });
    expect([status, json.contentVersion]).toEqual([200, 1]);
    expect(await server.position()).toBe(before);
  });

  it('is restored as a new version that carries the old content, and publishes nothing', async () => {
    const { id } = await createPage(server);
    await write(server, 'POST', `/pages/${id}/publish`);
    await save(server, id, 1, { title: 'Second' });
    const { json } = await write(server, 'POST', `/pages/${id}/restore`, {
      headers: onTop(2),
      body: { version: 1, comment: 'back' },
    });
    expect(json).toMatchObject({
      contentVersion: 3,
      content: { title: 'First' },
      publishedVersion: 1,
      status: 'changed',
      comment: 'back',
    });
    const again = await server.request('POST', `/pages/${id}/restore`, {
      headers: onTop(3),
      body: { version: 4 },
    });
    expect([again.status, again.json.code]).toEqual([404, 'version-not-found']);
  });

  it('is published at its latest version or an older one, and taken back', async () => {
    const { id } = await createPage(server);
    await save(server, id, 1, { title: 'Second' });
    const steps = [
      await write(server, 'POST', `/pages/${id}/publish`, { body: { version: 1 } }),
      await write(server, 'POST', `/pages/${id}/publish`),
      await write(server, 'POST', `/pages/${id}/unpublish`),
    ];
    expect(steps.map(({ json }) => [json.status, json.publishedVersion])).toEqual([
      ['changed', 1],
      ['published', 2],
      ['draft', null],
    ]);
    const before = await server.position();
    await write(server, 'POST', `/pages/${id}/unpublish`);
    expect(await server.position()).toBe(before);
    const missing = await server.request('POST', `/pages/${id}/publish`, { body: { version: 3 } });
    expect([missing.status, missing.json.code]).toEqual([404, 'version-not-found']);
  });
});

describe('An old version of a page', () => {
  it('that was read before shows what has become of the page since', async () => {
    const { id } = await createPage(server, { slug: randomUUID() });
    await save(server, id, 1, { title: 'Second' });
    const slug = randomUUID();
    const old = async () => (await server.request('GET', `/pages/${id}?version=1`)).json;
    expect(await old()).toMatchObject({ contentVersion: 1, status: 'draft', content: { title: 'First' } });
    expect(await old()).toMatchObject({ contentVersion: 1, status: 'draft', content: { title: 'First' } });

    await write(server, 'POST', `/pages/${id}/move`, { headers: onTop(2), body: { slug } });
    await write(server, 'POST', `/pages/${id}/publish`);
    const after = { title: 'First', path: `/${slug}`, status: 'published', publishedVersion: 2 };
    expect(await old()).toMatchObject({ ...after, contentVersion: 1, content: { title: 'First' } });
  });
});

describe('A moved page', () => {
  it('can neither hang beneath itself nor where its name is taken', async () => {
    const top = await createPage(server, { slug: 'loop' });
    const below = await createPage(server, { slug: 'below', parent: top.id });
    await createPage(server, { slug: 'below' });
    const loop = await server.request('POST', `/pages/${top.id}/move`, {
      headers: onTop(1),
      body: { parent: below.id },
    });
    expect([loop.status, loop.json.code]).toEqual([409, 'would-be-own-ancestor']);
    const taken = await server.request('POST', `/pages/${below.id}/move`, {
      headers: onTop(1),
      body: { parent: null },
    });
    expect([taken.status, taken.json.code]).toEqual([409, 'path-taken']);
    const both = { before: top.id, after: top.id };
    const between = await server.request('POST', `/pages/${below.id}/move`, {
      headers: onTop(1),
      body: both,
    });
    expect([between.status, between.json.code]).toEqual([400, 'malformed-request']);
  });

  it('keeps what the request leaves out, and takes its children along', async () => {
    const from = await createPage(server, { slug: 'from' });
    const to = await createPage(server, { slug: 'to' });
    const page = await createPage(server, { slug: 'page', parent: from.id });
    await createPage(server, { slug: 'leaf', parent: page.id });
    const renamed = await write(server, 'POST', `/pages/${page.id}/move`, {
      headers: onTop(1),
      body: { slug: 'renamed' },
    });
    expect(renamed.json).toMatchObject({ path: '/from/renamed', contentVersion: 1 });
    const moved = await write(server, 'POST', `/pages/${page.id}/move`, {
      headers: onTop(1),
      body: { parent: to.id },
    });
    expect(moved.json.path).toBe('/to/renamed');
    const top = await write(server, 'POST', `/pages/${page.id}/move`, {
      headers: onTop(1),
      body: { parent: null },
    });
    expect(top.json.path).toBe('/renamed');
    expect((await server.request('GET', '/paths/renamed/leaf')).status).toBe(200);
  });

  it('is found by readers from its old place also when an unpublished page stands there now', async () => {
    const token = await tokenFor(server, 'render');
    const { id } = await createPage(server, { slug: 'before' });
    await write(server, 'POST', `/pages/${id}/publish`);
    await write(server, 'POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: 'after' } });
    const draft = await createPage(server, { slug: 'before' });
    const { status, location } = await server.request('GET', '/paths/before', { token });
    expect([status, location]).toEqual([308, '/paths/after']);
    expect((await server.request('GET', '/paths/before')).json.id).toBe(draft.id);
    await createPage(server, { slug: 'only-a-draft' });
    const hidden = await server.request('GET', '/paths/only-a-draft', { token });
    expect([hidden.status, hidden.json.detail]).toEqual([404, 'there is no page at /only-a-draft']);
  });

  it('is found at its new place from all its old ones, by 308 with the query kept', async () => {
    const { id } = await createPage(server, { slug: 'första stället' });
    const leaf = await createPage(server, { slug: 'löv', parent: id });
    const { position: between } = await write(server, 'POST', `/pages/${id}/move`, {
      headers: onTop(1),
      body: { slug: 'andra' },
    });
    await write(server, 'POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: 'tredje & sista' } });
    for (const old of ['f%C3%B6rsta%20st%C3%A4llet', 'andra']) {
      const { status, location } = await server.request('GET', `/paths/${old}`);
      expect([status, location]).toEqual([308, '/paths/tredje%20%26%20sista']);
    }
    const child = await server.request('GET', '/paths/andra/l%C3%B6v');
    expect([child.status, child.location]).toEqual([308, '/paths/tredje%20%26%20sista/l%C3%B6v']);
    expect(child.headers.get('location')).toBe('../tredje%20%26%20sista/l%C3%B6v');
    const followed = await server.request('GET', child.location ?? '');
    expect(followed.json.id).toBe(leaf.id);
    const then = await server.request('GET', `/paths/f%C3%B6rsta%20st%C3%A4llet?asOf=${between}`);
    expect([then.status, then.location]).toEqual([308, `/paths/andra?asOf=${between}`]);
  });

  it('gives its old place up to whoever comes next', async () => {
    const { id } = await createPage(server, { slug: 'contested' });
    await write(server, 'POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: 'left' } });
    const next = await createPage(server, { slug: 'contested' });
    expect((await server.request('GET', '/paths/contested')).json.id).toBe(next.id);
  });
});

describe('A deleted page', () => {
  it('is gone for reads, with everything beneath it', async () => {
    const { id } = await createPage(server, { slug: 'gone' });
    const child = await createPage(server, { slug: 'too', parent: id });
    await write(server, 'POST', `/pages/${child.id}/publish`);
    const { status, text } = await write(server, 'DELETE', `/pages/${id}`, { headers: onTop(1) });
    expect([status, text]).toEqual([204, '']);
    for (const page of [id, child.id]) {
      for (const path of ['', '/content', '/versions', '/versions/1', '/diff?from=1', '?version=1']) {
        const answer = await server.request('GET', `/pages/${page}${path}`);
        expect([answer.status, answer.json.code]).toEqual([404, 'not-found']);
      }
    }
    for (const path of ['/paths/gone', '/paths/gone/too', `/tree?root=${id}`]) {
      expect((await server.request('GET', path)).status).toBe(404);
    }
    const listed = await server.request('GET', '/pages?deleted=true&limit=500');
    expect(
      listed.json.items.filter((page) => [id, child.id].includes(page.id)).map((page) => page.status),
    ).toEqual(['deleted', 'deleted']);
    const visible = await server.request('GET', '/pages?limit=500');
    expect(visible.json.items.some((page) => page.id === id)).toBe(false);
  });

  it('refuses all writes but the one that brings it back', async () => {
    const { id } = await createPage(server, { slug: randomUUID() });
    await write(server, 'DELETE', `/pages/${id}`, { headers: onTop(1) });
    const before = await server.position();
    const answers = [
      await server.request('PUT', `/pages/${id}/content`, { headers: onTop(1), body: { title: 'x' } }),
      await server.request('PATCH', `/pages/${id}/content`, {
        headers: { ...onTop(1), 'content-type': 'application/merge-patch+json' },
        body: { title: 'x' },
      }),
      await server.request('POST', `/pages/${id}/restore`, { headers: onTop(1), body: { version: 1 } }),
      await server.request('POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: 'x' } }),
      await server.request('POST', `/pages/${id}/publish`),
      await server.request('POST', `/pages/${id}/unpublish`),
      await server.request('DELETE', `/pages/${id}`, { headers: onTop(1) }),
    ];
    for (const { status, json } of answers) expect([status, json.code]).toEqual([409, 'page-deleted']);
    expect(await server.position()).toBe(before);
  });

  it('comes back exactly as it was: content, place, order, publication, and everything beneath it', async () => {
    const parent = await createPage(server, { slug: 'again' });
    const pages = [];
    for (const slug of ['a', 'b', 'c']) pages.push(await createPage(server, { slug, parent: parent.id }));
    const id = pages[1]?.id ?? '';
    await createPage(server, { slug: 'deeper', parent: id });
    await write(server, 'POST', `/pages/${id}/publish`);
    await save(server, id, 1, { title: 'Second' });
    const tree = await server.request('GET', `/tree?root=${parent.id}`);
    const page = await server.request('GET', `/pages/${id}`);
    await write(server, 'DELETE', `/pages/${id}`, { headers: onTop(2) });
    const back = await write(server, 'POST', `/pages/${id}/undelete`);
    expect(back.json).toEqual(page.json);
    expect((await server.request('GET', `/tree?root=${parent.id}`)).json).toEqual(tree.json);
    const again = await server.request('POST', `/pages/${id}/undelete`);
    expect([again.status, again.json.code]).toEqual([409, 'page-not-deleted']);
  });

  it('can not come back where its place is taken, or alone when its parent went with it', async () => {
    const parent = await createPage(server, { slug: 'squatted' });
    const child = await createPage(server, { slug: 'child', parent: parent.id });
    await write(server, 'DELETE', `/pages/${parent.id}`, { headers: onTop(1) });
    const alone = await server.request('POST', `/pages/${child.id}/undelete`);
    expect([alone.status, alone.json.code]).toEqual([409, 'parent-deleted']);
    await createPage(server, { slug: 'squatted' });
    const taken = await server.request('POST', `/pages/${parent.id}/undelete`);
    expect([taken.status, taken.json.code]).toEqual([409, 'path-taken']);
  });

  it('is not listed for readers, nor shown', async () => {
    const token = await tokenFor(server, 'render');
    const { id } = await createPage(server, { slug: randomUUID() });
    await write(server, 'POST', `/pages/${id}/publish`);
    await write(server, 'DELETE', `/pages/${id}`, { headers: onTop(1) });
    expect((await server.request('GET', `/pages/${id}`, { token })).status).toBe(404);
    expect((await server.request('GET', '/pages?deleted=true', { token })).json.items).toEqual([]);
  });
});
