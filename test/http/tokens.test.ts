import { randomUUID } from 'node:crypto';
import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import { useServer, type Server } from '../support/server.js';
import { ladder } from '../support/ladder.js';

const server = useServer();

async function statuses(
  target: Server,
  token: string,
  requests: readonly (readonly [string, string, unknown?])[],
): Promise<readonly number[]> {
  const answers: number[] = [];
  for (const [method, path, body] of requests) {
    answers.push((await target.request(method, path, { token, headers: onTop(1), body })).status);
  }
  return answers;
}

describe('A token', () => {
  it('that is wrong is told to be, and one that is missing is not', async () => {
    const challenges = [];
    for (const authorization of ['Bearer wrong', 'Basic wrong', undefined]) {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await server.request('GET', '/pages', { token: null, headers });
      expect(answer.status).toBe(401);
      challenges.push(answer.headers.get('www-authenticate'));
    }
    const plain = 'Bearer realm="palimpsest"';
    expect(challenges).toEqual([`${plain}, error="invalid_token"`, plain, plain]);
  });

  it.each([
    {},
    { role: 'owner' },
    { role: 'editor', name: 7 },
    { role: 'editor', name: 'x'.repeat(201) },
    { role: 'editor', name: '\ud800' },
    { role: 'editor', expiresAt: 'tomorrow' },
    { role: 'editor', expiresAt: '2030-02-30' },
    { role: 'editor', expiresAt: '2030-W01-1' },
    { role: 'editor', expiresAt: 1 },
    { role: 'editor', secret: 'mine' },
    { role: 'admin', name: 'PALIMPSEST_ADMIN_TOKEN' },
  ])('is not issued for %j', async (body) => {
    const { status, json } = await server.request('POST', '/tokens', { body });
    expect([status, json.code]).toEqual([400, 'malformed-request']);
  });

  it('is issued, listed and revoked by administrators only', async () => {
    const { json } = await write(server, 'POST', '/tokens', { body: { role: 'editor', name: 'someone' } });
    for (const role of ['editor', 'publisher']) {
      const token = await tokenFor(server, role);
      expect(
        await statuses(server, token, [
          ['POST', '/tokens', { role: 'editor' }],
          ['GET', '/tokens'],
          ['DELETE', `/tokens/${json.id}`],
        ]),
      ).toEqual([403, 403, 403]);
    }
    const reader = await tokenFor(server, 'render');
    expect(
      await statuses(server, reader, [
        ['POST', '/tokens', { role: 'admin' }],
        ['GET', '/tokens'],
        ['DELETE', `/tokens/${json.id}`],
      ]),
    ).toEqual([403, 404, 403]);
  });

  it('is shown once, and listed without its secret', async () => {
    const body = { role: 'publisher', name: 'Zoë', expiresAt: '2100-01-01T00:00:00+01:00' };
    const answer = await write(server, 'POST', '/tokens', { body });
    const { secret, ...token } = answer.json;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.location).toBe(`/tokens/${token.id}`);
    expect(secret.length).toBeGreaterThan(40);
    expect(token).toMatchObject({ role: 'publisher', name: 'Zoë', expiresAt: '2099-12-31T23:00:00.000Z' });
    const list = await server.request('GET', '/tokens?limit=500');
    expect(list.text).not.toContain(secret);
    expect(list.json.items.find(({ id }) => id === token.id)).toEqual(token);
    expect((await server.request('GET', '/events?limit=500')).text).not.toContain(secret);
  });

  it('stops working at once when it is revoked, and is not listed any more', async () => {
    const { json } = await write(server, 'POST', '/tokens', { body: { role: 'editor' } });
    expect((await server.request('GET', '/pages', { token: json.secret })).status).toBe(200);
    expect((await server.request('DELETE', `/tokens/${randomUUID()}`)).status).toBe(404);
    const dry = await write(server, 'DELETE', `/tokens/${json.id}?dryRun=true`);
    expect(dry.status).toBe(204);
    expect((await server.request('GET', '/pages', { token: json.secret })).status).toBe(200);
    expect((await write(server, 'DELETE', `/tokens/${json.id}`)).status).toBe(204);
    expect((await server.request('GET', '/pages', { token: json.secret })).status).toBe(401);
    expect((await server.request('GET', '/tokens?limit=500')).text).not.toContain(json.id);
    await server.stop();
    await server.start();
    expect((await server.request('GET', '/pages', { token: json.secret })).status).toBe(401);
  });

  it('stops working when it expires', async () => {
    const soon = new Date(Date.now() + 500).toISOString();
    const { json } = await write(server, 'POST', '/tokens', { body: { role: 'editor', expiresAt: soon } });
    let status = 200;
    while (status === 200) ({ status } = await server.request('GET', '/pages', { token: json.secret }));
    expect(status).toBe(401);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(soon));
  });
});

describe('An editor', () => {
  it('is told by /system neither whose tokens there are nor what the machine has where', async () => {
    const token = await tokenFor(server, 'editor');
    const usage = ({ json }: { json: unknown }) =>
      (json as { schema: { usage: { versions: object[] } } }).schema.usage.versions;
    const own = await server.request('GET', '/system', { token, headers: speaks });
    const all = await server.request('GET', '/system', { headers: speaks });
    expect(usage(all)[0]).toHaveProperty('tokens');
    expect(all.json.storage).toEqual({ status: 'sound', damages: 0, lastDamage: null, loss: null });
    expect(usage(own).map((version) => 'tokens' in version)).toEqual([false]);
    expect(own.json.storage).toEqual({ status: 'sound', damages: 0 });
  });
});

describe('A reader', () => {
  it('sees the published version of published pages, and nothing else', async () => {
    const token = await tokenFor(server, 'render');
    const shown = await createPage(server, { slug: 'shown', content: { title: 'Public' } });
    await write(server, 'POST', `/pages/${shown.id}/publish`);
    await save(server, shown.id, 1, { title: 'Draft' });
    const hidden = await createPage(server, { slug: 'hidden', parent: shown.id });
    for (const path of [`/pages/${shown.id}`, '/paths/shown']) {
      const { json, headers } = await server.request('GET', path, { token });
      expect(json).toMatchObject({
        content: { title: 'Public' },
        contentVersion: 1,
        status: 'published',
      });
      for (const member of ['createdBy', 'updatedBy', 'comment', 'permissions'])
        expect(json).not.toHaveProperty(member);
      expect(headers.get('cache-control')).toMatch(/public/);
      expect(headers.get('surrogate-key')).toContain(shown.id);
      expect(headers.get('etag')).toMatch(new RegExp(`^"v1-s${ladder.finalized}`));
    }
    expect((await server.request('GET', `/pages/${shown.id}/content`, { token })).text).toBe(
      '{"title":"Public"}',
    );
    const list = await server.request('GET', '/pages?limit=500', { token });
    expect(list.text).not.toContain('Draft');
    expect(list.text).not.toContain(hidden.id);
    const tree = await server.request('GET', '/tree', { token });
    expect(tree.text).toContain(shown.id);
    expect(tree.text).not.toContain(hidden.id);
    expect(
      await statuses(server, token, [
        ['GET', `/pages/${hidden.id}`],
        ['GET', `/pages/${hidden.id}/content`],
        ['GET', '/paths/shown/hidden'],
        ['GET', `/pages/${shown.id}?version=2`],
        ['GET', `/pages/${shown.id}/versions/2`],
        ['GET', `/pages/${shown.id}/versions`],
        ['GET', `/pages/${shown.id}/diff?from=1`],
        ['GET', `/pages/${shown.id}?asOf=1`],
        ['GET', '/changesets'],
        ['GET', '/system'],
        ['GET', '/tokens'],
        ['GET', `/tree?root=${hidden.id}`],
      ]),
    ).toEqual(Array(12).fill(404));
    await write(server, 'POST', `/pages/${shown.id}/unpublish`);
    expect(
      await statuses(server, token, [
        ['GET', `/pages/${shown.id}`],
        ['GET', '/paths/shown'],
      ]),
    ).toEqual([404, 404]);
  });

  it('lists pages by the status that it sees, which tells nothing of drafts', async () => {
    const token = await tokenFor(server, 'render');
    const parent = await createPage(server, { slug: 'by-status' });
    const [same, edited] = [
      await createPage(server, { slug: 'same', parent: parent.id }),
      await createPage(server, { slug: 'edited', parent: parent.id }),
    ];
    await createPage(server, { slug: 'unseen', parent: parent.id });
    for (const { id } of [parent, same, edited]) await write(server, 'POST', `/pages/${id}/publish`);
    await save(server, edited.id, 1, { title: 'Draft' });
    const listed = async (query: string): Promise<readonly string[]> =>
      (await server.request('GET', `/pages?parent=${parent.id}${query}`, { token })).json.items.map(
        ({ id }) => id,
      );
    const published = [same.id, edited.id];
    expect(await listed('')).toEqual(published);
    expect(await listed('&status=published')).toEqual(published);
    for (const status of ['draft', 'changed', 'deleted'])
      expect([status, await listed(`&status=${status}`)]).toEqual([status, []]);
    expect(await listed('&deleted=false')).toEqual(published);
    expect(await listed('&deleted=true')).toEqual([]);
  });

  it('is not led to a page that is not published by the place it had', async () => {
    const token = await tokenFor(server, 'render');
    const { id } = await createPage(server, { slug: 'secret-old' });
    await write(server, 'POST', `/pages/${id}/move`, { headers: onTop(1), body: { slug: 'secret-new' } });
    expect((await server.request('GET', '/paths/secret-old', { token })).status).toBe(404);
    await write(server, 'POST', `/pages/${id}/publish`);
    const { status, location } = await server.request('GET', '/paths/secret-old', { token });
    expect([status, location]).toEqual([308, '/paths/secret-new']);
  });

  it('may not write', async () => {
    const token = await tokenFor(server, 'render');
    const { id } = await createPage(server);
    const answers = await statuses(server, token, [
      ['POST', '/pages', { type: 'document', content: { title: 'x' } }],
      ['PUT', `/pages/${id}/content`, { title: 'x' }],
      ['PATCH', `/pages/${id}/content`, {}],
      ['POST', `/pages/${id}/publish`],
      ['DELETE', `/pages/${id}`],
      ['POST', '/batch', { commands: [] }],
      ['POST', '/batch?dryRun=true', { commands: [] }],
    ]);
    expect(answers).toEqual(Array(7).fill(403));
  });
});

describe('An editor', () => {
  it('saves anything, and moves and deletes what is not published; a publisher also what is', async () => {
    const editor = await tokenFor(server, 'editor');
    const publisher = await tokenFor(server, 'publisher');
    const { json: page } = await server.request('POST', '/pages', {
      token: editor,
      headers: speaks,
      body: { type: 'document', content: { title: 'x' }, slug: randomUUID() },
    });
    expect(page.permissions).toEqual(['read', 'save', 'move', 'delete']);
    const move = ['POST', `/pages/${page.id}/move`, { slug: randomUUID() }] as const;
    const remove = ['DELETE', `/pages/${page.id}`] as const;
    const undelete = ['POST', `/pages/${page.id}/undelete`] as const;
    const publish = ['POST', `/pages/${page.id}/publish`] as const;
    const unpublish = ['POST', `/pages/${page.id}/unpublish`] as const;
    expect(await statuses(server, editor, [move, remove, undelete, publish, unpublish])).toEqual([
      200, 204, 200, 403, 403,
    ]);
    expect(await statuses(server, publisher, [publish])).toEqual([200]);
    expect((await server.request('GET', `/pages/${page.id}`, { token: editor })).json.permissions).toEqual([
      'read',
      'save',
    ]);
    expect(await statuses(server, editor, [move, remove])).toEqual([403, 403]);
    expect(await statuses(server, publisher, [move, remove, undelete, unpublish])).toEqual([
      200, 204, 200, 200,
    ]);
  });

  it('is told of a deleted page that it can be brought back, where it may, and nothing else', async () => {
    const parent = await createPage(server, { slug: randomUUID() });
    const child = await createPage(server, { slug: 'child', parent: parent.id });
    const published = await createPage(server, { slug: randomUUID() });
    await write(server, 'POST', `/pages/${published.id}/publish`);
    for (const { id } of [parent, published])
      await write(server, 'DELETE', `/pages/${id}`, { headers: onTop(1) });
    const permissions = async (role: string): Promise<unknown> => {
      const token = await tokenFor(server, role);
      const { json } = await server.request('GET', '/pages?deleted=true&limit=500', { token });
      return [parent, child, published].map(
        ({ id }) => json.items.find((page) => page.id === id)?.permissions,
      );
    };
    expect(await permissions('editor')).toEqual([['read', 'undelete'], ['read'], ['read']]);
    expect(await permissions('publisher')).toEqual([['read', 'undelete'], ['read'], ['read', 'undelete']]);
    expect(await permissions('admin')).toEqual([
      ['read', 'administer', 'undelete'],
      ['read', 'administer'],
      ['read', 'administer', 'undelete'],
    ]);
  });

  it('does not delete a page together with a published one beneath it', async () => {
    const token = await tokenFor(server, 'editor');
    const parent = await createPage(server, { slug: randomUUID() });
    const child = await createPage(server, { slug: 'child', parent: parent.id });
    await write(server, 'POST', `/pages/${child.id}/publish`);
    expect(await statuses(server, token, [['DELETE', `/pages/${parent.id}`]])).toEqual([403]);
  });
});
