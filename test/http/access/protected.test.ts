import {
  asking,
  idsIn,
  issue,
  makeShown,
  move,
  outcome,
  protect,
  useProtectedSite,
} from '../../support/access.js';
import { openStream } from '../../support/event-stream.js';
import { onTop, speaks, write } from '../../support/pages.js';
import { useServer, type Answer } from '../../support/server.js';

const server = useServer();

const site = useProtectedSite(server);

const cacheControl = ({ headers }: Answer) => headers.get('cache-control');

describe('A page that is protected', () => {
  it('is not there for readers, nor is anything beneath it, wherever they look', async () => {
    for (const id of [site.hidden, site.leaf]) {
      for (const rest of [
        '',
        '?with=ancestors',
        '?version=1',
        '/content',
        '/versions/1',
        '/versions',
        '/diff?from=1',
      ])
        expect([rest, await site.render.status(`/pages/${id}${rest}`)]).toEqual([rest, 404]);
    }
    expect(await site.render.status('/paths/top/hidden')).toBe(404);
    expect(await site.render.status('/paths/top/hidden/leaf')).toBe(404);
    expect(await site.render.status('/paths/top/hidden/')).toBe(404);
    expect(await site.render.status(`/tree?root=${site.hidden}`)).toBe(404);
    expect(await site.render.status(`/tree?root=${site.leaf}`)).toBe(404);
    for (const query of [
      '',
      '&sort=title',
      '&sort=-published',
      '&sort=order',
      '&fields=/title',
      `&ids=${site.hidden},${site.leaf},${site.top},${site.open}`,
    ]) {
      const { json } = await site.render.get(`/pages?count=true${query}`);
      expect([query, json.items.map(({ id }) => id).sort(), json['count']]).toEqual([
        query,
        [site.top, site.open].sort(),
        2,
      ]);
    }
    for (const parent of [site.top, site.hidden]) {
      const { json } = await site.render.get(`/pages?count=true&parent=${parent}`);
      expect([json.items.map(({ id }) => id), json['count']]).toEqual(
        parent === site.top ? [[site.open], 1] : [[], 0],
      );
    }
    const { json: tree } = await site.render.get('/tree');
    expect([idsIn(tree.items), tree.items[0]?.['childCount']]).toEqual([[site.top, site.open], 1]);
  });

  it('is seen by viewers, whose answers nobody keeps, and known as protected to editors alone', async () => {
    for (const path of [
      `/pages/${site.leaf}`,
      `/pages/${site.leaf}/content`,
      `/pages/${site.leaf}/versions/1`,
      '/paths/top/hidden/leaf',
    ]) {
      const answer = await site.viewer.get(path);
      expect([path, answer.status, cacheControl(answer), answer.headers.get('vary')]).toEqual([
        path,
        200,
        'private, no-store',
        'Authorization, User-Token, Schema-Version',
      ]);
    }
    const { json } = await site.viewer.get(`/pages/${site.leaf}?with=ancestors`);
    expect((json['ancestors'] as { id: string }[]).map(({ id }) => id)).toEqual([site.top, site.hidden]);
    expect(json).not.toHaveProperty('protected');
    for (const id of [site.hidden, site.leaf])
      expect((await site.editor.get(`/pages/${id}`)).json['protected']).toBe(true);
    expect((await site.editor.get(`/pages/${site.open}`)).json['protected']).toBe(false);
    for (const path of ['/pages', '/tree'])
      expect(cacheControl(await site.viewer.get(path))).toBe('private, no-store');
    expect(idsIn((await site.viewer.get('/tree')).json.items)).toEqual([
      site.top,
      site.hidden,
      site.leaf,
      site.open,
    ]);
    expect(cacheControl(await site.viewer.get(`/pages/${site.open}`))).toBe(
      'public, max-age=0, must-revalidate',
    );
  });

  it('is so once, whoever says it again; a dry run and a refusal change nothing', async () => {
    const before = await server.position();
    await protect(server, site.hidden);
    await write(server, 'DELETE', `/pages/${site.open}/protection`);
    const dry = await server.request('PUT', `/pages/${site.open}/protection?dryRun=true`, { body: {} });
    expect([dry.status, dry.json['protected']]).toEqual([200, true]);
    await write(server, 'DELETE', `/pages/${site.hidden}/protection?dryRun=true`);
    for (const asked of [site.editor, site.viewer, site.render])
      for (const method of ['PUT', 'DELETE'])
        expect(outcome(await asked.send(method, `/pages/${site.hidden}/protection`))).toEqual([
          403,
          'forbidden',
        ]);
    expect(await server.position()).toBe(before);
    expect([
      await site.render.status(`/pages/${site.open}`),
      await site.render.status(`/pages/${site.hidden}`),
    ]).toEqual([200, 404]);
  });

  it('ends to be so for all that is beneath, but for what is protected by itself', async () => {
    await protect(server, site.leaf);
    await write(server, 'DELETE', `/pages/${site.hidden}/protection`);
    expect([
      await site.render.status(`/pages/${site.hidden}`),
      await site.render.status(`/pages/${site.leaf}`),
    ]).toEqual([200, 404]);
    await write(server, 'DELETE', `/pages/${site.leaf}/protection`);
    expect(await site.render.status(`/pages/${site.leaf}`)).toBe(200);
    expect(await site.render.status('/paths/top/hidden/leaf')).toBe(200);
  });

  it('can be so by a batch, and is refused in one with all the rest', async () => {
    await write(server, 'DELETE', `/pages/${site.hidden}/protection`);
    const commands = [
      { method: 'PUT', path: `/pages/${site.open}/protection` },
      { method: 'DELETE', path: `/pages/${site.open}/protection` },
      { method: 'PUT', path: `/pages/${site.hidden}/protection`, body: {} },
    ];
    const sending = { headers: speaks, body: { commands } };
    expect((await write(server, 'POST', '/batch', sending)).json.items.map(({ status }) => status)).toEqual([
      200, 204, 200,
    ]);
    expect([
      await site.render.status(`/pages/${site.open}`),
      await site.render.status(`/pages/${site.hidden}`),
    ]).toEqual([200, 404]);
    const refused = await site.editor.send('POST', '/batch', sending);
    expect([refused.status, refused.json.index]).toEqual([403, 0]);
  });

  it('has another tag than before, so that who has it is not told that it is still so', async () => {
    await write(server, 'DELETE', `/pages/${site.hidden}/protection`);
    const paths = [`/pages/${site.leaf}`, `/pages/${site.leaf}/content`, '/pages', '/tree'];
    const tags = await Promise.all(
      paths.map(async (path) => (await site.render.get(path)).headers.get('etag') ?? ''),
    );
    await protect(server, site.hidden);
    const statuses = await Promise.all(
      paths.map(
        async (path, index) => (await site.render.get(path, { 'if-none-match': tags[index] ?? '' })).status,
      ),
    );
    expect(statuses).toEqual([404, 404, 200, 200]);
    const tag = (await site.viewer.get(`/pages/${site.leaf}`)).headers.get('etag') ?? '';
    const again = await site.viewer.get(`/pages/${site.leaf}`, { 'if-none-match': tag });
    expect([again.status, cacheControl(again)]).toEqual([304, 'private, no-store']);
    expect((await site.render.get(`/pages/${site.leaf}`, { 'if-none-match': tag })).status).toBe(404);
    expect((await site.render.get(`/pages/${site.leaf}`, { 'if-none-match': '*' })).status).toBe(404);
  });

  it('vanishes from the feed of readers and comes back, with what is beneath it', async () => {
    await write(server, 'DELETE', `/pages/${site.hidden}/protection`);
    const after = await server.position();
    const { secret } = await issue(server, { role: 'render' });
    const stream = await openStream(server.url, secret, {}, `?after=${after}`);
    await protect(server, site.hidden);
    await write(server, 'DELETE', `/pages/${site.hidden}/protection`);
    const expected = [
      ['vanished', site.hidden, '/top/hidden'],
      ['vanished', site.leaf, '/top/hidden/leaf'],
      ['visible', site.hidden, '/top/hidden'],
      ['visible', site.leaf, '/top/hidden/leaf'],
    ];
    const { json } = await site.render.get(`/events?after=${after}`);
    expect(json.items.map(({ kind, page, path }) => [kind, page, path])).toEqual(expected);
    expect((await site.viewer.get(`/events?after=${after}`)).json.items).toEqual([]);
    const streamed: unknown[] = [];
    for await (const { data } of stream.events) if (streamed.push(data) === expected.length) break;
    stream.close();
    expect(streamed).toEqual(json.items);
  });

  it('that is moved out is there for readers, and that is moved in is not', async () => {
    const wandering = await makeShown(server, 'wandering', site.hidden);
    expect(await site.render.status(`/pages/${wandering}`)).toBe(404);
    await move(server, wandering, { parent: site.top });
    expect(await site.render.status('/paths/top/wandering')).toBe(200);
    // Nobody is led from where it was protected to where it is.
    expect(await site.render.status('/paths/top/hidden/wandering')).toBe(404);
    await move(server, wandering, { parent: site.hidden });
    expect(await site.render.status(`/pages/${wandering}`)).toBe(404);
    expect(await site.render.status('/paths/top/wandering')).toBe(404);
    await write(server, 'DELETE', `/pages/${wandering}`, { headers: onTop(1) });
  });

  it('hides what is put beneath it, whoever looked at it before it was moved, protected and had anything beneath it', async () => {
    const alone = await makeShown(server, 'alone');
    const editor = asking(server, (await issue(server, { role: 'editor', path: '/alone' })).secret);
    expect(idsIn((await editor.get('/tree')).json.items)).toEqual([alone]);
    expect(await editor.status(`/tree?root=${alone}`)).toBe(200);
    await move(server, alone, { slug: 'renamed' });
    await protect(server, alone);
    const beneath = await makeShown(server, 'beneath', alone);
    for (const path of [`/pages/${beneath}`, '/paths/renamed/beneath', '/paths/alone/beneath'])
      expect([path, await site.render.status(path)]).toEqual([path, 404]);
    const { json } = await server.request('GET', `/pages/${beneath}`);
    expect([json.path, json['protected']]).toEqual(['/renamed/beneath', true]);
  });
});
