import {
  asking,
  give,
  idsIn,
  issue,
  makeShown,
  move,
  protect,
  useProtectedSite,
} from '../../support/access.js';
import { createPage, onTop, speaks, write } from '../../support/pages.js';
import { useServer, type Answer } from '../../support/server.js';

const server = useServer();

const site = useProtectedSite(server);

const cacheControl = ({ headers }: Answer) => headers.get('cache-control');

describe('A visitor, for whom a rendering server asks', () => {
  const asked = async (delegate: string, visitor: string, path: string): Promise<Answer> =>
    asking(server, delegate).get(path, { 'user-token': visitor });

  it('opens what is protected where the server may ask for them, and changes nothing where it may not', async () => {
    const delegate = await issue(server, { role: 'render', delegates: true });
    const plain = await issue(server, { role: 'render' });
    const visitor = await issue(server, { role: 'viewer' });
    for (const sent of [visitor.secret, `Bearer ${visitor.secret}`]) {
      const answer = await asked(delegate.secret, sent, `/pages/${site.leaf}`);
      expect([answer.status, cacheControl(answer)]).toEqual([200, 'private, no-store']);
    }
    expect((await asked(plain.secret, visitor.secret, `/pages/${site.leaf}`)).status).toBe(404);
    expect((await asked(plain.secret, 'wrong', `/pages/${site.open}`)).status).toBe(200);
    expect((await asked(delegate.secret, '', `/pages/${site.leaf}`)).status).toBe(404);
    for (const path of ['/paths/top/hidden/leaf', `/pages/${site.leaf}/content`, `/tree?root=${site.hidden}`])
      expect((await asked(delegate.secret, visitor.secret, path)).status).toBe(200);
    const { json } = await asked(delegate.secret, visitor.secret, '/pages?count=true');
    expect([json.items.length, json['count']]).toEqual([4, 4]);
    const { json: tree } = await asked(delegate.secret, visitor.secret, '/tree');
    expect(idsIn(tree.items)).toEqual([site.top, site.hidden, site.leaf, site.open]);
  });

  it('that is wrong, expired or revoked is nobody', async () => {
    const delegate = (await issue(server, { role: 'render', delegates: true })).secret;
    const expired = await issue(server, { role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' });
    const revoked = await issue(server, { role: 'viewer' });
    expect((await asked(delegate, revoked.secret, `/pages/${site.leaf}`)).status).toBe(200);
    await write(server, 'DELETE', `/tokens/${revoked.id}`);
    for (const visitor of ['wrong', 'Basic abc', 'Bearer', expired.secret, revoked.secret]) {
      for (const path of [`/pages/${site.leaf}`, `/pages/${site.open}`]) {
        const answer = await asked(delegate, visitor, path);
        expect([answer.status, answer.json.code, cacheControl(answer)]).toEqual([
          401,
          'unauthenticated',
          'no-store',
        ]);
      }
    }
  });

  it('that may edit, or administer, is shown no draft, no past and no names', async () => {
    const delegate = (await issue(server, { role: 'render', delegates: true })).secret;
    const draft = (await createPage(server, { slug: 'draft', parent: site.hidden })).id;
    await write(server, 'PUT', `/pages/${site.leaf}/content`, {
      headers: onTop(1),
      body: { title: 'changed' },
    });
    for (const role of ['editor', 'publisher', 'admin']) {
      const visitor = (await issue(server, { role })).secret;
      const { json } = await asked(delegate, visitor, `/pages/${site.leaf}`);
      expect([
        json.contentVersion,
        json.status,
        json['updatedBy'],
        json['permissions'],
        json['protected'],
      ]).toEqual([1, 'published', undefined, undefined, undefined]);
      for (const path of [
        `/pages/${draft}`,
        `/pages/${site.leaf}?version=2`,
        `/pages/${site.leaf}?asOf=1`,
        `/pages/${site.leaf}/versions`,
        '/changesets',
        '/tokens',
        '/grants',
        `/pages/${site.leaf}/access`,
      ])
        expect([path, (await asked(delegate, visitor, path)).status]).toEqual([path, 404]);
      const saved = await asking(server, delegate).send('PUT', `/pages/${site.leaf}/content`, {
        headers: { ...onTop(2), 'user-token': visitor },
        body: { title: 'x' },
      });
      expect(saved.status).toBe(403);
    }
  });

  it('sees what they may see in their part, and the rest as everybody', async () => {
    const delegate = (await issue(server, { role: 'render', delegates: true })).secret;
    const elsewhere = await makeShown(server, 'elsewhere');
    await protect(server, elsewhere);
    const visitor = (await issue(server, { role: 'viewer', path: '/top/hidden' })).secret;
    const statuses = await Promise.all(
      [site.leaf, elsewhere, site.open].map(
        async (id) => (await asked(delegate, visitor, `/pages/${id}`)).status,
      ),
    );
    expect(statuses).toEqual([200, 404, 200]);
    // What the server itself may not see its visitors do not open.
    const inPart = (await issue(server, { role: 'render', delegates: true, path: '/elsewhere' })).secret;
    expect(
      (await asked(inPart, (await issue(server, { role: 'viewer' })).secret, `/pages/${site.leaf}`)).status,
    ).toBe(404);
    expect(
      (await asked(inPart, (await issue(server, { role: 'viewer' })).secret, `/pages/${elsewhere}`)).status,
    ).toBe(200);
    await write(server, 'DELETE', `/pages/${elsewhere}`, { headers: onTop(1) });
  });

  it('is asked for again by a cache that is trusted, and has what is protected kept by no other', async () => {
    const box = (await issue(server, { role: 'render', delegates: true, cache: true })).secret;
    const visitor = await issue(server, { role: 'render' });
    const grant = await give(server, visitor, 'viewer', '/top/hidden');
    const first = await asked(box, visitor.secret, `/pages/${site.leaf}`);
    expect([cacheControl(first), first.headers.get('cdn-cache-control')]).toEqual([
      'private, no-store',
      'no-cache',
    ]);
    expect(first.headers.get('vary')).toContain('User-Token');
    const again = async () =>
      asking(server, box).get(`/pages/${site.leaf}`, {
        'user-token': visitor.secret,
        'if-none-match': first.headers.get('etag') ?? '',
      });
    const kept = await again();
    expect([kept.status, kept.headers.get('cdn-cache-control')]).toEqual([304, 'no-cache']);
    await write(server, 'DELETE', `/grants/${grant}`);
    expect((await again()).status).toBe(404);
    const plain = await site.viewer.get(`/pages/${site.leaf}`);
    expect(plain.headers.has('cdn-cache-control')).toBe(false);
  });
});

describe('What caches are told', () => {
  it('is to keep no refusal, and that a redirect depends on the visitor, too', async () => {
    const delegate = (await issue(server, { role: 'render', delegates: true })).secret;
    const wandering = await makeShown(server, 'was-here');
    await move(server, wandering, { slug: 'is-here' });
    const redirect = await asking(server, delegate).get('/paths/was-here');
    expect([redirect.status, cacheControl(redirect)]).toEqual([308, 'private, no-cache']);
    expect(redirect.headers.get('vary')).toContain('User-Token');
    const refusals = [
      await site.render.get(`/pages/${site.leaf}`),
      await site.render.get('/paths/nowhere'),
      await site.render.get('/pages?sort=name'),
      await site.render.send('POST', '/pages', { body: {} }),
      await asking(server, null).get(`/pages/${site.open}`),
      await site.editor.send('PUT', `/pages/${site.open}/content`, { headers: onTop(9), body: {} }),
      await site.editor.send('PUT', `/pages/${site.open}/content`, { headers: speaks, body: {} }),
      await site.editor.send('POST', '/pages', {
        headers: speaks,
        body: { type: 'document', slug: 'top', content: {} },
      }),
      await site.editor.send('PATCH', '/pages', { body: {} }),
    ];
    expect(refusals.map((answer) => [answer.status, cacheControl(answer)])).toEqual(
      [404, 404, 400, 403, 401, 412, 428, 409, 405].map((status) => [status, 'no-store']),
    );
  });
});
